"""What a case needs from outside when it opens, gathered in three queries whatever the place and matter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Text, and_, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.base import Frozen, Urgency
from models.city.catalogue import Matter
from models.city.routing import Ladder, ladder
from models.city.units import UnitKind, UnitRef
from models.clocks.calendar import CalendarSlice, city_date
from models.clocks.policy import Policy, Rules, resolve
from models.queries.calendar import calendar_between
from models.queries.units import UnitNotFound, ref_columns, ref_of
from models.tables.catalogue import CatalogueItemRow
from models.tables.policies import PolicyRow, in_force
from models.tables.units import UnitRow

AHEAD: Final = timedelta(days=550)
"""How far the calendar slice reaches beyond the opening: some 18 months."""


class MatterNotFound(LookupError):
    """The catalogue has no such matter, or no longer."""


class DossierParts(Frozen):
    """The parts of a dossier that come from SQL."""

    chain: tuple[UnitRef, ...]
    ladder: Ladder
    matter: Matter
    rules: Mapping[Urgency, Rules]
    calendar: CalendarSlice


async def build_parts(session: AsyncSession, unit_id: str, matter_key: str, at: datetime) -> DossierParts:
    """Everything about a matter at a place, as it stands at the instant `at` (UTC).

    The place is the smallest unit known, down to a grid. Raises UnitNotFound, MatterNotFound, and PolicyError
    where the matter's policy contradicts itself.
    """
    matter, policies = await _matter(session, matter_key)
    chain, department = await _chain_and_department(session, unit_id, matter.department)
    first = city_date(at) - timedelta(days=1)
    calendar = await calendar_between(session, first, first + AHEAD)
    return DossierParts(
        chain=chain,
        ladder=ladder(chain, department),
        matter=matter,
        rules={
            urgency: resolve(policies[matter.policy], policies, urgency, matter.variant)
            for urgency in Urgency
        },
        calendar=calendar,
    )


async def _matter(session: AsyncSession, key: str) -> tuple[Matter, dict[str, Policy]]:
    """The matter, and every policy in force: those it names and those that they extend are among them."""
    statement = (
        select(col(CatalogueItemRow.body), col(PolicyRow.body))
        .select_from(CatalogueItemRow)
        .outerjoin(PolicyRow, in_force())
        .where(col(CatalogueItemRow.key) == key, col(CatalogueItemRow.active))
    )
    rows = (await session.execute(statement)).all()
    if not rows:
        raise MatterNotFound(f"no such matter: {key}")
    policies = (Policy.model_validate(body) for _, body in rows if body is not None)
    return Matter.model_validate(rows[0][0]), {policy.id: policy for policy in policies}


async def _chain_and_department(
    session: AsyncSession, unit_id: str, department: str | None
) -> tuple[tuple[UnitRef, ...], UnitRef | None]:
    """The units from the city down to this one, and the lead department of its district, if there is one."""
    here = aliased(UnitRow)
    district = func.split_part(cast(col(here.path), Text), ".", 2)
    lead = and_(
        col(UnitRow.kind) == UnitKind.DEPARTMENT,
        col(UnitRow.id) == district + f"-{department}",
    )
    above = col(UnitRow.path).bool_op("@>")(col(here.path))
    statement = (
        select(*ref_columns())
        .join(here, above if department is None else or_(above, lead))
        .where(col(here.id) == unit_id, col(here.active), col(UnitRow.active))
        .order_by(func.nlevel(col(UnitRow.path)))
    )
    refs = [ref_of(row) for row in (await session.execute(statement)).mappings()]
    place = next((ref for ref in refs if ref.id == unit_id), None)
    if place is None:
        raise UnitNotFound([unit_id])
    chain = tuple(ref for ref in refs if f"{place.path}.".startswith(f"{ref.path}."))
    leading = (ref for ref in refs if department is not None and ref.id.endswith(f"-{department}"))
    return chain, next(leading, None)
