"""Publishing rules: administrators put a policy's new version, or a year's arrangement, in force.

Cases that open from now on get the new rules at once. Open cases are told by a durable rollout; each writes a
fact that says why its dates moved.
"""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, status
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import Caller, House, SignedIn
from api.errors import Conflict, InputInvalid, NotAllowed, NotFound
from api.gateway import Gone
from api.paths import API
from api.problems import SIGNED_IN, problems
from models.base import Words
from models.city.people import Role
from models.clocks.calendar import CalendarYear, assemble
from models.clocks.policy import Policy, PolicyError
from models.queries.publishing import VersionTaken, publish_policy, publish_year
from workflows.messages import Rollout

router: Final = APIRouter(prefix=API, tags=["publishing"], responses=problems(*SIGNED_IN))

Why = Annotated[
    str,
    Field(
        min_length=1,
        max_length=300,
        description="Why; every open case's timeline repeats it.",
        examples=["国务院办公厅公布2027年放假安排"],
    ),
]


class PolicyBody(BaseModel):
    """A policy's new version, and why."""

    model_config = ConfigDict(extra="forbid")

    policy: Policy = Field(description="Whole, with a version greater than the one in force.")
    reason: Why


class YearBody(BaseModel):
    """A year's arrangement, and why."""

    model_config = ConfigDict(extra="forbid")

    arrangement: CalendarYear
    reason: Why


class RolloutView(BaseModel):
    """How far a change of rules has come."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"id": "rollout-5f0c", "reason": "2027 年放假安排公布", "told": 312, "finished": False}
            ]
        }
    )

    id: str
    reason: str
    told: int = Field(description="Open cases told so far.")
    finished: bool


def _require_administrator(caller: Caller) -> None:
    if not any(post.role is Role.ADMINISTRATOR for post in caller.principal.posts):
        raise NotAllowed


async def _roll_out(house: House, **rollout: Any) -> RolloutView:
    change = Rollout(id=f"rollout-{uuid.uuid4().hex[:12]}", **rollout)
    await house.gateway.roll_out(change)
    return RolloutView(id=change.id, reason=change.reason, told=0, finished=False)


@router.post(
    "/policies",
    operation_id="publishPolicy",
    summary="Put a policy's new version in force",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(409),
)
async def publish_new_version(body: PolicyBody, caller: SignedIn, house: House) -> RolloutView:
    """In force at once for new cases; open cases under it are told one after the other."""
    _require_administrator(caller)
    try:
        async with house.sessions.write() as session:
            await publish_policy(session, body.policy)
    except VersionTaken as taken:
        newer = taken.active + 1
        words = Words(
            zh=f"现行版本为第{taken.active}版，请用第{newer}版或更高", en=f"Use version {newer} or higher"
        )
        raise Conflict(words, members={"active": taken.active}) from taken
    except PolicyError as wrong:
        raise InputInvalid(Words(zh=f"政策有误：{wrong}", en=f"The policy does not hold: {wrong}")) from wrong
    return await _roll_out(house, reason=body.reason, policy=body.policy.id)


@router.put(
    "/calendar/{year}",
    operation_id="publishCalendarYear",
    summary="Put a year's arrangement in force",
    status_code=status.HTTP_202_ACCEPTED,
)
async def publish_calendar(
    year: Annotated[int, Path(ge=2000, le=2100, examples=[2027])],
    body: YearBody,
    caller: SignedIn,
    house: House,
) -> RolloutView:
    """The year's holidays and make-up days; with the notice's number its dates are no longer provisional."""
    _require_administrator(caller)
    if body.arrangement.year != year:
        raise InputInvalid(Words(zh="年份与地址不符", en="The year is not the one in the address"))
    try:
        assemble([body.arrangement])
    except ValueError as wrong:
        raise InputInvalid(
            Words(zh=f"放假安排有误：{wrong}", en=f"The arrangement is wrong: {wrong}")
        ) from wrong
    async with house.sessions.write() as session:
        await publish_year(session, body.arrangement)
    return await _roll_out(house, reason=body.reason, calendar=True)


@router.get(
    "/rollouts/{rollout_id}",
    operation_id="getRollout",
    summary="How far a change of rules has come",
    responses=problems(404),
)
async def get_rollout(
    rollout_id: Annotated[str, Path(pattern=r"^rollout-[0-9a-f]{12}$", examples=["rollout-5f0c1a2b3c4d"])],
    caller: SignedIn,
    house: House,
) -> RolloutView:
    """The open cases told so far, and whether that is all."""
    _require_administrator(caller)
    try:
        change, finished = await house.gateway.rollout(rollout_id)
    except Gone as gone:
        raise NotFound from gone
    return RolloutView(id=change.id, reason=change.reason, told=change.told, finished=finished)
