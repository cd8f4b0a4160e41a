"""Playing a case: people send commands, time passes, and after every step the invariants are checked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self, TypeVar

from models.case.clockwork import next_instant
from models.case.commands import Command, Envelope, Report
from models.case.decide import Decision, advance_to, begin, decide, offers
from models.case.dossier import Dossier
from models.case.facts.base import FactBase
from models.case.refusals import Refusal
from models.case.sealing import SealedFact
from models.case.state import Case, Stage
from models.case.table import RULES
from models.city.people import Principal
from tests.support import world
from tests.support.invariants import check_all, check_step

F = TypeVar("F", bound=FactBase)


class Play:
    """One case, its facts so far, and the time it is."""

    def __init__(self, dossier: Dossier, by: Principal, report: Report, at: datetime) -> None:
        self.now = at
        self._commands = 1
        decision = begin(dossier, report, by, "c1", at)
        self.facts: list[SealedFact] = list(decision.facts)
        self.latest: tuple[SealedFact, ...] = decision.facts
        """What the last step led to."""
        self.case: Case = decision.case
        check_step(None, decision, at)

    @classmethod
    def reported(
        cls,
        dossier: Dossier | None = None,
        *,
        by: Principal = world.WORKER,
        at: datetime = world.MONDAY,
        **report: Any,
    ) -> Self:
        """A case that has just been reported."""
        return cls(dossier or world.dossier(), by, Report(**report), at)

    def send(self, by: Principal, command: Command) -> Self:
        """Somebody sends a command now, and it is accepted."""
        refusal = self.attempt(by, command)
        if refusal is not None:
            raise refusal
        return self

    def attempt(self, by: Principal, command: Command) -> Refusal | None:
        """Somebody sends a command now. If it is refused, the refusal; then nothing has changed."""
        envelope = Envelope(id=f"c{self._commands + 1}", principal=by, command=command)
        try:
            decision = decide(self.case, envelope, self.now)
        except Refusal as refusal:
            return refusal
        met = advance_to(self.case, self.now).case
        rule = RULES[command.command]
        assert command.command in offers(met, by), f"{command.command} was accepted but not offered"
        assert decision.case.stage in {met.stage, *rule.to}, "a step that the table does not know"
        self._commands += 1
        self._take(decision)
        return None

    def refused(self, by: Principal, command: Command) -> Refusal:
        """Somebody sends a command now, and it is refused: the refusal."""
        before = self.case
        refusal = self.attempt(by, command)
        assert refusal is not None, f"{command!r} was accepted"
        assert self.case is before
        return refusal

    def wait(self, duration: timedelta | None = None, **parts: float) -> Self:
        """Time passes (`hours=3`), with the clock standing by: each instant fires when it comes."""
        return self.until(self.now + (duration or timedelta(**parts)))

    def until(self, at: datetime) -> Self:
        """Time passes until the instant `at`, with the clock standing by."""
        fired: list[SealedFact] = []
        while (due := next_instant(self.case)) is not None and due <= at:
            self.now = max(due, self.now)
            self._take(advance_to(self.case, self.now))
            fired += self.latest
        self.now, self.latest = at, tuple(fired)
        return self

    def sleep(self, duration: timedelta | None = None, **parts: float) -> Self:
        """Time passes while every machine stands still: nothing fires until something is asked."""
        self.now += duration or timedelta(**parts)
        return self

    def tick(self) -> Self:
        """The machines are back: all that has come due fires now."""
        return self._take(advance_to(self.case, self.now))

    def checked(self) -> Self:
        """Check everything that is always true, over the whole life so far."""
        check_all(self.case, self.facts, self.now)
        return self

    def at(self, stage: Stage) -> bool:
        """Whether the case stands at that stage."""
        return self.case.stage is stage

    def offered(self, to: Principal) -> tuple[str, ...]:
        """The commands somebody is offered now."""
        return offers(self.case, to)

    def all(self, kind: type[F]) -> list[F]:
        """Every fact of that kind so far, in order."""
        return [fact for link in self.facts if isinstance(fact := link.fact, kind)]

    def new(self, kind: type[F]) -> list[F]:
        """The facts of that kind that the last step led to."""
        return [fact for link in self.latest if isinstance(fact := link.fact, kind)]

    def kinds(self) -> list[str]:
        """What the last step led to, by name."""
        return [link.body["fact"] for link in self.latest]

    def _take(self, decision: Decision) -> Self:
        before, self.case, self.latest = self.case, decision.case, decision.facts
        self.facts.extend(decision.facts)
        check_step(before, decision, self.now)
        return self
