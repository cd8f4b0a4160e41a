"""The overdue board: how many cases are over a limit, by unit, level, matter and policy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, Text, case, cast, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen, Urgency, Words
from models.case.jurisdiction import READING_ROLES
from models.city.people import Principal, reach
from models.city.units import LEVEL_OF, Level
from models.queries.case_filters import CaseFilter
from models.queries.names import names
from models.queries.overdue import HOLDER, overdue_cases
from models.queries.units import unit_ref
from models.tables.cases import CaseRow
from models.tables.types import LTree


class OverdueCount(Frozen):
    """How many cases of one kind are over a limit."""

    key: str
    """The unit's id, the level, the matter's or the policy's key."""
    name: Words | None = None
    """For units (the same in both languages) and matters."""
    cases: int
    critical: int
    """Of these, red orders."""
    since: datetime
    """When the longest overdue of them ran out."""


class OverdueSummary(Frozen):
    """The board at one instant. The largest groups come first."""

    total: int
    root: str | None
    """The unit below which `units` are told apart; none: the whole city is."""
    units: tuple[OverdueCount, ...]
    """By who held the case then: the units directly below the root, or the holder itself outside of it."""
    places: tuple[OverdueCount, ...]
    """By where it happened: the units directly below the root, down to the grid."""
    holders: tuple[OverdueCount, ...]
    """By exactly the unit that held the case then."""
    levels: tuple[OverdueCount, ...]
    matters: tuple[OverdueCount, ...]
    policies: tuple[OverdueCount, ...]


_KEYS: Final = ("unit", "place", "holder", "kind", "matter", "policy")
_UNITS: Final = ("unit", "place", "holder")


async def summarize_overdue(
    session: AsyncSession,
    principal: Principal,
    wanted: CaseFilter,
    at: datetime,
    now: datetime | None = None,
) -> OverdueSummary:
    """How many cases were over a limit at the instant `at`, in three queries.

    Where `now` says that `at` is the present one, nothing has to be looked back for.

    Raises UnitNotFound for a `wanted.unit` that is not there.
    """
    root = (await unit_ref(session, wanted.unit)).path if wanted.unit else _common(principal)
    columns: tuple[ColumnElement[Any], ...] = (
        col(HOLDER.kind).label("kind"),
        col(HOLDER.path).label("holder_path"),
        col(HOLDER.id).label("holder"),
        col(CaseRow.place_path).label("place_path"),
        col(CaseRow.matter).label("matter"),
        col(CaseRow.policy).label("policy"),
        col(CaseRow.urgency).label("urgency"),
    )
    found = overdue_cases(columns, principal, wanted, at, now, then=True).subquery("found")
    unit = _below_root(found.c.holder_path, root).label("unit")
    place = _below_root(found.c.place_path, root).label("place")
    kinds = select(unit, place, found).subquery("kinds")
    keys = [kinds.c[key] for key in _KEYS]
    counted = select(
        *keys,
        func.grouping(*keys).label("grouped"),
        func.count().label("cases"),
        func.count().filter(kinds.c.urgency == Urgency.CRITICAL.value).label("critical"),
        func.min(kinds.c.since).label("since"),
        func.min(kinds.c.number).label("one"),
    ).group_by(func.grouping_sets(*(tuple_(key) for key in keys)))
    groups = counted.subquery("groups")
    # A matter's name is read from one of its cases, not from all: snapshots are large.
    named = select(col(CaseRow.snapshot)["matter"]["name"]).where(col(CaseRow.number) == groups.c.one)
    name = case((groups.c.matter.is_not(None), named.scalar_subquery()))
    statement = select(groups, name.label("name"))
    rows = (await session.execute(statement)).mappings().all()
    by = {
        key: [row for row in rows if not row["grouped"] & 1 << place]
        for place, key in enumerate(reversed(_KEYS))
    }
    known = await names(session, (_last(row[key]) for key in _UNITS for row in by[key]))
    levels = _levels(by["kind"])
    return OverdueSummary(
        total=sum(count.cases for count in levels),
        root=_last(root) if root else None,
        units=_sorted(_unit(row, row["unit"], known) for row in by["unit"]),
        places=_sorted(_unit(row, row["place"], known) for row in by["place"]),
        holders=_sorted(_unit(row, row["holder"], known) for row in by["holder"]),
        levels=_sorted(levels),
        matters=_sorted(
            _count(row, row["matter"], Words.model_validate(row["name"])) for row in by["matter"]
        ),
        policies=_sorted(_count(row, row["policy"]) for row in by["policy"]),
    )


def _common(principal: Principal) -> str | None:
    """The only path that the principal's posts reach from, or none for who has several."""
    paths = {reach(post) for post in principal.posts if post.role in READING_ROLES}
    return paths.pop() if len(paths) == 1 else None


def _below_root(path: ColumnElement[Any], root: str | None) -> ColumnElement[str]:
    """The unit directly below `root` that `path` lies in; the unit itself if it is the root, or outside."""
    depth = root.count(".") + 2 if root else 2
    inside = func.subpath(path, 0, func.least(func.nlevel(path), depth))
    if root is None:
        return cast(inside, Text)
    within = path.bool_op("<@")(literal(root, LTree()))
    return cast(case((within, inside), else_=path), Text)


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _count(row: RowMapping, key: str, name: Words | None = None) -> OverdueCount:
    return OverdueCount(key=key, name=name, cases=row["cases"], critical=row["critical"], since=row["since"])


def _unit(row: RowMapping, path: str, known: dict[str, str]) -> OverdueCount:
    unit_id = _last(path)
    name = known.get(unit_id, unit_id)
    return _count(row, unit_id, Words(zh=name, en=name))


def _levels(rows: Iterable[RowMapping]) -> list[OverdueCount]:
    """Kinds of unit put together by their level."""
    found: dict[Level, OverdueCount] = {}
    for row in rows:
        level = LEVEL_OF[row["kind"]]
        count, before = _count(row, level.value), found.get(level)
        if before is not None:
            count = count.model_copy(
                update={
                    "cases": before.cases + count.cases,
                    "critical": before.critical + count.critical,
                    "since": min(before.since, count.since),
                }
            )
        found[level] = count
    return list(found.values())


def _sorted(counts: Iterable[OverdueCount]) -> tuple[OverdueCount, ...]:
    return tuple(sorted(counts, key=lambda count: (-count.cases, count.since, count.key)))
