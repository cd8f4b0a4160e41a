"""A small world for tests: one chain of real units, somebody for every post, and dossiers to open cases with.

Nothing here needs pytest, a server or a database. `tests.support.play` plays cases in it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Final

from models.base import Urgency, Words
from models.case.dossier import Dossier, Rulebook
from models.city.catalogue import Matter, Section
from models.city.people import Post, Principal, Rank, Role, resident
from models.city.routing import entry_rung, ladder
from models.city.units import UnitKind, UnitRef
from models.clocks.calendar import CITY_ZONE, CalendarSlice, load_calendar
from models.clocks.policy import Policy, Rules, resolve
from models.clocks.policy_files import load_policies


def _unit(id: str, kind: UnitKind, name: str, above: UnitRef | None, *, deputy: bool = False) -> UnitRef:  # noqa: A002
    path = f"{above.path}.{id}" if above else id
    return UnitRef(id=id, kind=kind, name=name, path=path, has_deputy=deputy)


CITY: Final = _unit("50", UnitKind.CITY, "重庆市", None)
DISTRICT: Final = _unit("500120", UnitKind.DISTRICT, "璧山区", CITY)
STREET: Final = _unit("500120001", UnitKind.STREET, "璧城街道", DISTRICT)
COMMUNITY: Final = _unit("500120001005", UnitKind.COMMUNITY, "东关社区", STREET)
GRID: Final = _unit("500120001005-g18", UnitKind.GRID, "18网格", COMMUNITY, deputy=True)
MICRO_GRID: Final = _unit("500120001005-g18-m1", UnitKind.MICRO_GRID, "1栋", GRID)
OTHER_GRID: Final = _unit("500120001005-g17", UnitKind.GRID, "17网格", COMMUNITY)
OTHER_COMMUNITY: Final = _unit("500120001002", UnitKind.COMMUNITY, "北门社区", STREET)

PARTY: Final = _unit("500120001-dangjian", UnitKind.SECTION, "党的建设", STREET)
ECONOMY: Final = _unit("500120001-jingji", UnitKind.SECTION, "经济发展", STREET)
LIVELIHOOD: Final = _unit("500120001-minsheng", UnitKind.SECTION, "民生服务", STREET)
SAFETY: Final = _unit("500120001-pingan", UnitKind.SECTION, "平安法治", STREET, deputy=True)

CHENGGUAN: Final = _unit("500120-chengguan", UnitKind.DEPARTMENT, "城市管理局", DISTRICT)
XIAOFANG: Final = _unit("500120-xiaofang", UnitKind.DEPARTMENT, "消防救援支队", DISTRICT)
JIAOJING: Final = _unit("500120-jiaojing", UnitKind.DEPARTMENT, "交巡警支队", DISTRICT)
ZHUJIAN: Final = _unit("500120-zhujian", UnitKind.DEPARTMENT, "住房城乡建委", DISTRICT)

FOREIGN_DISTRICT: Final = _unit("500105", UnitKind.DISTRICT, "江北区", CITY)
FOREIGN_STREET: Final = _unit("500105003", UnitKind.STREET, "石马河街道", FOREIGN_DISTRICT)
FOREIGN_CHENGGUAN: Final = _unit("500105-chengguan", UnitKind.DEPARTMENT, "城市管理局", FOREIGN_DISTRICT)

CHAIN: Final = (CITY, DISTRICT, STREET, COMMUNITY, GRID)
"""Where cases happen unless a test says otherwise: 璧城街道东关社区18网格."""


def holding(person: str, *posts: tuple[UnitRef, Role] | tuple[UnitRef, Role, Rank]) -> Principal:
    """Somebody with these posts."""
    return Principal(
        person=f"p-{person}",
        posts=tuple(
            Post(id=f"{person}-{place}", unit=post[0], role=post[1], rank=post[2] if len(post) == 3 else None)
            for place, post in enumerate(posts, 1)
        ),
    )


WORKER: Final = holding("worker", (GRID, Role.GRID_WORKER))
HEAD_A: Final = holding("head-a", (GRID, Role.GRID_HEAD, Rank.A))
HEAD_B: Final = holding("head-b", (GRID, Role.GRID_HEAD, Rank.B))
INSTRUCTOR: Final = holding("instructor", (GRID, Role.GRID_INSTRUCTOR))
OTHER_WORKER: Final = holding("other-worker", (OTHER_GRID, Role.GRID_WORKER))
OFFICER: Final = holding("officer", (COMMUNITY, Role.COMMUNITY_OFFICER))
OFFICER_2: Final = holding("officer-2", (COMMUNITY, Role.COMMUNITY_OFFICER))
DISPATCHER: Final = holding("dispatcher", (STREET, Role.DISPATCHER))
DISPATCHER_2: Final = holding("dispatcher-2", (STREET, Role.DISPATCHER))
COMMANDER: Final = holding("commander", (STREET, Role.COMMANDER))
SUPERVISOR: Final = holding("supervisor", (STREET, Role.SUPERVISOR))
SAFETY_A: Final = holding("safety-a", (SAFETY, Role.SECTION_STAFF, Rank.A))
SAFETY_B: Final = holding("safety-b", (SAFETY, Role.SECTION_STAFF, Rank.B))
LIVELIHOOD_STAFF: Final = holding("livelihood", (LIVELIHOOD, Role.SECTION_STAFF))
LIVELIHOOD_2: Final = holding("livelihood-2", (LIVELIHOOD, Role.SECTION_STAFF))
CHENGGUAN_STAFF: Final = holding("chengguan", (CHENGGUAN, Role.DEPARTMENT_STAFF))
CHENGGUAN_2: Final = holding("chengguan-2", (CHENGGUAN, Role.DEPARTMENT_STAFF))
XIAOFANG_STAFF: Final = holding("xiaofang", (XIAOFANG, Role.DEPARTMENT_STAFF))
JIAOJING_STAFF: Final = holding("jiaojing", (JIAOJING, Role.DEPARTMENT_STAFF))
ZHUJIAN_STAFF: Final = holding("zhujian", (ZHUJIAN, Role.DEPARTMENT_STAFF))
DISTRICT_DISPATCHER: Final = holding("district-dispatcher", (DISTRICT, Role.DISPATCHER))
DISTRICT_COMMANDER: Final = holding("district-commander", (DISTRICT, Role.COMMANDER))
DISTRICT_SUPERVISOR: Final = holding("district-supervisor", (DISTRICT, Role.SUPERVISOR))
AUDITOR: Final = holding("auditor", (DISTRICT, Role.AUDITOR))
CITY_DISPATCHER: Final = holding("city-dispatcher", (CITY, Role.DISPATCHER))
CITY_SUPERVISOR: Final = holding("city-supervisor", (CITY, Role.SUPERVISOR))
ADMINISTRATOR: Final = holding("administrator", (CITY, Role.ADMINISTRATOR))
SENSOR: Final = holding("sensor", (STREET, Role.DEVICE))
RESIDENT: Final = resident("r-one", GRID)
RESIDENT_2: Final = resident("r-two", GRID)
TWO_POSTS: Final = holding("two-posts", (COMMUNITY, Role.COMMUNITY_OFFICER), (SAFETY, Role.SECTION_STAFF))
"""An officer of the community who also sits in the street's safety section."""
FOREIGN_DISPATCHER: Final = holding("foreign-dispatcher", (FOREIGN_STREET, Role.DISPATCHER))
FOREIGN_STAFF: Final = holding("foreign-staff", (FOREIGN_CHENGGUAN, Role.DEPARTMENT_STAFF))

PEOPLE: Final[tuple[Principal, ...]] = tuple(
    value for value in globals().values() if type(value) is Principal
)
"""Everybody above."""
UNITS: Final[tuple[UnitRef, ...]] = tuple(value for value in globals().values() if type(value) is UnitRef)
"""Every unit above."""


def beijing(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """An instant (UTC) as people in the city say it."""
    return datetime(year, month, day, hour, minute, tzinfo=CITY_ZONE).astimezone(UTC)


MONDAY: Final = beijing(2026, 10, 12, 9)
"""Monday 12 October 2026, 09:00 in the city: the first of two plain working weeks."""


@cache
def policies() -> dict[str, Policy]:
    """The policies that ship."""
    return load_policies()


@cache
def calendar() -> CalendarSlice:
    """The working calendar that ships, 2026 and 2027."""
    return load_calendar().slice(date(2026, 1, 1), date(2027, 12, 31))


@cache
def rules(policy: str = "135", variant: str | None = None) -> dict[Urgency, Rules]:
    """A shipped policy, resolved for every urgency."""
    known = policies()
    return {urgency: resolve(known[policy], known, urgency, variant) for urgency in Urgency}


def matter(**changes: Any) -> Matter:
    """A broken street lamp: accepted everywhere, nothing special; or with `changes`."""
    plain: dict[str, Any] = {
        "key": "street-lamp",
        "name": Words(zh="路灯不亮", en="Street lamp out"),
        "section": Section.LIVELIHOOD,
        "department": "chengguan",
        "closing": Words(zh="路灯恢复照明", en="The lamp is lit again"),
    }
    return Matter.model_validate(plain | changes)


def dossier(
    urgency: Urgency = Urgency.ORDINARY,
    policy: str | None = "135",
    variant: str | None = None,
    *,
    number: str = "500120001-20261012-0001",
    about: Matter | None = None,
    chain: tuple[UnitRef, ...] = CHAIN,
    department: UnitRef | None = None,
    entry: UnitRef | None = None,
) -> Dossier:
    """The dossier of a matter at the end of `chain`, under a shipped policy (none: under no rules at all).

    It enters where routing puts it, or at the rung of the unit `entry`.
    """
    about = about or matter()
    rungs = ladder(chain, department)
    first = entry_rung(rungs, about, urgency)
    held_by = entry.id if entry else first.unit.id
    return Dossier(
        number=number,
        chain=chain,
        ladder=rungs,
        entry=[rung.unit.id for rung in rungs].index(held_by),
        matter=about,
        urgency=urgency,
        book=Rulebook(rules=rules(policy, variant), calendar=calendar()) if policy else Rulebook(),
    )
