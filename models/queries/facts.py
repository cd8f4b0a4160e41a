"""Reading sealed facts: the permanent record, row by row, as the core knows it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.case.sealing import SealedFact
from models.city.people import Actor
from models.tables.cases import FactRow


def sealed(row: FactRow) -> SealedFact:
    """The fact in a row. Raises pydantic.ValidationError when the row no longer holds one."""
    return SealedFact(
        seq=row.seq,
        at=row.at,
        actor=Actor.model_validate(row.actor),
        command=row.command,
        body=row.body,
        previous=row.previous,
        hash=row.hash,
        stage=row.stage,
        holder=row.holder_id,
        round=row.round,
    )


async def facts_of(session: AsyncSession, number: str) -> tuple[SealedFact, ...]:
    """The facts of one case, in their order. Raises pydantic.ValidationError; one query."""
    return tuple(sealed(row) for row in (await fact_rows(session, [number]))[number])


async def fact_rows(session: AsyncSession, numbers: Sequence[str]) -> dict[str, list[FactRow]]:
    """The rows of the facts of these cases, in their order, by case number; one query."""
    statement = (
        select(FactRow)
        .where(col(FactRow.case_number).in_(numbers))
        .order_by(col(FactRow.case_number), col(FactRow.seq))
    )
    found: dict[str, list[FactRow]] = {number: [] for number in numbers}
    for row in (await session.execute(statement)).scalars():
        found[row.case_number].append(row)
    return found
