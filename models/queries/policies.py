"""Reading the deadline policies in force."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.clocks.policy import Policy
from models.tables.policies import PolicyRow, in_force


async def active_policies(session: AsyncSession) -> dict[str, Policy]:
    """The version in force of every policy, by id, in the order of the ids."""
    statement = select(col(PolicyRow.body)).where(in_force()).order_by(col(PolicyRow.id))
    policies = (Policy.model_validate(body) for body in (await session.execute(statement)).scalars())
    return {policy.id: policy for policy in policies}
