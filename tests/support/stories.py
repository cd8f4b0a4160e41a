"""Stories in tests: played on the product with their real durations, then asked about fact by fact."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text

from models.case.facts import ClockSet, ThresholdPassed
from models.case.sealing import SealedFact, broken_link, replay
from models.case.state import Case
from models.case.views import snapshot
from models.city.demonstration import demo_people
from models.city.people import SYSTEM
from models.clocks.budget import Budget
from models.clocks.clock import Clock
from models.clocks.measure import advance, begins, worth
from runtime.stories.player import Played, play
from runtime.stories.stage import Stage
from runtime.stories.story import MAIN, Story, load_stories
from tests.support.product import DEMO_PASSWORD, Product

LOGINS = {person.id: person.login for person in demo_people()}
"""Who the opaque persons of the facts are."""


def due(case: Case, limit: str, origin: datetime) -> datetime:
    """When a limit (`5 working days`) that began at `origin` is used up, by the case's own calendar."""
    budget, calendar = Budget.model_validate(limit), case.book.calendar
    amount = worth(budget.kind, budget.amount, calendar)
    return advance(budget.kind, calendar, begins(budget.kind, origin), amount)


class SkippingStage(Stage):
    """The product on the time-skipping server: hours pass in a moment."""

    time_passes = True

    def __init__(self, product: Product) -> None:
        super().__init__(product.http, DEMO_PASSWORD)
        self._product = product

    async def now(self) -> datetime:
        return await self._product.now()

    async def wait_until(self, instant: datetime) -> None:
        await self._product.later(instant - await self.now())


def story(key: str) -> Story:
    """The story that ships under this key."""
    return next(story for story in load_stories() if story.key == key)


@dataclass
class Told:
    """A story that has been played to its end."""

    product: Product
    played: list[Played] = field(default_factory=list)

    def number(self, case: str = MAIN) -> str:
        """The number of the story's case of that name."""
        return next(played.number for played in self.played if played.step.case == case)

    def step(self, does: str, case: str = MAIN, *, who: str | None = None) -> Played:
        """The first step in which that was done to that case."""
        return next(
            played
            for played in self.played
            if (played.step.does, played.step.case) == (does, case) and who in (None, played.step.who)
        )

    async def case(self, case: str = MAIN) -> Case:
        """The case as its workflow has it."""
        return await self.product.state(self.number(case))

    async def sealed(self, case: str = MAIN) -> tuple[SealedFact, ...]:
        """Every fact of the case, in order."""
        timeline = await self.product.timeline(self.number(case))
        assert timeline.complete
        return timeline.facts

    async def loop(self, case: str = MAIN) -> list[str]:
        """What happened, in order, as `who kind`, without the clocks' own arithmetic.

        What nobody did is the `system`'s; a light is `system <clock> <threshold>`.
        """
        told = []
        for sealed in await self.sealed(case):
            fact = sealed.fact
            who = "system" if sealed.actor.person == SYSTEM.person else LOGINS.get(sealed.actor.person, "?")
            if isinstance(fact, ThresholdPassed):
                told.append(f"{who} {fact.clock.id} {fact.threshold.value}")
            elif not isinstance(fact, ClockSet):
                told.append(f"{who} {fact.fact}")
        return told

    async def fact(self, kind: str, case: str = MAIN, nth: int = 0) -> SealedFact:
        """The nth fact of that kind."""
        return [sealed for sealed in await self.sealed(case) if sealed.body["fact"] == kind][nth]

    async def lights(self, case: str = MAIN) -> dict[str, datetime]:
        """When each light turned by its schedule, by `<clock> <threshold>`."""
        facts = [sealed.fact for sealed in await self.sealed(case)]
        return {
            f"{fact.clock.id} {fact.threshold.value}": fact.scheduled
            for fact in facts
            if isinstance(fact, ThresholdPassed)
        }

    async def clock(self, clock_id: str, case: str = MAIN) -> list[Clock]:
        """Everything that was said of a clock: as set each time, the last as it ended."""
        facts = [sealed.fact for sealed in await self.sealed(case)]
        found = [fact.clock for fact in facts if isinstance(fact, ClockSet) and fact.clock.id == clock_id]
        assert found, f"no clock {clock_id}"
        return found

    async def messages(self, case: str = MAIN, **columns: Any) -> list[Any]:
        """The case's messages, as rows, that have these values in these columns."""
        number = self.number(case)
        await self._read(number, (await self.case(case)).version)
        async with self.product.services.sessions.read() as session:
            where = "".join(f" AND {name} = :{name}" for name in columns)
            statement = text(f"SELECT * FROM messages WHERE case_number = :number{where} ORDER BY seq, place")  # noqa: S608
            rows = await session.execute(statement, {"number": number, **columns})
            return list(rows.all())

    async def keeps_its_word(self, case: str = MAIN) -> None:
        """The chain holds, the facts give the state, and the read model says the same as the workflow."""
        number, state = self.number(case), await self.case(case)
        facts = await self.sealed(case)
        assert broken_link(number, facts) is None
        assert replay(facts) == state
        shown, rows = await self._read(number, state.version)
        assert shown == snapshot(state)
        assert [(row.seq, row.hash) for row in rows] == [(sealed.seq, sealed.hash) for sealed in facts]
        assert all(row.body == sealed.body for row, sealed in zip(rows, facts, strict=True))

    async def _read(self, number: str, version: int) -> tuple[dict[str, Any], list[Any]]:
        """The read model's snapshot and facts, once it has come to this version."""
        async with asyncio.timeout(10):
            while True:
                async with self.product.services.sessions.read() as session:
                    statement = text("SELECT version, snapshot FROM cases WHERE number = :number")
                    row = (await session.execute(statement, {"number": number})).one()
                    if row.version == version:
                        facts = text(
                            "SELECT seq, hash, body FROM facts WHERE case_number = :number ORDER BY seq"
                        )
                        return row.snapshot, list(await session.execute(facts, {"number": number}))
                await asyncio.sleep(0.05)


async def tell(product: Product, key: str) -> Told:
    """Play the story to its end, with its real durations."""
    told = Told(product)
    async for played in play(story(key), SkippingStage(product), run=uuid.uuid4().hex[:8]):
        told.played.append(played)
    assert len(told.played) == len(story(key).steps)
    return told
