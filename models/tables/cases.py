"""The read model of cases: what lists, desks and timelines are read from. Written by the projection only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Computed, Index, PrimaryKeyConstraint, Text, literal_column, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSTZRANGE, Range
from sqlmodel import Field

from models.tables.base import Table
from models.tables.types import Instant, LTree

_OPEN = "closed_at IS NULL"
WHISTLED = "cardinality(whistled) > 0"
ORDERED = "cardinality(ordered) > 0"
REQUESTED = "requests > 0"
"""Whether somebody waits for a department, an answer, a decision. Few cases at a time, with indexes of their
own. Queries write these conditions out, or the planner could not tell that the index holds what it seeks."""
NEAREST_RED = "coalesce(red_at, 'infinity'::timestamptz)"
"""What open cases are ordered by; those whose clocks stand still come last."""


class CaseRow(Table, table=True):
    """The newest state of a case. `version` guards it: an older snapshot never overwrites a newer one."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_visible_to", "visible_to", postgresql_using="gin"),
        Index("ix_cases_reported_at", "reported_at", "number"),
        Index("ix_cases_closed_at", "closed_at", postgresql_where=text("closed_at IS NOT NULL")),
        Index("ix_cases_nearest_red", literal_column(NEAREST_RED), "number", postgresql_where=text(_OPEN)),
        Index("ix_cases_holder_id", "holder_id", "stage"),
        Index("ix_cases_open_reported_at", "reported_at", "number", postgresql_where=text(_OPEN)),
        # What is open is a small part of all: whoever asks for that alone finds it without the rest.
        Index("ix_cases_open_visible_to", "visible_to", postgresql_using="gin", postgresql_where=text(_OPEN)),
        Index("ix_cases_whistled", "whistled", postgresql_using="gin", postgresql_where=text(WHISTLED)),
        Index(
            "ix_cases_whistled_red",
            literal_column(NEAREST_RED),
            "number",
            postgresql_where=text(WHISTLED),
        ),
        Index("ix_cases_ordered", "ordered", postgresql_using="gin", postgresql_where=text(ORDERED)),
        Index("ix_cases_requested", "number", postgresql_where=text(REQUESTED)),
    )

    number: str = Field(primary_key=True, sa_type=Text)
    version: int
    head: str = Field(sa_type=Text)
    round: int
    stage: str = Field(sa_type=Text)
    stage_since: datetime = Field(sa_type=Instant)
    urgency: str = Field(sa_type=Text)
    matter: str = Field(sa_type=Text)
    section: str = Field(sa_type=Text)
    department: str | None = Field(default=None, sa_type=Text)
    policy: str | None = Field(default=None, sa_type=Text)
    channel: str = Field(sa_type=Text)
    drill: bool = False
    triage: str | None = Field(default=None, sa_type=Text)
    place_id: str = Field(sa_type=Text, foreign_key="units.id")
    place_path: str = Field(sa_column=Column(LTree(), nullable=False))
    holder_id: str = Field(sa_type=Text, foreign_key="units.id")
    holder_path: str = Field(sa_column=Column(LTree(), nullable=False))
    level: str = Field(sa_type=Text)
    accepted: bool
    """Whether the present holder has accepted it."""
    lead_id: str | None = Field(default=None, sa_type=Text)
    desk_id: str = Field(sa_type=Text)
    """Where it lies: with the unit whose lead task it is, else with the holder."""
    desk_since: datetime = Field(sa_type=Instant)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    """Ids of the units that have or had a part in it, of all units above them, and of the persons who
    reported it: `models.case.jurisdiction`."""
    whistled: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    """Departments that were whistled and have not finished."""
    ordered: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    """Units that owe the answer to a supervision order."""
    requests: int
    """How many requests wait for a decision."""
    reported_at: datetime = Field(sa_type=Instant)
    round_at: datetime = Field(sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_late: bool | None = None
    suspended_since: datetime | None = Field(default=None, sa_type=Instant)
    yellow_at: datetime | None = Field(default=None, sa_type=Instant)
    red_at: datetime | None = Field(default=None, sa_type=Instant)
    """The earliest instants of its live clocks: the light of a list row, right to the second."""
    snapshot: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    """The whole state but its rules of time."""


class CaseWordsRow(Table, table=True):
    """What a search by words looks through; the words never change: `models.queries.search_words`."""

    __tablename__ = "case_words"
    __table_args__ = (Index("ix_case_words_keys", "keys", "seen_by", postgresql_using="gin"),)

    case_number: str = Field(primary_key=True, sa_type=Text)
    words: str = Field(sa_type=Text)
    keys: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    """Characters, pairs of them, and when it was reported."""
    seen_by: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    """The case's `visible_to`, so that both are looked up together."""


REVIEWED = (
    "kind IN ('supervised', 'answered', 'requested', 'request_decided', 'suspended', 'resumed', 'voided',"
    " 'returned', 'handled', 'reworked', 'called_back', 'evaluated')"
)
"""The facts that supervision looks through case by case: few of all. Queries name these kinds literally, or
the planner could not tell that the index on them holds what is asked for."""


class FactRow(Table, table=True):
    """One sealed fact. Append-only: a trigger refuses UPDATE and DELETE, the chain shows what got past it."""

    __tablename__ = "facts"
    __table_args__ = (
        # With what tells where a case was and since when, so that the past is read without its facts.
        PrimaryKeyConstraint(
            "case_number", "seq", postgresql_include=["at", "kind", "round", "stage", "holder_id"]
        ),
        Index("ix_facts_kind_at", "kind", "at"),
        Index("ix_facts_reviewed", "case_number", "seq", postgresql_where=text(REVIEWED)),
    )

    case_number: str = Field(primary_key=True, sa_type=Text)
    seq: int = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)
    actor: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    command: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    body: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    previous: str = Field(sa_type=Text)
    hash: str = Field(sa_type=Text)
    stage: str = Field(sa_type=Text)
    holder_id: str = Field(sa_type=Text)
    round: int


class TaskRow(Table, table=True):
    """One unit's task in a case: what the pool and the desk are read from."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index("ix_tasks_unit_id", "unit_id", "state"),
        Index("ix_tasks_person", "person", "state"),
    )

    case_number: str = Field(primary_key=True, sa_type=Text)
    id: str = Field(primary_key=True, sa_type=Text)
    role: str = Field(sa_type=Text)
    unit_id: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    round: int
    kept: bool = False
    appointed: bool = False
    person: str | None = Field(default=None, sa_type=Text)
    opened_at: datetime = Field(sa_type=Instant)
    claimed_at: datetime | None = Field(default=None, sa_type=Instant)
    arrived_at: datetime | None = Field(default=None, sa_type=Instant)
    handled_at: datetime | None = Field(default=None, sa_type=Instant)


class OrderRow(Table, table=True):
    """One supervision order (督办) of a case. What was said in it and in its answer is in the facts."""

    __tablename__ = "orders"
    __table_args__ = (
        # With what is counted beside the key, so that nothing else has to be read.
        Index(
            "ix_orders_owed",
            "case_number",
            postgresql_include=["owner_id", "due_at"],
            postgresql_where=text("owed"),
        ),
        Index("ix_orders_opened_at", "opened_at", postgresql_include=["case_number", "owed", "answered_at"]),
    )

    case_number: str = Field(primary_key=True, sa_type=Text)
    id: str = Field(primary_key=True, sa_type=Text)
    ordinal: int
    """Which order of its case it is, from 1."""
    owner_id: str = Field(sa_type=Text)
    by_id: str = Field(sa_type=Text)
    person: str | None = Field(default=None, sa_type=Text)
    """Who gave it; the system where a red light did."""
    automatic: bool
    opened_at: datetime = Field(sa_type=Instant)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    owed: bool
    """Whether the answer is still waited for: the round in which it was given goes on."""
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the answer is due, while its clock runs."""


_LATE = (
    "CASE WHEN valid_until IS NULL OR greatest(red_at, valid_from) < valid_until"
    " THEN tstzrange(greatest(red_at, valid_from), valid_until) END"
)


class ClockRow(Table, table=True):
    """One revision of a running clock: from `valid_from` until `valid_until` it promised these instants.

    So "was this case over a deadline on date D" is asked of what the clock said on D, whatever moved it
    afterwards. A clock that stands still or has stopped has no open revision.
    """

    __tablename__ = "clocks"
    __table_args__ = (
        Index("ix_clocks_late", "late", postgresql_using="gist", postgresql_where=text("late IS NOT NULL")),
        Index("ix_clocks_handle", "red_at", postgresql_where=text("stage = 'handle'")),
    )

    case_number: str = Field(primary_key=True, sa_type=Text)
    clock_id: str = Field(primary_key=True, sa_type=Text)
    revision: int = Field(primary_key=True)
    """The number of the fact that set it."""
    stage: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    owner_id: str = Field(sa_type=Text)
    """The unit whose lateness it measures, or measured when the revision ended."""
    policy: str = Field(sa_type=Text)
    policy_version: int
    valid_from: datetime = Field(sa_type=Instant)
    valid_until: datetime | None = Field(default=None, sa_type=Instant)
    yellow_at: datetime = Field(sa_type=Instant)
    red_at: datetime = Field(sa_type=Instant)
    provisional: bool = False
    why: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    """The rule behind it and its arithmetic (`models.clocks.explain`), as the fact that set it says. Null for
    a revision that ended in time: lists ask why of late ones only."""
    late: Range[datetime] | None = Field(
        default=None, sa_column=Column(TSTZRANGE(), Computed(_LATE, persisted=True), nullable=True)
    )
    """The stretch in which this revision was over its limit: from red, or from when it was set if that is
    later, until it ended. Null for a revision that ended in time."""


class MessageRow(Table, table=True):
    """One message in the product's inbox, written in the same transaction as the fact it tells of.

    Addressed to a person, or to the holders of posts at a unit; whoever reads it marks it for themselves.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_to_person", "to_person", "visible_at"),
        # With all that decides who has a message still to read: an inbox counts it on every page.
        Index(
            "ix_messages_to_unit",
            "to_unit",
            "visible_at",
            postgresql_include=["to_roles", "to_rank", "case_number", "seq", "place"],
        ),
    )

    case_number: str = Field(primary_key=True, sa_type=Text)
    seq: int = Field(primary_key=True)
    """The fact it tells of."""
    place: int = Field(primary_key=True)
    """Which of the fact's messages."""
    kind: str = Field(sa_type=Text)
    to_person: str | None = Field(default=None, sa_type=Text)
    to_contact: str | None = Field(default=None, sa_type=Text)
    to_unit: str | None = Field(default=None, sa_type=Text)
    to_roles: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    """Roles at the unit."""
    to_rank: str | None = Field(default=None, sa_type=Text)
    """Only posts of this rank (AB角); null: any."""
    urgent: bool = False
    visible_at: datetime = Field(sa_type=Instant)
    zh: str = Field(sa_type=Text)
    en: str = Field(sa_type=Text)


class MessageReadRow(Table, table=True):
    """That a person has read a message."""

    __tablename__ = "message_reads"
    __table_args__ = (
        Index("ix_message_reads_at", "person_id", "at", postgresql_include=["case_number", "seq", "place"]),
    )

    person_id: str = Field(primary_key=True, sa_type=Text, foreign_key="people.id")
    case_number: str = Field(primary_key=True, sa_type=Text)
    seq: int = Field(primary_key=True)
    place: int = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)
