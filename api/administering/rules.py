"""Putting rules in force: a policy's new version, or a year's arrangement, and telling the open cases.

Cases that open from then on get the new rules. Open cases are told by a durable rollout, if that is wanted;
each writes a fact that says why its dates moved.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime, timedelta
from typing import Final

from api.errors import Conflict, InputInvalid, NotFound
from api.services import Services
from models.base import Words
from models.city.administering import Administrator, Deed
from models.clocks.calendar import CalendarYear, assemble
from models.clocks.calendar_edit import changes
from models.clocks.policy import Policy, PolicyError
from models.queries.calendar import stored_years
from models.queries.journal import note
from models.queries.publishing import (
    PolicyNotScheduled,
    VersionTaken,
    publish_policy,
    publish_year,
    withdraw_policy,
)
from workflows.messages import Rollout

UNTIL_COMMITTED: Final = timedelta(seconds=1)
"""How long a rollout waits for the transaction in which it was begun."""


async def put_policy_in_force(
    house: Services,
    by: Administrator,
    policy: Policy,
    reason: str,
    *,
    in_force_from: datetime | None = None,
    tell_open_cases: bool = True,
) -> Rollout | None:
    """Publish `policy`, in force now or from a later instant; the rollout, if open cases are to be told.

    Raises Conflict for a version that is not newer, InputInvalid for a policy that does not hold beside the
    others, EngineAway when the rollout cannot begin (then nothing is published).
    """
    now = datetime.now(UTC)
    begins = max(in_force_from or now, now)
    change = Rollout(id=rollout_id(policy.id, policy.version), reason=reason, policy=policy.id)
    try:
        async with house.sessions.write() as session:
            await publish_policy(session, policy, begins)
            await note(
                session,
                by,
                Deed.POLICY_PUBLISHED,
                subject=policy.id,
                name=policy.name.zh,
                at=now,
                after={
                    "version": policy.version,
                    "in_force_from": begins.isoformat(),
                    "open_cases": tell_open_cases,
                },
                reason=reason,
            )
            if tell_open_cases:  # before the commit, so that nothing is published that will not be told
                await house.gateway.roll_out(change, begins - now + UNTIL_COMMITTED)
    except VersionTaken as taken:
        newer = taken.newest + 1
        raise Conflict(
            Words(zh=f"已有第{taken.newest}版，请用第{newer}版或更高", en=f"Use version {newer} or higher"),
            members={"active": taken.newest, "field": "text"},
        ) from taken
    except PolicyError as wrong:
        raise InputInvalid(
            Words(zh=f"政策有误：{wrong}", en=f"The policy does not hold: {wrong}"),
            members={"field": "text"},
        ) from wrong
    return change if tell_open_cases else None


async def withdraw(house: Services, by: Administrator, policy_id: str, version: int, reason: str) -> None:
    """Take back a version that is still to come in force, and the telling of open cases with it.

    Raises NotFound when there is no such version, or it is in force.
    """
    now = datetime.now(UTC)
    try:
        async with house.sessions.write() as session:
            policy = await withdraw_policy(session, policy_id, version, now)
            await note(
                session, by, Deed.POLICY_WITHDRAWN, subject=policy.id, name=policy.name.zh, at=now,
                before={"version": version}, reason=reason,
            )  # fmt: skip
            await house.gateway.call_off(rollout_id(policy_id, version))
    except PolicyNotScheduled as missing:
        raise NotFound from missing


async def put_year_in_force(house: Services, by: Administrator, year: CalendarYear, reason: str) -> Rollout:
    """Publish a year's arrangement and tell every open case. Raises InputInvalid for an impossible one."""
    try:
        assemble([year])
    except ValueError as wrong:
        raise InputInvalid(
            Words(zh=f"放假安排有误：{wrong}", en=f"The arrangement is wrong: {wrong}")
        ) from wrong
    async with house.sessions.write() as session:
        before = {known.year: known for known in await stored_years(session)}.get(year.year)
        await publish_year(session, year)
        moved = changes(before, year)
        await note(
            session,
            by,
            Deed.CALENDAR_PUBLISHED,
            subject=str(year.year),
            name=str(year.year),
            at=datetime.now(UTC),
            before={
                "notice": before.notice if before else None,
                **{str(day.day): day.before.value for day in moved},
            },
            after={"notice": year.notice, **{str(day.day): day.after.value for day in moved}},
            reason=reason,
        )
        change = Rollout(id=f"rollout-{uuid.uuid4().hex[:12]}", reason=reason, calendar=True)
        await house.gateway.roll_out(change, UNTIL_COMMITTED)
    return change


def rollout_id(policy_id: str, version: int) -> str:
    """The identity of the rollout that tells open cases of this version; the same whenever it is asked."""
    return "rollout-" + hashlib.sha256(f"{policy_id} {version}".encode()).hexdigest()[:12]
