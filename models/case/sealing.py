"""Sealing: facts get their place in the chain, so that a changed row is found.

Each sealed fact carries the hash of the one before it and of its own content. The content is the
canonical JSON of the fact as it was recorded: a later field with a default does not change old hashes,
because verification hashes what is stored, never what today's code would write.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter

from models.base import Frozen
from models.case.evolve import evolve
from models.case.facts import Fact
from models.case.facts.base import Stamp
from models.case.notices import Notice, notices
from models.case.state import Case
from models.city.people import Actor

_FACT: TypeAdapter[Fact] = TypeAdapter(Fact)


class SealedFact(Frozen):
    """A fact in its place: number, instant, actor, command, content, and the chain's two hashes."""

    seq: int
    """1 for the report; no gaps."""
    at: datetime
    actor: Actor
    command: str
    """The identity of the command it came from; `clock` for the deadlines' own."""
    body: dict[str, Any]
    """The fact as JSON."""
    previous: str
    hash: str
    stage: str
    """The case's stage after this fact, so that stays in stages can be read without folding."""
    holder: str
    """The holding unit after this fact."""
    round: int
    notices: tuple[Notice, ...] = ()
    """Who is told. Not part of the chain: messages are delivered, they prove nothing."""
    request: str = ""
    """The request that brought the command, for the logs. Not part of the chain, and not kept."""

    @property
    def fact(self) -> Fact:
        """The fact itself."""
        return _FACT.validate_python(self.body)

    @property
    def stamp(self) -> Stamp:
        """When, and by whom."""
        return Stamp(at=self.at, actor=self.actor)


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _who(actor: Actor) -> dict[str, Any]:
    """The actor as it is sealed: a later field with a default must not change old hashes."""
    return actor.model_dump(mode="json", exclude_defaults=True)


def _hash(number: str, seq: int, at: datetime, who: dict[str, Any], command: str, *content: Any) -> str:
    # The instant counts as the instant it is: a database may give it back in another time zone.
    text = _CANONICAL.encode([number, seq, at.astimezone(UTC).isoformat(), who, command, *content])
    return hashlib.sha256(text.encode()).hexdigest()


def digest(number: str, link: SealedFact) -> str:
    """The hash of one link: SHA-256 over canonical JSON of all it says, but for its own hash and messages."""
    content = (link.body, link.previous, link.stage, link.holder, link.round)
    return _hash(number, link.seq, link.at, _who(link.actor), link.command, *content)


def seal(
    number: str,
    version: int,
    head: str,
    steps: Iterable[tuple[Fact, Case]],
    stamp: Stamp,
    command: str,
    request: str = "",
) -> tuple[SealedFact, ...]:
    """Give each fact its place in the chain after `version` and `head`.

    Each step is a fact with the case as it stands after it. `request` joins the logs, and is not sealed.
    """
    sealed: list[SealedFact] = []
    who = _who(stamp.actor)
    for seq, (fact, case) in enumerate(steps, version + 1):
        body = fact.model_dump(mode="json", exclude_none=True)
        stage, holder = case.stage.value, case.holder.id
        link = _hash(number, seq, stamp.at, who, command, body, head, stage, holder, case.round)
        sealed.append(
            SealedFact(
                seq=seq,
                at=stamp.at,
                actor=stamp.actor,
                command=command,
                body=body,
                previous=head,
                hash=link,
                stage=stage,
                holder=holder,
                round=case.round,
                notices=notices(case, fact, stamp),
                request=request,
            )
        )
        head = link
    return tuple(sealed)


def replay(sealed: Iterable[SealedFact]) -> Case:
    """The case rebuilt from its sealed facts, in order."""
    case: Case | None = None
    for link in sealed:
        case = evolve(case, link.fact, link.stamp).but(version=link.seq, head=link.hash)
    if case is None:
        raise ValueError("no facts")
    return case


def broken_link(number: str, sealed: Iterable[SealedFact]) -> int | None:
    """The number of the first fact whose place in the chain does not hold, or none."""
    head = ""
    for expected, link in enumerate(sealed, 1):
        if link.seq != expected or link.previous != head or link.hash != digest(number, link):
            return expected
        head = link.hash
    return None
