"""Policies as administrators see them: every version, and what one would mean before it is published."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen, Urgency
from models.case.state import OPEN
from models.clocks.calendar import city_date
from models.clocks.policy import Policy, Rules, resolve
from models.clocks.preview import Promise, promises
from models.queries.calendar import calendar_between
from models.queries.dossier import AHEAD
from models.queries.policies import active_policies
from models.queries.publishing import affected_policies
from models.tables.cases import CaseRow
from models.tables.catalogue import CatalogueItemRow
from models.tables.policies import PolicyRow


class PolicyVersion(Frozen):
    """One version of a policy."""

    policy: Policy
    in_force_from: datetime
    current: bool
    """Whether cases open under it now."""
    scheduled: bool
    """Whether it is still to come in force."""


class Preview(Frozen):
    """What a policy would mean for a matter reported at some instant."""

    urgency: Urgency
    at: datetime
    rules: Rules
    promises: tuple[Promise, ...]
    calendar: str
    """The version of the calendar it was reckoned with."""


async def policy_versions(
    session: AsyncSession, at: datetime, policy_id: str | None = None
) -> tuple[PolicyVersion, ...]:
    """Every version of every policy, or of one: by id, the newest first. One query."""
    statement = select(PolicyRow).order_by(col(PolicyRow.id), col(PolicyRow.version).desc())
    if policy_id is not None:
        statement = statement.where(col(PolicyRow.id) == policy_id)
    found: list[PolicyVersion] = []
    in_force: set[str] = set()
    for row in await session.scalars(statement):
        scheduled = row.in_force_from > at
        found.append(
            PolicyVersion(
                policy=Policy.model_validate(row.body),
                in_force_from=row.in_force_from,
                current=not scheduled and row.id not in in_force,
                scheduled=scheduled,
            )
        )
        if not scheduled:
            in_force.add(row.id)
    return tuple(found)


async def preview_policy(
    session: AsyncSession, policy: Policy, urgency: Urgency, at: datetime, variant: str | None = None
) -> Preview:
    """What `policy`, published or not, would mean for a matter reported at `at` (UTC). Two queries.

    The others are as they are in force. Raises PolicyError where it does not hold beside them, LookupError
    without a calendar.
    """
    policies = await active_policies(session) | {policy.id: policy}
    rules = resolve(policy, policies, urgency, variant)
    first = city_date(at) - timedelta(days=1)
    calendar = await calendar_between(session, first, first + AHEAD)
    return Preview(
        urgency=urgency,
        at=at,
        rules=rules,
        promises=promises(rules, at, calendar),
        calendar=calendar.version,
    )


async def open_cases_under(session: AsyncSession, policy_id: str | None) -> int:
    """How many open cases a new version would move: those under the policy and under what extends it.

    With None, every open case: a changed calendar concerns them all.
    """
    still_open = col(CaseRow.stage).in_([stage.value for stage in OPEN])
    statement = select(func.count()).select_from(CaseRow).where(still_open)
    if policy_id is not None:
        policies = await affected_policies(session, policy_id)
        statement = statement.where(col(CaseRow.policy).in_(sorted(policies | {policy_id})))
    return await session.scalar(statement) or 0


async def matters_under(session: AsyncSession) -> dict[str, int]:
    """How many matters of the catalogue follow each policy."""
    rows = await session.execute(
        select(col(CatalogueItemRow.policy), func.count())
        .where(col(CatalogueItemRow.active))
        .group_by(col(CatalogueItemRow.policy))
    )
    return dict(rows.all())
