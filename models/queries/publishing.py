"""Publishing rules: a new version of a policy, a year's arrangement, and the open cases they concern."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen, Urgency
from models.case.state import OPEN
from models.city.catalogue import Matter
from models.clocks.calendar import CalendarSlice, CalendarYear, city_date
from models.clocks.policy import Policy, Rules, resolve
from models.queries.calendar import calendar_between, store_calendar, stored_years
from models.queries.dossier import AHEAD
from models.queries.policies import active_policies
from models.tables.cases import CaseRow
from models.tables.policies import PolicyRow


class VersionTaken(Exception):
    """The version is not newer than the newest one, which `newest` is, in force or still to come."""

    def __init__(self, newest: int) -> None:
        super().__init__(f"there is a version {newest} already")
        self.newest = newest


class PolicyNotScheduled(LookupError):
    """There is no such version, or it is in force already."""


class OpenCase(Frozen):
    """An open case, as a change of rules needs it."""

    number: str
    matter: Matter


async def publish_policy(session: AsyncSession, policy: Policy, in_force_from: datetime) -> None:
    """Put `policy` in force for cases that open from that instant on; the caller commits.

    Raises VersionTaken unless its version is newer; PolicyError if it cannot be resolved beside the others.
    """
    newest = await session.scalar(
        select(func.max(col(PolicyRow.version))).where(col(PolicyRow.id) == policy.id)
    )
    if newest is not None and policy.version <= newest:
        raise VersionTaken(newest)
    try_policy(policy, await active_policies(session))
    session.add(
        PolicyRow(
            id=policy.id,
            version=policy.version,
            in_force_from=in_force_from,
            body=policy.model_dump(mode="json"),
        )
    )
    await session.flush()


async def withdraw_policy(session: AsyncSession, policy_id: str, version: int, at: datetime) -> Policy:
    """Take back a version that is still to come in force at `at`; what it said. The caller commits.

    Raises PolicyNotScheduled.
    """
    gone = await session.scalar(
        delete(PolicyRow)
        .where(
            col(PolicyRow.id) == policy_id,
            col(PolicyRow.version) == version,
            col(PolicyRow.in_force_from) > at,
        )
        .returning(col(PolicyRow.body))
    )
    if gone is None:
        raise PolicyNotScheduled(f"{policy_id} {version}")
    return Policy.model_validate(gone)


def try_policy(policy: Policy, policies: Mapping[str, Policy]) -> None:
    """Resolve `policy`, and every other one beside it, for every urgency and variant. Raises PolicyError."""
    beside = {**policies, policy.id: policy}
    for other in beside.values():  # whoever extends it must still make sense
        for urgency in Urgency:
            for variant in (None, *other.variants):
                resolve(other, beside, urgency, variant)


async def publish_year(session: AsyncSession, year: CalendarYear) -> CalendarSlice:
    """Make `year` the arrangement of its year; the calendar of that year afterwards. The caller commits."""
    years = {known.year: known for known in await stored_years(session)} | {year.year: year}
    await store_calendar(await session.connection(), [years[key] for key in sorted(years)])
    whole = datetime(year.year, 1, 1).date()  # noqa: DTZ001 - a date of the city, not an instant
    return await calendar_between(session, whole, whole)


async def affected_policies(session: AsyncSession, policy_id: str) -> frozenset[str]:
    """The policy, and those that extend it, directly or not."""
    policies = await active_policies(session)

    def stands_on(policy: Policy) -> bool:
        seen: set[str] = set()
        current: Policy | None = policy
        while current is not None and current.id not in seen:
            if current.id == policy_id:
                return True
            seen.add(current.id)
            current = policies.get(current.extends) if current.extends else None
        return False

    return frozenset(policy.id for policy in policies.values() if stands_on(policy))


async def open_cases(
    session: AsyncSession, after: str, limit: int, policies: Iterable[str] | None
) -> Sequence[OpenCase]:
    """Up to `limit` open cases behind `after`, in the order of their numbers; under `policies`, if given."""
    statement = (
        select(col(CaseRow.number), col(CaseRow.snapshot)["matter"])
        .where(col(CaseRow.number) > after, col(CaseRow.stage).in_([stage.value for stage in OPEN]))
        .order_by(col(CaseRow.number))
        .limit(limit)
    )
    if policies is not None:
        statement = statement.where(col(CaseRow.policy).in_(sorted(policies)))
    rows = await session.execute(statement)
    return [OpenCase(number=number, matter=Matter.model_validate(matter)) for number, matter in rows]


class RulesNow:
    """The rules in force now, resolved once for each policy and variant that is asked for."""

    def __init__(self, policies: Mapping[str, Policy], calendar: CalendarSlice) -> None:
        self._policies = policies
        self.calendar = calendar
        self._known: dict[tuple[str, str | None], dict[Urgency, Rules]] = {}

    @classmethod
    async def read(cls, session: AsyncSession, at: datetime) -> RulesNow:
        """Read them; the calendar from the day before `at` for as long as a new case would get it."""
        first = city_date(at) - timedelta(days=1)
        return cls(await active_policies(session), await calendar_between(session, first, first + AHEAD))

    def of(self, matter: Matter) -> dict[Urgency, Rules]:
        """The rules of a matter, for every urgency."""
        key = (matter.policy, matter.variant)
        if key not in self._known:
            policy = self._policies[matter.policy]
            self._known[key] = {u: resolve(policy, self._policies, u, matter.variant) for u in Urgency}
        return self._known[key]
