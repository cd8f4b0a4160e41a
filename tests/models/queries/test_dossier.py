"""The parts of a dossier, on the real tree: what they hold, and in how many queries."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from models.base import Urgency
from models.city.routing import entry_rung
from models.city.units import Level
from models.clocks.calendar import load_calendar
from models.queries.dossier import MatterNotFound, build_parts
from models.queries.units import UnitNotFound
from runtime.database import Sessions
from tests.models.queries.city import ready
from tests.models.queries.test_units import statements

AT = datetime(2025, 9, 28, 2, tzinfo=UTC)


async def test_the_parts_of_the_collapsing_eave(engine: AsyncEngine, sessions: Sessions) -> None:
    await ready(engine)
    async with sessions.read() as session:
        with statements(engine) as sent:
            parts = await build_parts(session, "500120001005-g18", "eave-collapse", AT)
    assert [unit.name for unit in parts.chain] == ["重庆市", "璧山区", "璧城街道", "东关社区", "18网格"]
    assert [(rung.level, rung.unit.id) for rung in parts.ladder] == [
        (Level.GRID, "500120001005-g18"),
        (Level.COMMUNITY, "500120001005"),
        (Level.STREET, "500120001"),
        (Level.DISTRICT, "500120-zhujian"),
        (Level.CITY, "50"),
    ]
    assert entry_rung(parts.ladder, parts.matter, Urgency.CRITICAL).unit.name == "东关社区"
    assert parts.rules.keys() == set(Urgency)
    assert {rules.policy for rules in parts.rules.values()} == {"135"}
    assert len(sent) <= 4


async def test_the_calendar_slice_is_the_shipped_calendar(engine: AsyncEngine, sessions: Sessions) -> None:
    await ready(engine)
    async with sessions.read() as session:
        calendar = (await build_parts(session, "500120", "street-lamp", AT)).calendar
    whole = load_calendar()
    assert calendar == whole.slice(date(2025, 9, 27), date(2027, 4, 1))
    assert calendar.is_make_up(date(2025, 10, 11))
    assert not calendar.is_working(date(2026, 2, 16))


async def test_matters_of_no_department_climb_to_the_districts_own_centre(
    engine: AsyncEngine, sessions: Sessions
) -> None:
    await ready(engine)
    async with sessions.read() as session:
        parts = await build_parts(session, "500107003003-g1", "other", AT)
    assert parts.ladder[3].unit.id == "500107"


@pytest.mark.parametrize(
    ("unit", "chain", "ladder"),
    [
        ("50", ["50"], ["50"]),
        ("500120", ["50", "500120"], ["500120-chengguan", "50"]),
        (
            "500120-chengguan",
            ["50", "500120", "500120-chengguan"],
            ["500120-chengguan", "50"],
        ),
        (
            "500120001-minsheng",
            ["50", "500120", "500120001", "500120001-minsheng"],
            ["500120001", "500120-chengguan", "50"],
        ),
    ],
)
async def test_places_known_less_exactly(
    engine: AsyncEngine, sessions: Sessions, unit: str, chain: list[str], ladder: list[str]
) -> None:
    await ready(engine)
    async with sessions.read() as session:
        parts = await build_parts(session, unit, "street-lamp", AT)
    assert [ref.id for ref in parts.chain] == chain
    assert [rung.unit.id for rung in parts.ladder] == ladder


async def test_unknown_places_and_matters(engine: AsyncEngine, sessions: Sessions) -> None:
    await ready(engine)
    async with sessions.read() as session:
        with pytest.raises(UnitNotFound):
            await build_parts(session, "500199", "street-lamp", AT)
        with pytest.raises(MatterNotFound):
            await build_parts(session, "500120", "moon-dust", AT)
