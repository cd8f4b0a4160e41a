"""The tree as administrators see it: what lies below a unit, who works there, what a change touches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    SQLColumnExpression,
    and_,
    case,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.base import Frozen
from models.case.permissions import SERVES
from models.case.state import ACTIVE_TASK, OPEN
from models.city.administering import Administrator
from models.city.units import GridType, UnitKind, UnitRef, UnitSource
from models.queries.desk_posts import location
from models.queries.units import UnitNotFound, ref_columns, ref_of
from models.tables.cases import CaseRow, TaskRow
from models.tables.people import PersonRow, PostRow
from models.tables.types import below
from models.tables.units import UnitRow

BELOW: Final[Mapping[UnitKind, tuple[UnitKind, ...]]] = {
    UnitKind.CITY: (),
    UnitKind.DISTRICT: (UnitKind.DEPARTMENT,),
    UnitKind.DEPARTMENT: (),
    UnitKind.STREET: (UnitKind.SECTION,),
    UnitKind.SECTION: (),
    UnitKind.COMMUNITY: (UnitKind.GRID,),
    UnitKind.GRID: (UnitKind.MICRO_GRID,),
    UnitKind.MICRO_GRID: (),
}
"""The kinds of unit that are added by hand, by the kind they stand below. Districts, streets and communities
come with the code list."""


class UnitLine(Frozen):
    """A unit in the tree."""

    unit: UnitRef
    official_name: str
    source: UnitSource
    grid_type: GridType | None
    active: bool
    above: str
    children: int
    """Active units directly below."""
    people: int
    """Open accounts with a post that works its desk."""

    @classmethod
    def of(cls, row: RowMapping) -> UnitLine:
        """The unit in a row of `unit_lines`."""
        return UnitLine(
            unit=ref_of(row),
            official_name=row["official_name"],
            source=row["source"],
            grid_type=row["grid_type"],
            active=row["active"],
            above=row["above"],
            children=row["children"],
            people=row["people"],
        )


class UnitDetail(UnitLine):
    """A unit, with all that lies below it counted."""

    parent: str | None
    inside: int
    """Active units anywhere below."""
    posts: int
    """Posts held there and anywhere below."""
    cases: int
    """Open cases that are held, or worked on, there or anywhere below."""
    theirs: bool
    """Whether it lies in the administrator's area."""


async def tree_below(
    session: AsyncSession, parent_id: str, at: datetime, *, closed: bool = False
) -> tuple[UnitLine, ...]:
    """The units directly below, in their order; closed ones as well, if wanted. One query."""
    statement = unit_lines(at).where(col(UnitRow.parent_id) == parent_id)
    if not closed:
        statement = statement.where(col(UnitRow.active))
    statement = statement.order_by(_rank_of_kind(), col(UnitRow.position), col(UnitRow.id))
    return tuple(map(UnitLine.of, (await session.execute(statement)).mappings()))


async def tree_roots(session: AsyncSession, by: Administrator, at: datetime) -> tuple[UnitLine, ...]:
    """The units that the administrator's areas begin with. One query."""
    ids = [path.rpartition(".")[2] for path in by.paths]
    statement = unit_lines(at).where(col(UnitRow.id).in_(ids)).order_by(col(UnitRow.path))
    return tuple(map(UnitLine.of, (await session.execute(statement)).mappings()))


async def find_units(
    session: AsyncSession,
    by: Administrator,
    words: str,
    at: datetime,
    *,
    kinds: Iterable[UnitKind] = (),
    limit: int = 30,
) -> tuple[UnitLine, ...]:
    """Units of the area whose name contains `words` or whose code begins with them, closed ones last."""
    typed = words.strip()
    if not typed:
        return ()
    statement = unit_lines(at).where(
        below(col(UnitRow.path), by.paths),
        or_(
            col(UnitRow.name).contains(typed, autoescape=True),
            and_(
                col(UnitRow.source) == UnitSource.OFFICIAL,  # a grid's says only where it lies
                col(UnitRow.official_name).contains(typed, autoescape=True),
            ),
            col(UnitRow.id).startswith(typed.lower(), autoescape=True),
        ),
    )
    wanted = list(kinds)
    if wanted:
        statement = statement.where(col(UnitRow.kind).in_(wanted))
    statement = statement.order_by(
        col(UnitRow.active).desc(),
        func.nlevel(col(UnitRow.path)),
        func.length(col(UnitRow.name)),
        col(UnitRow.id),
    ).limit(limit)
    return tuple(map(UnitLine.of, (await session.execute(statement)).mappings()))


async def unit_detail(session: AsyncSession, by: Administrator, unit_id: str, at: datetime) -> UnitDetail:
    """One unit, closed ones included, with what depends on it. One query. Raises UnitNotFound."""
    inner = aliased(UnitRow)
    inside = (
        select(func.count())
        .select_from(inner)
        .where(_under(inner), col(inner.active), col(inner.id) != col(UnitRow.id))
        .correlate(UnitRow)
        .scalar_subquery()
    )
    post_unit = aliased(UnitRow)
    posts = (
        select(func.count())
        .select_from(PostRow)
        .join(post_unit, col(post_unit.id) == col(PostRow.unit_id))
        .join(PersonRow, col(PersonRow.id) == col(PostRow.person_id))
        .where(_under(post_unit), col(PersonRow.active), *_now(at))
        .correlate(UnitRow)
        .scalar_subquery()
    )
    statement = unit_lines(at).add_columns(
        inside.label("inside"),
        posts.label("posts"),
        open_cases_below(col(UnitRow.path)).label("cases"),
        col(UnitRow.parent_id).label("parent"),
    )
    row = (await session.execute(statement.where(col(UnitRow.id) == unit_id))).mappings().one_or_none()
    if row is None:
        raise UnitNotFound([unit_id])
    line = UnitLine.of(row)
    return UnitDetail(
        **dict(line),
        parent=row["parent"],
        inside=row["inside"],
        posts=row["posts"],
        cases=row["cases"],
        theirs=by.administers(line.unit.path),
    )


def open_cases_below(path: SQLColumnExpression[Any]) -> ColumnElement[int]:
    """How many open cases are held, or have a task open, at or below the unit at `path`."""
    task_unit = aliased(UnitRow)
    worked = exists().where(
        col(TaskRow.case_number) == col(CaseRow.number),
        col(TaskRow.state).in_([state.value for state in ACTIVE_TASK]),
        col(task_unit.id) == col(TaskRow.unit_id),
        col(task_unit.path).bool_op("<@")(path),
    )
    return (
        select(func.count())
        .select_from(CaseRow)
        .where(
            col(CaseRow.stage).in_([stage.value for stage in OPEN]),
            or_(col(CaseRow.holder_path).bool_op("<@")(path), worked),
        )
        .correlate(UnitRow)
        .scalar_subquery()
    )


def works_there(unit: type[UnitRow], at: datetime) -> ColumnElement[bool]:
    """Whether a post at `unit`, held at `at` by an open account, works its desk."""
    serving = or_(
        *(
            and_(col(unit.kind) == kind, col(PostRow.role).in_(sorted(roles)))
            for kind, roles in SERVES.items()
        ),
        false(),
    )
    return and_(
        col(PostRow.unit_id) == col(unit.id), col(PersonRow.id) == col(PostRow.person_id), *_now(at),
        col(PersonRow.active), serving,
    )  # fmt: skip


def _now(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(PostRow.since) <= at,
        or_(col(PostRow.until).is_(None), col(PostRow.until) > at),
    )


def _under(unit: type[UnitRow]) -> ColumnElement[bool]:
    return col(unit.path).bool_op("<@")(col(UnitRow.path))


def _rank_of_kind() -> ColumnElement[int]:
    """Desks before places: sections above communities, departments above streets."""
    desks = [UnitKind.SECTION, UnitKind.DEPARTMENT]
    return case((col(UnitRow.kind).in_(desks), 0), else_=1)


def unit_lines(at: datetime) -> Select[Any]:
    """Units, as `UnitLine.of` reads them; still without a condition or an order."""
    child = aliased(UnitRow)
    children = (
        select(func.count())
        .select_from(child)
        .where(col(child.parent_id) == col(UnitRow.id), col(child.active))
        .correlate(UnitRow)
        .scalar_subquery()
    )
    people = (
        select(func.count(col(PersonRow.id).distinct()))
        .select_from(PostRow)
        .join(PersonRow, col(PersonRow.id) == col(PostRow.person_id))
        .where(works_there(UnitRow, at))
        .correlate(UnitRow)
        .scalar_subquery()
    )
    columns: tuple[ColumnElement[Any], ...] = (
        *ref_columns(),
        col(UnitRow.official_name).label("official_name"),
        col(UnitRow.source).label("source"),
        col(UnitRow.grid_type).label("grid_type"),
        col(UnitRow.active).label("active"),
        location().label("above"),
        children.label("children"),
        people.label("people"),
    )
    return select(*columns)
