"""What the clients remember: everything they sent, and every answer they were given."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from datetime import datetime
from typing import Any, Final

from models.base import Frozen

REPORT: Final = "report"
RESIDENTS: Final = "/r/"
"""Begins the path of a report without an account."""


class Sent(Frozen):
    """One request of one client, sent under one key however often it takes."""

    login: str
    person: str
    """The sender's identity, part of the identity of every command."""
    path: str
    """Under `/api/v1`."""
    body: dict[str, Any]
    key: str

    @property
    def name(self) -> str:
        """`report`, whoever made it, or the command."""
        reports = self.path == "/cases" or self.path.startswith(RESIDENTS)
        return REPORT if reports else self.path.rpartition("/")[2]


class Answer(Frozen):
    """A 2xx, with what the product promised by it. Instants of the asking are monotonic seconds."""

    sent: Sent
    number: str
    version: int
    """The case's version after the command."""
    head: str
    """The hash of the fact of that version: what was answered is sealed by it."""
    stage: str
    at: datetime
    """When it happened, by the product's clock, UTC."""
    tries: int
    """How often it was sent until this answer came; more than one: earlier answers were lost or 5xx."""
    began: float
    """When it was first sent."""
    asked: float
    """When the try was sent that brought the answer."""
    answered: float

    @property
    def command_id(self) -> str:
        """The identity under which the command's facts are sealed."""
        return f"report:{self.number}" if self.sent.name == REPORT else f"{self.sent.person}:{self.sent.key}"

    def same_as(self, other: Answer) -> bool:
        """Whether both say the same of the same: what a retry must bring back."""
        mine = (self.number, self.version, self.head, self.stage, self.at)
        return mine == (other.number, other.version, other.head, other.stage, other.at)


class Picture(Frozen):
    """A picture that was taken in."""

    id: str
    login: str
    """Who sent it up."""
    sha256: str
    """Of what everybody must be shown: what was sent, as the product cleans it."""


class Followed(Frozen):
    """A resident's report that was taken in: its code leads to its case, and always to that."""

    sent: Sent
    """The form; it has no person whom the harness could know."""
    code: str
    number: str


class Memory:
    """The answers of a whole run, and what else the clients were told."""

    def __init__(self) -> None:
        self.run = uuid.uuid4().hex[:8]
        """Begins every key and every text of this run, so that its cases are told from others."""
        self.answers: list[Answer] = []
        self.sent: dict[str, Sent] = {}
        """By key: everything that was ever sent, answered or not."""
        self.told: Counter[str] = Counter()
        """How often a client was told to try again, by what it was told or what happened to its line."""
        self.pictures: dict[str, Picture] = {}
        """By the ids under which requests refer to them."""
        self.followed: list[Followed] = []
        self._by_case: defaultdict[str, list[Answer]] = defaultdict(list)

    def note(self, answer: Answer) -> None:
        """Keep an answer."""
        self.answers.append(answer)
        self._by_case[answer.number].append(answer)

    def of(self, number: str) -> list[Answer]:
        """The answers about a case, in the order in which they came."""
        return list(self._by_case[number])

    def cases(self, since: int = 0) -> list[str]:
        """The cases about which anything was answered from that place in the answers on, in order."""
        return sorted({answer.number for answer in self.answers[since:]})

    def commands(self) -> set[str]:
        """The identities of everything that was sent to a case that exists."""
        reports = {answer.command_id for answer in self.answers if answer.sent.name == REPORT}
        reports |= {f"report:{one.number}" for one in self.followed}
        others = (sent for sent in self.sent.values() if sent.name != REPORT)
        return reports | {f"{sent.person}:{sent.key}" for sent in others}
