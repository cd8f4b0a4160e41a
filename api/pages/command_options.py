"""What a command's form offers to choose from: units in the right area, milestones, rungs above."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api.pages.reader import Reader
from models.base import Words
from models.case.permissions import serves
from models.case.state import Case, PartyState
from models.city.routing import suggest_handlers
from models.city.units import UnitKind, UnitRef
from models.clocks.budget import ClockKind
from models.clocks.policy import ClockStage
from models.queries.desks import desks_beside
from models.queries.units import ref_columns, ref_of
from models.tables.units import UnitRow

_WITH_UNITS = frozenset({"dispatch", "transfer", "whistle", "inform", "rate"})


@dataclass(frozen=True, slots=True)
class UnitOption:
    """A unit to choose, and why it is suggested, if it is."""

    unit: UnitRef
    why: Words | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """The choices by field; none for fields that carry their own."""

    by_field: Mapping[str, tuple[UnitOption, ...]] = field(default_factory=dict)
    choices: Mapping[str, tuple[tuple[str, Words], ...]] = field(default_factory=dict)
    working_days: bool = False
    """Whether the handling clock counts in working days: an extension is asked in the clock's own unit."""

    def units(self, name: str) -> tuple[UnitOption, ...]:
        """The units for a field."""
        return self.by_field.get(name, ())


async def options_for(session: AsyncSession, case: Case, reader: Reader, command: str) -> Options:
    """The choices of the command's form on this case; at most two queries."""
    if command in _WITH_UNITS:
        return Options(by_field=await _units(session, case, reader, command))
    if command == "reach-milestone":
        open_ = (m for m in case.milestones if m.reached_at is None and m.round == case.round)
        return Options(choices={"key": tuple((m.key, Words(zh=m.name, en=m.name)) for m in open_)})
    if command == "escalate":
        from api.glossary import LEVELS

        above = (rung.level for rung in case.ladder[case.rung + 1 : -1])
        return Options(choices={"to": tuple((level.value, LEVELS[level]) for level in above)})
    if command == "request-extension":
        clock = case.clock(f"{ClockStage.HANDLE}:r{case.round}")
        return Options(working_days=clock is None or clock.budget.kind is ClockKind.WORKING_DAYS)
    return Options()


async def _units(
    session: AsyncSession, case: Case, reader: Reader, command: str
) -> dict[str, tuple[UnitOption, ...]]:
    if command == "rate":
        finished = (
            party.unit
            for whistle in case.whistles
            for party in whistle.parties
            if party.state is PartyState.FINISHED
            and any(serves(post, whistle.by.id) for post in reader.principal.posts)
        )
        return {"unit": tuple(UnitOption(unit) for unit in _once(finished))}
    desks = await desks_beside(session, case.chain)
    suggested = {
        one.unit.id: UnitOption(one.unit, one.reason)
        for one in suggest_handlers(case.matter, case.holder, case.chain, desks)
    }
    nearby = await _nearby(session, case)
    departments = [UnitOption(unit) for unit in nearby if unit.kind is UnitKind.DEPARTMENT]
    if command == "whistle":
        first = [suggested[o.unit.id] for o in departments if o.unit.id in suggested]
        return {"units": (*first, *(o for o in departments if o.unit.id not in suggested))}
    others = [UnitOption(unit) for unit in nearby if unit.id not in suggested]
    every = (*suggested.values(), *others)
    if command == "dispatch":
        return {"lead": every, "assisting": every}
    return {"to": every} if command == "transfer" else {"units": every}


async def _nearby(session: AsyncSession, case: Case) -> tuple[UnitRef, ...]:
    """The units a case's holder deals with, in one query: those directly below it, those of the case's own
    chain, and the desks of its street and district."""
    kinds = (UnitKind.STREET, UnitKind.DISTRICT)
    above = [unit.id for unit in case.chain if unit.kind in kinds]
    desks = (UnitKind.SECTION, UnitKind.DEPARTMENT)
    below = col(UnitRow.parent_id) == case.holder.id
    statement = (
        select(*ref_columns())
        .where(
            col(UnitRow.active),
            below
            | (col(UnitRow.parent_id).in_(above) & col(UnitRow.kind).in_(desks))
            | col(UnitRow.id).in_([unit.id for unit in case.chain if unit.kind is not UnitKind.CITY]),
        )
        .order_by(col(UnitRow.path))
    )
    found = [ref_of(row) for row in (await session.execute(statement)).mappings()]
    order = list(UnitKind)
    return tuple(sorted(_once(found), key=lambda unit: (order.index(unit.kind), unit.path)))


def _once(units: Iterable[UnitRef]) -> tuple[UnitRef, ...]:
    return tuple({unit.id: unit for unit in units}.values())
