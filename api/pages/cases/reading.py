"""Everything the page of a case shows, read at once: from the records, or the workflow while they lag."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.errors import ApiError, NotFound
from api.gateway import Gone
from api.pages.reader import Reader
from api.rest.case_views import Source, people_of, units_of
from api.rest.cases_reading import seen_in_workflow
from api.services import Services
from models.base import Words
from models.case.facts import Reported, RulesChanged
from models.case.sealing import SealedFact, broken_link
from models.case.state import Case
from models.case.timeline import Timeline, timeline
from models.clocks.calendar import CalendarSlice
from models.queries.cases import CaseLine, CaseNotFound, get_case
from models.queries.contacts import MaskedContact, masked_contacts
from models.queries.facts import fact_rows, sealed
from models.queries.names import names
from models.queries.related import lines_of
from models.queries.tracking import Remark, remarks_on


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case, its facts, and the names that belong to them."""

    case: Case
    facts: tuple[SealedFact, ...]
    told: Timeline
    source: Source
    names: dict[str, str] = field(default_factory=dict)
    """Of people and units, by id."""
    contacts: dict[str, MaskedContact] = field(default_factory=dict)
    """How to reach reporters, masked, by reference."""
    remarks: tuple[Remark, ...] = ()
    """What residents wrote beside their evaluations; the facts only name it."""
    related: dict[str, CaseLine] = field(default_factory=dict)
    """The cases it is linked with, as far as the reader may see them, by number."""

    @property
    def calendar(self) -> CalendarSlice:
        """The working calendar in force, from the facts: what is shown to people goes without it."""
        for link in reversed(self.facts):
            fact = link.fact if link.body["fact"] in ("reported", "rules_changed") else None
            if isinstance(fact, RulesChanged) and fact.calendar is not None:
                return fact.calendar
            if isinstance(fact, Reported):
                return fact.dossier.book.calendar
        return self.case.book.calendar

    @property
    def why(self) -> dict[str, Words]:
        """The rule behind the present dates of each clock, by its id."""
        return {entry.clock: entry.why for entry in self.told.entries if entry.clock and entry.why}

    @property
    def broken(self) -> int | None:
        """The number of the first fact that does not hold in the chain; None when all do.

        Only of a complete record: without its beginning a chain proves nothing.
        """
        broken = broken_link(self.case.number, self.facts)
        if broken is None and self.facts[-1].hash != self.case.head:
            return self.facts[-1].seq
        return broken


async def read_case(
    house: Services, reader: Reader, number: str, version: int | None, at: datetime
) -> CaseFile:
    """The case at least at `version`, if the records or the workflow have it.

    Six queries at most, whatever the case. Raises NotFound for a case that is not there or that the reader
    may not see.
    """
    async with house.sessions.read() as session:
        try:
            case = await get_case(session, reader.principal, number)
        except CaseNotFound as missing:
            if version is None:
                raise NotFound from missing
        else:
            if version is None or case.version >= version:
                facts = tuple(map(sealed, (await fact_rows(session, [number]))[number]))
                return await _named(session, reader, case, facts, at, source="records")
    return await _from_workflow(house, reader, number, at)


async def _from_workflow(house: Services, reader: Reader, number: str, at: datetime) -> CaseFile:
    """What the records do not show yet. Where no workflow answers, they are all there is."""
    try:
        case = await seen_in_workflow(house, reader, number)
        held = await house.gateway.timeline(number)
    except (Gone, ApiError):
        return await read_case(house, reader, number, None, at)
    async with house.sessions.read() as session:
        return await _named(session, reader, case, held.facts, at, source="workflow", complete=held.complete)


async def _named(
    session: AsyncSession,
    reader: Reader,
    case: Case,
    facts: Sequence[SealedFact],
    at: datetime,
    *,
    source: Source,
    complete: bool = True,
) -> CaseFile:
    told = timeline(facts, complete=complete)
    references = [who.contact for who in case.reporters if who.contact is not None]
    return CaseFile(
        case=case,
        facts=tuple(facts),
        told=told,
        source=source,
        names=units_of(case) | await names(session, _named_in(case, told)),
        contacts=await masked_contacts(session, references) if references else {},
        remarks=await remarks_on(session, case.number) if any("remark" in f.body for f in facts) else (),
        related=await lines_of(session, reader.principal, set(_linked(case)), at),
    )


def _named_in(case: Case, told: Timeline) -> set[str]:
    """Everybody, and every unit, that the case and its facts name by id."""
    found = people_of(case) | {entry.actor.person for entry in told.entries}
    return found | {entry.holder for entry in told.entries} | {case.holder.id}


def _linked(case: Case) -> Iterable[str]:
    yield from (link.number for link in case.links)
    if case.merged_into is not None:
        yield case.merged_into
