"""People with an account, in the hands of administrators: each inside the area of their own post."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Self

from fastapi import APIRouter, Path, Query, status
from pydantic import BaseModel, ConfigDict, Field

from api.administering.people import (
    Credentials,
    close,
    correct,
    give_new_password,
    hire,
    reopen,
)
from api.administering.who import Administers
from api.dependencies import House, ReadSession
from api.errors import NotFound
from api.glossary import ROLES
from api.paths import API
from api.problems import SIGNED_IN, problems
from api.rest.views import UnitView
from models.base import Words
from models.case.appointing import AMISS, Amiss
from models.city.people import Rank, Role
from models.queries.account_changes import Login, NewPerson, PersonName, Telephone
from models.queries.desk_posts import PostLine
from models.queries.people_admin import (
    AccountState,
    PeopleFilter,
    PersonDetail,
    PersonLine,
    PersonNotFound,
    find_person,
    list_people,
)
from models.queries.post_admin import NewPost
from models.queries.units import UnitNotFound, unit_ref

router: Final = APIRouter(prefix=f"{API}/people", tags=["people"], responses=problems(*SIGNED_IN))

PersonId = Annotated[str, Path(max_length=64, examples=["p_ov3x7tfd2mq4c5ka"])]
Because = Annotated[str, Field(max_length=300, description="Why; the journal keeps it.")]

POST_EXAMPLE: Final[dict[str, Any]] = {
    "id": "post_m2k4v6qx7tfd2mq4",
    "role": "section_staff",
    "words": {"zh": "板块工作人员", "en": "section staff"},
    "rank": "A",
    "unit": {
        "id": "500120001-pingan",
        "kind": "section",
        "name": "平安法治",
        "level": "street",
        "path": "50.500120.500120001.500120001-pingan",
    },
    "above": "璧山区 › 璧城街道",
    "since": "2026-03-02T01:00:00Z",
    "until": None,
    "inside": True,
    "amiss": [],
}
_PERSON: Final[dict[str, Any]] = {
    "id": "p_ov3x7tfd2mq4c5ka",
    "login": "pingan-chen",
    "name": "陈晓",
    "active": True,
    "must_change_password": True,
    "posts": [POST_EXAMPLE],
}


class AmissView(BaseModel):
    """Something that is wrong at a desk."""

    code: Amiss
    words: Words


class HeldPost(BaseModel):
    """A post and where it stands."""

    model_config = ConfigDict(json_schema_extra={"examples": [POST_EXAMPLE]})

    id: str
    role: Role
    words: Words
    rank: Rank | None
    unit: UnitView
    above: str = Field(description="The units that its own lies in, from the district down.")
    since: datetime
    until: datetime | None
    inside: bool = Field(description="Whether it lies in the caller's area.")
    amiss: list[AmissView] = Field(description="What is wrong at its desk.")

    @classmethod
    def of(cls, post: PostLine) -> Self:
        """The view of `post`."""
        return cls(
            id=post.id,
            role=post.role,
            words=ROLES[post.role],
            rank=post.rank,
            unit=UnitView.of(post.unit),
            above=post.above,
            since=post.since,
            until=post.until,
            inside=post.inside,
            amiss=[AmissView(code=what, words=AMISS[what]) for what in post.amiss],
        )


class PersonView(BaseModel):
    """A person, and the posts held now or from a later day on."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PERSON]})

    id: str
    login: str
    name: str
    active: bool
    must_change_password: bool = Field(description="Whether the password is still the one that was given.")
    posts: list[HeldPost]

    @classmethod
    def of(cls, person: PersonLine, **more: Any) -> Self:
        """The view of `person`; `more` are the fields of a richer view."""
        return cls(
            id=person.id,
            login=person.login,
            name=person.name,
            active=person.active,
            must_change_password=person.must_change_password,
            posts=[HeldPost.of(post) for post in person.posts],
            **more,
        )


class PersonInFull(PersonView):
    """A person with every post, those of the past as well."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_PERSON,
                    "phone": "023-41412345",
                    "created_at": "2026-03-02T01:00:00Z",
                    "password_changed_at": "2026-03-02T01:00:00Z",
                    "sessions": 1,
                    "theirs": True,
                }
            ]
        }
    )

    phone: str | None
    created_at: datetime
    password_changed_at: datetime
    sessions: int = Field(description="Places where the person is signed in.")
    theirs: bool = Field(description="Whether the account is the caller's to change: no post lies elsewhere.")

    @classmethod
    def whole(cls, person: PersonDetail) -> Self:
        """The view of a person in full."""
        return cls.of(
            person,
            phone=person.phone,
            created_at=person.created_at,
            password_changed_at=person.password_changed_at,
            sessions=person.sessions,
            theirs=person.theirs,
        )


class PeopleList(BaseModel):
    """Part of a list of people."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [_PERSON], "next": None, "total": 1}]}
    )

    items: list[PersonView] = Field(description="In the order of their logins.")
    next: str | None
    total: int


class HiringBody(BaseModel):
    """Somebody who is to have an account, and the post for which."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "login": "pingan-chen",
                    "name": "陈晓",
                    "unit": "500120001-pingan",
                    "role": "section_staff",
                    "rank": "A",
                    "reason": "新到岗",
                }
            ]
        },
    )

    login: Login = Field(description="3 to 40 letters, digits, dots or dashes; kept in lower case.")
    name: PersonName
    phone: Telephone | None = None
    unit: str = Field(max_length=64)
    role: Role
    rank: Rank | None = None
    reason: Because = ""

    def person(self) -> NewPerson:
        """What is asked for."""
        post = NewPost(unit=self.unit, role=self.role, rank=self.rank, reason=self.reason)
        return NewPerson(login=self.login, name=self.name, phone=self.phone, post=post)


class CorrectionBody(BaseModel):
    """A person's name and phone, as they are to be."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "陈晓", "phone": "023-41412345"}]}
    )

    name: PersonName
    phone: Telephone | None = None
    reason: Because = ""


class ReasonBody(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "调离"}]})

    reason: str = Field(min_length=1, max_length=300, description="Why; the journal keeps it.")


class FirstPassword(BaseModel):
    """What the person signs in with once, to choose a password of their own. It is told only here."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"person": "p_ov3x7tfd2mq4c5ka", "password": "k7mq-x2hp-9wtd"}]}
    )

    person: str
    password: str

    @classmethod
    def of(cls, given: Credentials) -> Self:
        """The view of what was given."""
        return cls(person=given.person, password=given.password)


@router.get("", operation_id="listPeople", summary="The people of my area", responses=problems(404))
async def people(
    by: Administers,
    session: ReadSession,
    q: Annotated[str, Query(max_length=64, description="Part of the name or login.")] = "",
    unit: Annotated[str | None, Query(max_length=64, description="At this unit or below it.")] = None,
    role: Annotated[Role | None, Query()] = None,
    state: Annotated[AccountState | None, Query(description="Only such accounts.")] = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PeopleList:
    """Those who hold a post in the caller's area, or held their last one there."""
    try:
        within = (await unit_ref(session, unit)).path if unit else None
    except UnitNotFound as missing:
        raise NotFound from missing
    wanted = PeopleFilter(words=q, within=within, role=role, state=state)
    page = await list_people(session, by, wanted, datetime.now(UTC), cursor, limit)
    return PeopleList(items=[PersonView.of(item) for item in page.items], next=page.next, total=page.total)


@router.post(
    "",
    operation_id="createPerson",
    summary="Open an account",
    status_code=status.HTTP_201_CREATED,
    responses=problems(409),
)
async def create(body: HiringBody, by: Administers, house: House) -> FirstPassword:
    """An account with its first post, and a password that is good for choosing another one."""
    return FirstPassword.of(await hire(house, by, body.person()))


@router.get("/{person_id}", operation_id="getPerson", summary="One person", responses=problems(404))
async def person(person_id: PersonId, by: Administers, session: ReadSession) -> PersonInFull:
    """A person with every post, and what is wrong at its desk."""
    try:
        return PersonInFull.whole(await find_person(session, by, person_id, datetime.now(UTC)))
    except PersonNotFound as missing:
        raise NotFound from missing


@router.patch(
    "/{person_id}",
    operation_id="changePerson",
    summary="Correct name and phone",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(404),
)
async def change(person_id: PersonId, body: CorrectionBody, by: Administers, house: House) -> None:
    """Both as they are to be. What open cases remember stays: they know ids only."""
    await correct(house, by, person_id, name=body.name, phone=body.phone, reason=body.reason)


@router.post(
    "/{person_id}/close",
    operation_id="closePerson",
    summary="Close an account",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(404, 409),
)
async def close_person(person_id: PersonId, body: ReasonBody, by: Administers, house: House) -> None:
    """Every session ends at once. Posts stay until they are ended; nobody acts under them."""
    await close(house, by, person_id, body.reason)


@router.post(
    "/{person_id}/reopen",
    operation_id="reopenPerson",
    summary="Open a closed account again",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(404),
)
async def reopen_person(person_id: PersonId, body: ReasonBody, by: Administers, house: House) -> None:
    """With the password and the posts it had."""
    await reopen(house, by, person_id, body.reason)


@router.post(
    "/{person_id}/password",
    operation_id="resetPassword",
    summary="Replace a forgotten password",
    responses=problems(404),
)
async def reset(person_id: PersonId, body: ReasonBody, by: Administers, house: House) -> FirstPassword:
    """Every session ends; the new password is good for choosing another one."""
    return FirstPassword.of(await give_new_password(house, by, person_id, body.reason))
