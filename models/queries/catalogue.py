"""Reading the catalogue of matters as it is now."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.city.catalogue import Matter, Section
from models.tables.catalogue import CatalogueItemRow


async def active_matters(session: AsyncSession, section: Section | None = None) -> tuple[Matter, ...]:
    """The matters that can be reported now, in the catalogue's order; of one section, if it is named."""
    statement = select(col(CatalogueItemRow.body)).where(col(CatalogueItemRow.active))
    if section is not None:
        statement = statement.where(col(CatalogueItemRow.section) == section)
    statement = statement.order_by(
        col(CatalogueItemRow.section), col(CatalogueItemRow.position), col(CatalogueItemRow.key)
    )
    return tuple(Matter.model_validate(body) for body in (await session.execute(statement)).scalars())
