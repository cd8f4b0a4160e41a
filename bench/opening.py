"""Opening many cases, each through the product's own door: a number from SQL, a dossier, the gateway.

Only the HTTP layer is left out. What a case carries is what any case carries (chain, ladder, matter,
calendar, three sets of rules); the limits alone are made for the measurement. Each is flagged as a drill.
"""

from __future__ import annotations

import asyncio
import math
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from sqlalchemy import func, select
from sqlmodel import col

from api.errors import EngineAway, TooManyRequests
from api.services import Services
from bench.figures import Say
from models.base import Frozen, Urgency, Words
from models.case.commands import Report
from models.case.dossier import Dossier, Rulebook
from models.case.state import Channel
from models.city.people import Post, Principal, Role
from models.city.routing import entry_rung
from models.city.units import UnitKind
from models.clocks.budget import Budget, ClockKind
from models.clocks.policy import ClockStage, Rules, StageRule
from models.queries.dossier import DossierParts, build_parts
from models.queries.intakes import take_in
from models.tables.units import UnitRow
from workflows.messages import Opening

T = TypeVar("T")

MATTER: Final = "other"
PLACES: Final = 100
"""Communities all over the city, among which the cases are dealt out."""
AT_A_TIME: Final = 100
"""Numbers taken in one transaction; a transaction each would measure the disk, and once more for nothing."""
TRIES: Final = 10
"""How often something is asked for before the measurement is given up."""
TELL_EVERY: Final = 10.0
"""Seconds between two words about how far it has come."""
TEXT: Final = "向阳街 230 号临街商铺屋檐出现裂缝，有垮塌迹象，行人经过时有危险，请尽快到场查看"
FAR: Final = Budget.days(1800)
"""The limit of what is not to happen while anybody measures; five years are the most that a limit may be."""


class Due(Frozen):
    """When the first limit of a case is to turn yellow and red, UTC, to the second."""

    yellow: datetime
    red: datetime


Schedule = Callable[[int], Due | None]
"""The instants of the case of that place in the order; None: far away, all of them."""


class Opened(Frozen):
    """A case that was opened, and how long its receipt took in seconds."""

    number: str
    seconds: float


async def insistently(call: Callable[[], Awaitable[T]]) -> T:
    """The answer, asked for again as any client does while the product says that it cannot answer now."""
    for _ in range(TRIES - 1):
        try:
            return await call()
        except (EngineAway, TooManyRequests):
            await asyncio.sleep(1)
    return await call()


class Opener:
    """Opens cases for a measurement."""

    def __init__(self, services: Services, places: Sequence[DossierParts], say: Say) -> None:
        self._services = services
        self._places = places
        self._say = say

    @classmethod
    async def at_work(cls, services: Services, say: Say) -> Opener:
        """An opener on the services' house, which must have been seeded. Raises LookupError if it was not."""
        async with services.sessions.read() as session:
            # Spread over the city by a hash, and the same places every time.
            ids = await session.scalars(
                select(col(UnitRow.id))
                .where(col(UnitRow.kind) == UnitKind.COMMUNITY, col(UnitRow.active))
                .order_by(func.md5(col(UnitRow.id)))
                .limit(PLACES)
            )
            now = datetime.now(UTC)
            places = [await build_parts(session, unit, MATTER, now) for unit in ids]
        if not places:
            raise LookupError("there are no units: the database was never seeded")
        return cls(services, places, say)

    async def open(
        self,
        count: int,
        schedule: Schedule = lambda _: None,
        *,
        parallel: int = 16,
        what: str = "cases",
        within: float = math.inf,
    ) -> list[Opened]:
        """Open `count` cases, or as many as can be begun `within` so many seconds, `parallel` at a time.

        Waits for every receipt. Raises what the gateway raises, if it still does after `TRIES`.
        """
        opened: list[Opened] = []
        waiting = iter(range(count))
        numbers: list[str] = []
        taking = asyncio.Lock()
        told = began = time.monotonic()

        async def open_on() -> None:
            nonlocal told
            for place in waiting:
                if time.monotonic() - began > within:
                    return
                async with taking:
                    if not numbers:
                        numbers.extend(await self._numbers(min(AT_A_TIME, count - place)))
                    number = numbers.pop()
                opened.append(await self._open(number, place, schedule(place)))
                if time.monotonic() - told > TELL_EVERY:
                    told = time.monotonic()
                    pace = len(opened) / (told - began)
                    self._say(f"  {len(opened):,} of {count:,} {what} opened, {pace:.0f}/s")

        async with asyncio.TaskGroup() as group:
            for _ in range(min(parallel, count)):
                group.create_task(open_on())
        return opened

    async def _open(self, number: str, place: int, due: Due | None) -> Opened:
        began = time.monotonic()
        opening = opening_of(number, self._places[place % len(self._places)], due, datetime.now(UTC))
        await insistently(lambda: self._services.gateway.open(opening))
        return Opened(number=number, seconds=time.monotonic() - began)

    async def _numbers(self, count: int) -> list[str]:
        now = datetime.now(UTC)
        async with self._services.sessions.write() as session:
            taken = [
                await take_in(session, "bench", uuid.uuid4().hex, "bench", None, now) for _ in range(count)
            ]
        return [intake.case_no for intake in taken]


def opening_of(number: str, parts: DossierParts, due: Due | None, at: datetime) -> Opening:
    """A report by a device at the place, with the limits that let it turn yellow and red when it is `due`."""
    urgency = parts.matter.urgency
    dossier = Dossier(
        number=number,
        chain=parts.chain,
        ladder=parts.ladder,
        entry=parts.ladder.index(entry_rung(parts.ladder, parts.matter, urgency)),
        matter=parts.matter,
        urgency=urgency,
        book=Rulebook(rules=dict(_rules(due, at)), calendar=parts.calendar),
    )
    reporter = Post(id="bench", unit=parts.chain[-1], role=Role.DEVICE)
    return Opening(
        command_id=f"report:{number}",
        principal=Principal(person="bench", posts=(reporter,)),
        report=Report(channel=Channel.SENSOR, text=TEXT, drill=True),
        dossier=dossier,
    )


def _rules(due: Due | None, at: datetime) -> Iterator[tuple[Urgency, Rules]]:
    """Three clocks from the report, as an ordinary case has them; only the first may be near."""
    stages = tuple(_stage(stage) for stage in (ClockStage.ARRIVE, ClockStage.HANDLE))
    name = Words(zh="测量用时限", en="limits for a measurement")
    rules = Rules(policy="bench", version=1, name=name, stages=(_accept(due, at), *stages))
    return ((urgency, rules) for urgency in Urgency)


def _stage(stage: ClockStage) -> StageRule:
    return StageRule(stage=stage, budget=FAR, starts="report")


def _accept(due: Due | None, at: datetime) -> StageRule:
    if due is None:
        return _stage(ClockStage.ACCEPT)
    second = timedelta(seconds=1)
    # A case that is opened when its instant has passed is due at the next second.
    whole = max(due.red - at, 2 * second)
    share = max(due.yellow - at, second) / whole
    budget = Budget(kind=ClockKind.CONTINUOUS, amount=round(whole / second))
    return StageRule(stage=ClockStage.ACCEPT, budget=budget, starts="report", yellow=min(share, 1))
