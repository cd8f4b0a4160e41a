"""People and posts in the hands of administrators: only inside their area, and never without a trace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col

from models.case.appointing import Amiss
from models.city.administering import Administrator, Deed
from models.city.demonstration import demo_people
from models.city.people import Post, Principal, Rank, Role
from models.queries.account_changes import (
    NewPerson,
    change_person,
    close_account,
    closing,
    create_person,
    reopen_account,
    reset_password,
)
from models.queries.admin_refusals import (
    AccountBeyondArea,
    AccountClosed,
    AlreadyHeld,
    LastAdministrator,
    LoginTaken,
    RoleUnfit,
    UnitOutside,
)
from models.queries.journal import JournalFilter, read_journal
from models.queries.people import principal_of
from models.queries.people_admin import (
    AccountState,
    PeopleFilter,
    PersonNotFound,
    find_person,
    list_people,
    person_row,
)
from models.queries.post_admin import NewPost, PostNotFound, end_post, give_post
from models.queries.sessions import open_session
from models.tables.people import PersonRow
from tests.models.queries.administrators import BICHENG, BISHAN, CITY, DISTRICT, G18, PINGAN, QIANJIANG, now
from tests.models.queries.city import ready

IDS = {person.login: person.id for person in demo_people()}
NEW = NewPerson(
    login="Pingan-Chen",
    name="陈晓",
    post=NewPost(unit=PINGAN, role=Role.SECTION_STAFF, rank=Rank.A, reason="新到岗"),
)


@pytest.fixture
async def session(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """A transaction that is undone after the test."""
    await ready(engine)
    async with AsyncSession(engine) as session, session.begin() as transaction:
        yield session
        await transaction.rollback()


def _principal(by: Administrator) -> Principal:
    return Principal(person=by.person, posts=by.posts)


async def _logins(session: AsyncSession, by: Administrator, **wanted: object) -> list[str]:
    page = await list_people(session, by, PeopleFilter.model_validate(wanted), now(), limit=500)
    assert page.total == len(page.items)
    return [person.login for person in page.items]


async def test_a_district_sees_its_own_people_only(session: AsyncSession) -> None:
    mine = await _logins(session, DISTRICT)
    assert "bicheng-pingan" in mine
    assert "dongguan-g18" in mine
    assert not [login for login in mine if login.startswith(("heixi", "shengdi"))]
    assert "admin" not in mine
    assert set(mine) < set(await _logins(session, CITY))
    with pytest.raises(PersonNotFound):
        await find_person(session, DISTRICT, IDS["shengdi"], now())


async def test_people_are_found_by_name_unit_role_and_state(session: AsyncSession) -> None:
    assert await _logins(session, CITY, words="马海棠") == ["bicheng-pingan"]
    assert await _logins(session, CITY, words="BICHENG-PINGAN") == ["bicheng-pingan", "bicheng-pingan-2"]
    assert await _logins(session, CITY, words="%") == []
    under = await _logins(session, CITY, within=f"50.{BISHAN}.{BICHENG}", role=Role.DISPATCHER)
    assert under == ["bicheng-dispatch", "bicheng-dispatch-2"]
    assert await _logins(session, CITY, state=AccountState.CLOSED) == []
    assert await _logins(session, CITY, state=AccountState.FIRST) == []
    await session.execute(update(PersonRow).where(col(PersonRow.login) == "dongguan").values(active=False))
    assert await _logins(session, CITY, state=AccountState.CLOSED) == ["dongguan"]
    assert "dongguan" not in await _logins(session, CITY, state=AccountState.OPEN)


async def test_a_list_goes_on_where_it_ended(session: AsyncSession) -> None:
    whole = await _logins(session, DISTRICT)
    seen: list[str] = []
    cursor = None
    for _ in range(50):
        page = await list_people(session, DISTRICT, PeopleFilter(), now(), cursor, limit=7)
        seen += [person.login for person in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == whole


async def test_an_account_is_opened_with_its_first_post(session: AsyncSession) -> None:
    person = await create_person(session, DISTRICT, NEW, "a hash", now())
    found = await find_person(session, DISTRICT, person, now())
    assert (found.login, found.must_change_password, found.sessions) == ("pingan-chen", True, 0)
    (post,) = found.posts
    assert (post.unit.id, post.role, post.rank, post.above) == (
        PINGAN,
        Role.SECTION_STAFF,
        Rank.A,
        "璧山区 › 璧城街道",
    )
    assert post.inside
    assert Amiss.TWO_A in post.amiss
    assert await _logins(session, CITY, state=AccountState.FIRST) == ["pingan-chen"]
    with pytest.raises(LoginTaken):
        await create_person(session, DISTRICT, NEW, "a hash", now())


@pytest.mark.parametrize(
    ("unit", "role", "rank", "refusal"),
    [
        (QIANJIANG, Role.DISPATCHER, None, UnitOutside),
        ("50", Role.ADMINISTRATOR, None, UnitOutside),
        ("nowhere", Role.DISPATCHER, None, UnitOutside),
        (PINGAN, Role.ADMINISTRATOR, None, RoleUnfit),
        (G18, Role.DISPATCHER, None, RoleUnfit),
        (BISHAN, Role.SUPERVISOR, Rank.A, RoleUnfit),
        (BISHAN, Role.SYSTEM, None, RoleUnfit),
    ],
)
async def test_no_post_outside_of_the_area_and_none_that_does_not_fit(
    session: AsyncSession, unit: str, role: Role, rank: Rank | None, refusal: type[Exception]
) -> None:
    person = await person_row(session, DISTRICT, IDS["dongguan"], now())
    with pytest.raises(refusal):
        await give_post(session, DISTRICT, person, NewPost(unit=unit, role=role, rank=rank), now())


async def test_a_post_is_given_once_and_ended_once(session: AsyncSession) -> None:
    person = await person_row(session, DISTRICT, IDS["dongguan"], now())
    new = NewPost(unit=BICHENG, role=Role.DISPATCHER)
    post = await give_post(session, DISTRICT, person, new, now())
    with pytest.raises(AlreadyHeld):
        await give_post(session, DISTRICT, person, new, now())
    held = await principal_of(session, person.id, now())
    assert held is not None
    assert {p.role for p in held.posts} == {Role.COMMUNITY_OFFICER, Role.DISPATCHER}
    assert await end_post(session, DISTRICT, post, now(), "临时支援结束") == person.id
    with pytest.raises(PostNotFound):
        await end_post(session, DISTRICT, post, now(), "")
    held = await principal_of(session, person.id, now() + timedelta(seconds=1))
    assert held is not None
    assert {p.role for p in held.posts} == {Role.COMMUNITY_OFFICER}


async def test_a_post_may_begin_later_and_be_undone_before(session: AsyncSession) -> None:
    person = await person_row(session, DISTRICT, IDS["dongguan"], now())
    later = now() + timedelta(days=3)
    new = NewPost(unit=BICHENG, role=Role.DISPATCHER, since=later)
    post = await give_post(session, DISTRICT, person, new, now())
    held = await principal_of(session, person.id, now())
    assert held is not None
    assert {p.role for p in held.posts} == {Role.COMMUNITY_OFFICER}
    await end_post(session, DISTRICT, post, now(), "")
    held = await principal_of(session, person.id, later + timedelta(days=1))
    assert held is not None
    assert {p.role for p in held.posts} == {Role.COMMUNITY_OFFICER}
    with pytest.raises(RoleUnfit):
        await give_post(session, DISTRICT, person, new.model_copy(update={"until": later}), now())


async def test_an_account_with_a_post_elsewhere_is_out_of_reach(session: AsyncSession) -> None:
    """Else a district could give the city's administrator a post, reset the password and walk in."""
    admin = await person_row(session, CITY, IDS["admin"], now())
    await give_post(session, CITY, admin, NewPost(unit=BISHAN, role=Role.DISPATCHER), now())
    seen = await find_person(session, DISTRICT, admin.id, now())
    assert not seen.theirs
    for attempt in (
        reset_password(session, DISTRICT, admin.id, "a hash", now(), "x"),
        close_account(session, DISTRICT, admin.id, now(), "x"),
        reopen_account(session, DISTRICT, admin.id, now(), "x"),
        change_person(session, DISTRICT, admin.id, now(), name="甲", phone=None),
    ):
        with pytest.raises(AccountBeyondArea):
            await attempt
    (outside,) = [post for post in seen.posts if not post.inside]
    with pytest.raises(PostNotFound):
        await end_post(session, DISTRICT, outside.id, now(), "x")


async def test_the_city_is_never_without_an_administrator(session: AsyncSession) -> None:
    admin = await find_person(session, CITY, IDS["admin"], now())
    with pytest.raises(LastAdministrator):
        await close_account(session, CITY, admin.id, now(), "x")
    with pytest.raises(LastAdministrator):
        await end_post(session, CITY, admin.posts[0].id, now(), "x")
    deputy = await person_row(session, CITY, IDS["bishan-dispatch"], now())
    await give_post(session, CITY, deputy, NewPost(unit="50", role=Role.ADMINISTRATOR), now())
    await end_post(session, CITY, admin.posts[0].id, now(), "换人")
    with pytest.raises(LastAdministrator):
        await close_account(session, CITY, deputy.id, now() + timedelta(seconds=1), "x")


async def test_closing_an_account_says_what_it_does_and_ends_its_sessions(session: AsyncSession) -> None:
    person = IDS["bicheng-pingan"]
    await open_session(
        session,
        session_id="s-1",
        person_id=person,
        agent="Chrome",
        at=now(),
        expires_at=now() + timedelta(hours=1),
    )
    told = await closing(session, person, now())
    assert (told.sessions, told.posts, told.tasks) == (1, 1, 0)
    assert await close_account(session, DISTRICT, person, now(), "调离") == ["s-1"]
    assert await close_account(session, DISTRICT, person, now(), "调离") == ()
    assert await principal_of(session, person, now()) is None
    row = await person_row(session, DISTRICT, person, now())
    with pytest.raises(AccountClosed):
        await give_post(session, DISTRICT, row, NewPost(unit=BICHENG, role=Role.DISPATCHER), now())
    (post,) = (await find_person(session, DISTRICT, person, now())).posts
    assert Amiss.CLOSED in post.amiss
    await reopen_account(session, DISTRICT, person, now())
    assert await principal_of(session, person, now()) is not None


async def test_a_reset_password_is_good_for_one_thing(session: AsyncSession) -> None:
    person = IDS["bicheng-pingan"]
    await reset_password(session, DISTRICT, person, "another hash", now(), "忘记密码")
    row = await session.get_one(PersonRow, person)
    assert (row.password_hash, row.must_change_password) == ("another hash", True)
    held = await principal_of(session, person, now())
    assert held is not None
    assert held.posts == ()


async def test_every_change_is_journalled_where_its_readers_see_it(session: AsyncSession) -> None:
    person = await create_person(session, DISTRICT, NEW, "a secret hash", now())
    await change_person(session, DISTRICT, person, now(), name="陈小", phone="023-1234567", reason="更正")
    await change_person(session, DISTRICT, person, now(), name="陈小", phone="023-1234567")
    await close_account(session, DISTRICT, person, now(), "调离")
    page = await read_journal(session, _principal(DISTRICT), JournalFilter(subject=person), None, 50)
    assert [entry.deed for entry in page.items] == [
        Deed.PERSON_CLOSED,
        Deed.PERSON_CHANGED,
        Deed.POST_GIVEN,
        Deed.PERSON_CREATED,
    ]
    changed = page.items[1]
    assert changed.before == {"name": "陈晓", "phone": None}
    assert changed.after == {"name": "陈小", "phone": "023-1234567"}
    assert (changed.reason, changed.unit.name, changed.subject) == ("更正", "璧山区", person)
    assert "hash" not in page.model_dump_json()
    elsewhere = Post(
        id="x",
        role=Role.AUDITOR,
        unit=DISTRICT.posts[0].unit.model_copy(update={"id": QIANJIANG, "path": f"50.{QIANJIANG}"}),
    )
    other = Principal(person="p_x", posts=(elsewhere,))
    assert (await read_journal(session, other, JournalFilter(subject=person), None, 50)).items == ()
    nobody = Principal(person="p_x", posts=(elsewhere.model_copy(update={"role": Role.DISPATCHER}),))
    assert (await read_journal(session, nobody, JournalFilter(), None, 50)).items == ()


async def test_the_journal_is_read_page_by_page_and_filtered(session: AsyncSession) -> None:
    began = now()
    person = await create_person(session, CITY, NEW, "a hash", began)
    for number in range(4):
        await change_person(session, CITY, person, now(), name=f"陈{number}", phone=None)
    principal = _principal(CITY)
    wanted = JournalFilter(person=CITY.person, deed=Deed.PERSON_CHANGED, since=began)
    first = await read_journal(session, principal, wanted, None, 3)
    rest = await read_journal(session, principal, wanted, first.next, 3)
    assert [entry.name for entry in (*first.items, *rest.items)] == ["陈3", "陈2", "陈1", "陈0"]
    assert rest.next is None
    none = wanted.model_copy(update={"until": began})
    assert (await read_journal(session, principal, none, None, 3)).items == ()


async def test_ids_of_strangers_are_not_found(session: AsyncSession) -> None:
    for attempt in (
        close_account(session, DISTRICT, IDS["shengdi"], now(), "x"),
        reset_password(session, DISTRICT, "p_nobody", "h", now(), "x"),
    ):
        with pytest.raises(PersonNotFound):
            await attempt
    people = await session.scalars(select(col(PersonRow.active)))
    assert all(people)
