"""Catalogue, policies and files in the hands of administrators."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import delete, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col

from models.base import Urgency, Words
from models.city.administering import Deed
from models.city.catalogue import Matter, Section
from models.city.data_files import load_catalogue
from models.clocks.calendar import CITY_ZONE
from models.clocks.policy import PolicyError
from models.clocks.policy_files import load_policies
from models.queries.admin_overview import attention, counts
from models.queries.admin_refusals import ChangedMeanwhile, MatterTaken, MatterUnfit
from models.queries.catalogue import active_matters
from models.queries.catalogue_admin import (
    add_matter,
    all_matters,
    change_matter,
    compare,
    find_matter,
    retire_matter,
    take_over,
)
from models.queries.import_files import ImportGone, begin, discard, find_file, keep_file, tell_progress
from models.queries.import_preview import Change, preview_outlines, preview_units
from models.queries.journal import note
from models.queries.policies import active_policies
from models.queries.policy_preview import matters_under, open_cases_under, policy_versions, preview_policy
from models.queries.publishing import (
    PolicyNotScheduled,
    VersionTaken,
    publish_policy,
    withdraw_policy,
)
from models.tables.imports import ImportKind
from models.tables.policies import PolicyRow
from tests.models.queries.administrators import BISHAN, CITY, DISTRICT, now
from tests.models.queries.city import ready

LAMP = "street-lamp"
HEADING = "code,name,kind,parent_code\n"


@pytest.fixture
async def session(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """A transaction that is undone after the test."""
    await ready(engine)
    async with AsyncSession(engine) as session, session.begin() as transaction:
        yield session
        await transaction.rollback()


def _new(**changes: object) -> Matter:
    words = Words(zh="夜市占道", en="Night market")
    return Matter(
        key="night-market", name=words, section=Section.SAFETY, closing=words, department="chengguan"
    ).model_copy(update=changes)


async def test_a_matter_is_added_changed_and_taken_out(session: AsyncSession) -> None:
    await add_matter(session, CITY, _new(), now())
    with pytest.raises(MatterTaken):
        await add_matter(session, CITY, _new(), now())
    assert _new() in await active_matters(session)
    changed = _new(urgency=Urgency.URGENT)
    assert await change_matter(session, CITY, changed, 1, now()) == 2
    assert await change_matter(session, CITY, changed, 2, now()) == 2  # nothing changed
    with pytest.raises(ChangedMeanwhile):
        await change_matter(session, CITY, _new(), 1, now())
    await retire_matter(session, CITY, "night-market", now(), "x")
    assert "night-market" not in {matter.key for matter in await active_matters(session)}
    assert not (await find_matter(session, "night-market")).active
    await retire_matter(session, CITY, "night-market", now(), "x", restore=True)
    assert changed in await active_matters(session)


@pytest.mark.parametrize(
    "changes", [{"department": "nowhere"}, {"policy": "nowhere"}, {"variant": "nowhere"}]
)
async def test_a_matter_names_only_what_is_there(session: AsyncSession, changes: dict[str, str]) -> None:
    with pytest.raises(MatterUnfit):
        await add_matter(session, CITY, _new(**changes), now())


async def test_another_edition_is_compared_and_taken_over(session: AsyncSession) -> None:
    ours = [line.matter for line in await all_matters(session)]
    assert compare(ours, load_catalogue()).same
    lamp = next(matter for matter in ours if matter.key == LAMP)
    newer = [
        *(matter for matter in load_catalogue() if matter.key not in (LAMP, "forest-fire")),
        lamp.model_copy(update={"urgency": Urgency.CRITICAL, "words": ("灯",)}),
        _new(),
    ]
    found = compare(ours, newer)
    assert [matter.key for matter in found.added] == ["night-market"]
    assert [(change.theirs.key, change.fields) for change in found.changed] == [(LAMP, ("urgency", "words"))]
    assert [matter.key for matter in found.only_ours] == ["forest-fire"]
    assert await take_over(session, CITY, newer, [LAMP, "night-market", "no such"], now(), "新版") == 2
    again = compare([line.matter for line in await all_matters(session)], newer)
    assert again.same
    assert (await find_matter(session, "forest-fire")).active


async def test_a_version_counts_from_its_day_and_can_be_withdrawn_before(session: AsyncSession) -> None:
    old = load_policies()["xian-1130"]
    newer = old.model_copy(update={"version": 2, "name": Words(zh="新", en="new")})
    await publish_policy(session, newer, now() + timedelta(days=1))
    assert (await active_policies(session))["xian-1130"] == old
    with pytest.raises(VersionTaken):
        await publish_policy(session, newer, now())
    scheduled, current = await policy_versions(session, now(), "xian-1130")
    assert (scheduled.scheduled, scheduled.current, scheduled.policy.version) == (True, False, 2)
    assert (current.scheduled, current.current) == (False, True)
    assert await withdraw_policy(session, "xian-1130", 2, now()) == newer
    for version in (1, 2):
        with pytest.raises(PolicyNotScheduled):
            await withdraw_policy(session, "xian-1130", version, now())
    await publish_policy(session, newer, now() - timedelta(seconds=1))
    assert (await active_policies(session))["xian-1130"] == newer
    await session.execute(delete(PolicyRow).where(col(PolicyRow.version) == 2))


async def test_a_draft_is_previewed_beside_the_policies_in_force(session: AsyncSession) -> None:
    draft = load_policies()["135"].model_copy(update={"version": 2})
    at = now().astimezone(CITY_ZONE).replace(month=6, day=1, hour=10, minute=0, second=0, microsecond=0)
    preview = await preview_policy(session, draft, Urgency.CRITICAL, at)
    arrive = next(promise for promise in preview.promises if promise.name.zh == "到场")
    assert arrive.red_at == at + timedelta(minutes=5)
    assert "第2版" in arrive.reason.zh
    with pytest.raises(PolicyError):
        await preview_policy(session, draft.model_copy(update={"extends": "nowhere"}), Urgency.ORDINARY, at)
    assert (await matters_under(session))["135"] > 50
    assert await open_cases_under(session, "135") == 0
    assert await open_cases_under(session, None) == 0


async def test_the_overview_counts_the_area(session: AsyncSession) -> None:
    city, district = await counts(session, CITY, now()), await counts(session, DISTRICT, now())
    assert sum(city.units.values()) > 20_000
    assert sum(district.units.values()) < 2_000
    assert (city.closed, city.first, city.idle) == (0, 0, 0)
    assert 0 < district.people < city.people
    found = await attention(session, DISTRICT, now())
    assert found.closed_posts == 0
    assert found.no_a == ()
    assert all(line.unit.path.startswith(f"50.{BISHAN}") for line in found.empty)


async def test_a_list_of_another_district_is_a_fault(engine: AsyncEngine, session: AsyncSession) -> None:
    content = (HEADING + "500114107,黑溪新镇,street,500114\n").encode()
    async with engine.connect() as connection:
        mine = await preview_units(connection, CITY, content)
        theirs = await preview_units(connection, DISTRICT, content)
    renamed = mine.preview.groups[0]
    assert (renamed.change, renamed.number) == (Change.RENAMED, 1)
    assert theirs.preview.refused
    assert theirs.preview.faults[0].code == "500114107"
    ring = [[106.2, 29.5], [106.3, 29.5], [106.3, 29.6], [106.2, 29.5]]
    feature = {
        "properties": {"code": "500114107"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    outlines = json.dumps({"features": [feature]}).encode()
    assert not (await preview_outlines(session, CITY, outlines))[0].refused
    assert (await preview_outlines(session, DISTRICT, outlines))[0].fault_count == 1
    assert (await preview_outlines(session, CITY, b"\xff"))[0].fault_count == 1
    twice = json.dumps({"features": [feature, feature]}).encode()
    assert (await preview_outlines(session, CITY, twice))[0].faults[0].line == 2


async def test_a_file_is_its_bringers_alone_and_begun_once(session: AsyncSession) -> None:
    async def keep(person: str) -> str:
        return await keep_file(
            session, person, ImportKind.UNITS, "x.csv", b"x", fingerprint="f", report={}, at=now()
        )

    dropped, kept = await keep("p_a"), await keep("p_a")
    with pytest.raises(ImportGone):
        await find_file(session, dropped, "p_a", now())
    with pytest.raises(ImportGone):
        await find_file(session, kept, "p_b", now())
    with pytest.raises(ImportGone):
        await find_file(session, kept, "p_a", now() + timedelta(hours=3))
    with pytest.raises(ImportGone):
        await begin(session, kept, "p_b", now())
    await begin(session, kept, "p_a", now())
    with pytest.raises(ImportGone):
        await begin(session, kept, "p_a", now())
    await tell_progress(session, kept, now(), step="x", done=1, total=2)
    await begin(session, kept, "p_a", now() + timedelta(minutes=1))  # it had been cut off
    await discard(session, kept, "p_a")
    assert (await find_file(session, kept, "p_a", now())).id == kept  # what runs is not forgotten


async def test_the_journal_is_only_ever_added_to(session: AsyncSession) -> None:
    await note(session, CITY, Deed.MATTER_ADDED, subject="x", name="x", at=now())
    for change in ("UPDATE admin_journal SET name = 'y'", "DELETE FROM admin_journal"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with session.begin_nested():
                await session.execute(text(change))
