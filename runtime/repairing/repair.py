"""Repairing one case: what its records and its workflow tell is compared, and brought together.

| the two                                  | what is done                                               |
|------------------------------------------|------------------------------------------------------------|
| records lack facts that the workflow has | the facts are written, and the rows rebuilt                |
| the workflow is gone, or lacks facts     | it is started anew from the facts, under the same id       |
| the case has ended, its workflow runs on | the workflow is ended                                      |
| they fork, and only clocks spoke there   | the records stay, the workflow is started anew; journalled |
| they fork                                | nothing, until told which stays; the other is journalled   |
| a fact was changed, or nobody has it     | nothing: that is for people to look into                   |
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from temporalio.service import RPCError, RPCStatusCode

from models.case.branches import Branches, TooLate, Unprovable, compare
from models.case.decide import CLOCK
from models.case.sealing import SealedFact, replay
from models.case.state import Case
from models.queries.facts import facts_of
from models.queries.mending import bring_home, give_way, gone, write_down_lost
from models.queries.rebuilding import rebuild_case
from models.queries.verification import NoAnswer
from runtime.database import Sessions
from runtime.repairing.anew import start_anew
from runtime.repairing.annotation import annotation
from runtime.repairing.prefer import Prefer
from runtime.repairing.witness import Held, Witnesses
from runtime.settings import Settings
from workflows.ids import workflow_id

_ROWS: Final = frozenset({"row", "words", "tasks", "orders", "clocks", "facts"})
"""The kinds of discrepancy that a rebuild of the rows mends."""


@dataclass
class Outcome:
    """What became of one case."""

    number: str
    done: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    """What nobody has any more; the case goes on without it."""
    left: list[str] = field(default_factory=list)
    """What could not be mended, and why."""


class Repair:
    """Mends cases, each by itself; many may be mended side by side, while people work on them."""

    def __init__(
        self, settings: Settings, sessions: Sessions, witnesses: Witnesses, prefer: Prefer | None
    ) -> None:
        self._settings = settings
        self._sessions = sessions
        self._witnesses = witnesses
        self._prefer = prefer

    async def mend(self, number: str, kinds: Collection[str]) -> Outcome:
        """Mend a case in which `kinds` of discrepancies were found. What is right meanwhile is left alone."""
        outcome = Outcome(number)
        try:
            # The records first: a sound workflow never falls behind what has been written of it.
            async with self._sessions.read() as session:
                records = await facts_of(session, number)
            held = await self._witnesses.ask(number)
            branches = await self._compared(number, records, held)
            if branches.forked:
                await self._decide(outcome, branches, held)
            else:
                await self._join(outcome, branches, held)
            if outcome.done or not _ROWS.isdisjoint(kinds):
                await self._rebuild(outcome)
        except NoAnswer as silence:
            outcome.left.append(f"the workflow does not answer ({silence})")
        except (Unprovable, TooLate) as wrong:
            outcome.left.append(str(wrong))
        except ValidationError:
            outcome.left.append("a fact's row cannot be read")
        except IntegrityError as missing:
            said = getattr(getattr(missing.orig, "diag", None), "message_detail", None)
            outcome.left.append(f"the records lack what its facts name: {said or 'a unit'}")
        return outcome

    async def _compared(self, number: str, records: Sequence[SealedFact], held: Held | None) -> Branches:
        facts = held.facts if held else ()
        try:
            return compare(number, records, facts)
        except TooLate:
            if held is None:
                raise
            return compare(number, records, await self._witnesses.further_back(number, held, 1))

    async def _join(self, outcome: Outcome, branches: Branches, held: Held | None) -> None:
        """One telling goes on where the other ends: bring the shorter one forward."""
        number, chain = outcome.number, branches.agreed
        if not chain:
            outcome.left.append("neither records nor workflow have any fact of it")
            return
        case = replay(chain)
        if branches.lacking:
            async with self._sessions.write() as session:
                await bring_home(await session.connection(), case, branches.lacking)
                outcome.lost += await gone(session, number, branches.lacking)
            outcome.done.append(f"{_facts(branches.lacking)} written from the workflow")
        running = held is not None and held.running
        if case.ended:
            if running and branches.behind:
                await self._end(number)
                outcome.done.append("the case has ended: its old workflow was ended, too")
        elif not running or branches.behind:
            await start_anew(self._witnesses.client, self._settings, chain)
            why = f"it lacked the last {branches.behind} facts" if running else "none was running"
            outcome.done.append(f"the workflow was started anew at version {case.version}: {why}")
            await self._look_back(outcome, held, case, chain)

    async def _decide(self, outcome: Outcome, branches: Branches, held: Held | None) -> None:
        """They tell different things from one fact on: only one of them can be the case."""
        prefer = Prefer.SQL if branches.echo else self._prefer
        fork = len(branches.agreed) + 1
        if prefer is None:
            outcome.left.append(
                f"two tellings from fact {fork} on; records: {_story(branches.records)}; "
                f"workflow: {_story(branches.workflow)}. Nothing was done: say --prefer sql or workflow"
            )
            return
        stays, lost = (
            (branches.records, branches.workflow)
            if prefer is Prefer.SQL
            else (branches.workflow, branches.records)
        )
        chain = (*branches.agreed, *stays)
        case, at = replay(chain), datetime.now(UTC)
        async with self._sessions.write() as session:
            reason = f"two tellings from fact {fork} on, after a store was set back: {prefer} stays"
            await write_down_lost(session, case, lost, at, reason)
            missing = branches.lacking
            if prefer is Prefer.WORKFLOW:
                await give_way(session, case.number, fork)
                missing = (*missing, *stays)
            if missing:
                await bring_home(await session.connection(), case, missing)
                outcome.lost += await gone(session, case.number, missing)
        outcome.done.append(f"{prefer} stays; {_facts(lost)} of the other went into the journal")
        note = () if branches.echo else annotation(case, lost, at)
        if case.ended and not note:
            await self._end(case.number)
            return
        await start_anew(self._witnesses.client, self._settings, (*chain, *note), unwritten=note)
        outcome.done.append(f"the workflow was started anew at version {len(chain) + len(note)}")
        await self._look_back(outcome, held, case, (*chain, *lost))

    async def _look_back(
        self, outcome: Outcome, held: Held | None, case: Case, known: Sequence[SealedFact]
    ) -> None:
        """Whether somebody sent the old workflow a command in the very moment before it was replaced."""
        if held is None or not held.running:
            return
        before = await self._witnesses.ask(outcome.number, held.run_id)
        hashes = {fact.hash for fact in known}
        late = [fact for fact in before.facts if fact.hash not in hashes] if before else []
        if all(fact.command == CLOCK for fact in late):
            return
        async with self._sessions.write() as session:
            reason = "recorded by a workflow in the moment before it was replaced"
            await write_down_lost(session, case, late, datetime.now(UTC), reason)
        outcome.lost.append(f"{_facts(late)}, which came in between: {_story(late)}; see the journal")

    async def _end(self, number: str) -> None:
        handle = self._witnesses.client.get_workflow_handle(workflow_id(number))
        try:
            await handle.terminate("its case has ended", rpc_timeout=self._settings.rpc_timeout)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise  # it has ended by itself, else

    async def _rebuild(self, outcome: Outcome) -> None:
        kept = await rebuild_case(self._sessions.write, outcome.number)
        if kept is not None:
            outcome.left.append(kept.words)
        else:
            outcome.done.append("its rows were rebuilt from its facts")


def _facts(facts: Sequence[SealedFact]) -> str:
    one = facts[0].seq == facts[-1].seq
    return f"fact {facts[0].seq}" if one else f"facts {facts[0].seq} to {facts[-1].seq}"


def _story(facts: Sequence[SealedFact]) -> str:
    """What they say, in a line: kinds and times, no words of anybody's."""
    told = [f"{fact.seq} {fact.body['fact']} {fact.at.astimezone(UTC):%m-%d %H:%M:%S}" for fact in facts[:6]]
    return ", ".join(told) + (", …" if len(facts) > 6 else "")
