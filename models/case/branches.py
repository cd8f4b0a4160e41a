"""Two tellings of one case, compared: the records', and that of its workflow.

Both are chains of sealed facts, so that neither has to be believed. They agree, or one goes on where the
other ends, or they fork: from one fact on they tell different things, because one of the two was set back to
an older day and people, or clocks, went on from there.
"""

from __future__ import annotations

from collections.abc import Sequence

from models.base import Frozen
from models.case.decide import CLOCK
from models.case.sealing import SealedFact, broken_link, digest


class Unprovable(ValueError):
    """The chains cannot be joined: a fact was changed, or one is in neither. The message says which."""


class TooLate(ValueError):
    """The workflow's facts begin behind what the records still have; `before` is the first one it holds."""

    def __init__(self, before: int) -> None:
        super().__init__(f"the workflow holds only the facts from {before} on")
        self.before = before


class Branches(Frozen):
    """What is common, and what only one of the two says."""

    agreed: tuple[SealedFact, ...]
    """The chain both are parts of; with a fork, up to it. Complete, and proven."""
    lacking: tuple[SealedFact, ...] = ()
    """Those of the agreed facts that the records lack."""
    behind: int = 0
    """How many of the agreed facts the workflow lacks, at the end."""
    records: tuple[SealedFact, ...] = ()
    """What only the records say, after the fork."""
    workflow: tuple[SealedFact, ...] = ()
    """What only the workflow says, after the fork."""

    @property
    def forked(self) -> bool:
        """Whether they tell different things."""
        return bool(self.records)

    @property
    def echo(self) -> bool:
        """Whether all that the workflow alone says was said by its clocks.

        So it is when it was set back: its deadlines came again, at once. Nobody said or did anything there.
        """
        return self.forked and all(fact.command == CLOCK for fact in self.workflow)


def compare(number: str, records: Sequence[SealedFact], workflow: Sequence[SealedFact]) -> Branches:
    """Hold the records' facts against the workflow's newest ones; both in their order, either may be none.

    The records may have holes. Raises Unprovable, and TooLate when the workflow's facts do not reach back to
    where the records end or part from it.
    """
    for fact in (*records, *workflow):
        if digest(number, fact) != fact.hash:
            raise Unprovable(f"fact {fact.seq} was changed after it was sealed")
    own = {fact.seq: fact for fact in records}
    theirs = {fact.seq: fact for fact in workflow}
    fork = min((seq for seq in own.keys() & theirs.keys() if own[seq].hash != theirs[seq].hash), default=None)
    if workflow:
        first = workflow[0]
        before = own.get(first.seq - 1)
        if first.seq > 1 and (before is None or before.hash != first.previous):
            raise TooLate(first.seq)
    joined = own | theirs
    if fork is not None:
        joined = {seq: fact for seq, fact in joined.items() if seq < fork}
    agreed = tuple(joined[seq] for seq in sorted(joined))
    broken = broken_link(number, agreed)
    if broken is not None:
        raise Unprovable(f"fact {broken} is in neither the records nor the workflow")
    if fork is None:
        behind = len(agreed) - workflow[-1].seq if workflow else 0
        lacking = tuple(fact for fact in agreed if fact.seq not in own)
        return Branches(agreed=agreed, lacking=lacking, behind=max(behind, 0))
    mine, other = _after(own, fork), _after(theirs, fork)
    for branch in (mine, other):
        if broken_link(number, (*agreed, *branch)) is not None:
            raise Unprovable(f"behind fact {fork}, where two tellings part, the facts do not hold together")
    return Branches(
        agreed=agreed,
        lacking=tuple(fact for fact in agreed if fact.seq not in own),
        records=mine,
        workflow=other,
    )


def _after(facts: dict[int, SealedFact], fork: int) -> tuple[SealedFact, ...]:
    return tuple(facts[seq] for seq in sorted(facts) if seq >= fork)
