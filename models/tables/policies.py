"""Deadline policies, every version of each. Open cases carry the rules they were opened with."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Text, and_, exists, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased
from sqlmodel import Field, col

from models.tables.base import Table
from models.tables.types import Instant


class PolicyRow(Table, table=True):
    """One version of a policy; `body` is a `clocks.policy.Policy`. The newest that is in force counts."""

    __tablename__ = "policies"

    id: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    in_force_from: datetime = Field(
        default_factory=lambda: datetime.now(UTC),
        sa_column=Column(Instant, nullable=False, server_default=func.now()),
    )
    """From when cases open under it; may lie ahead."""
    body: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))


@cache
def in_force() -> ColumnElement[bool]:
    """Whether a row of `policies` is the version in force now: the newest of those that have begun."""
    newer = aliased(PolicyRow)
    return and_(
        col(PolicyRow.in_force_from) <= func.now(),
        ~exists()
        .where(
            col(newer.id) == col(PolicyRow.id),
            col(newer.version) > col(PolicyRow.version),
            col(newer.in_force_from) <= func.now(),
        )
        .correlate(PolicyRow),
    )
