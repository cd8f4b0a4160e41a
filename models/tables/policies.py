"""Deadline policies, every version of each. Open cases carry the rules they were opened with."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.tables.base import Table


class PolicyRow(Table, table=True):
    """One version of a policy; at most one version of each is active. `body` is a `clocks.policy.Policy`."""

    __tablename__ = "policies"
    __table_args__ = (Index("uq_policies_active", "id", unique=True, postgresql_where=text("active")),)

    id: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    active: bool = True
    body: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
