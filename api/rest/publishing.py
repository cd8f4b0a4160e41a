"""Publishing rules: administrators put a policy's new version, or a year's arrangement, in force.

Cases that open from now on get the new rules at once. Open cases are told by a durable rollout; each writes a
fact that says why its dates moved.
"""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, status
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.administering.rules import put_policy_in_force, put_year_in_force, withdraw
from api.administering.who import AdministersCity, signed_in_administrator
from api.dependencies import House
from api.errors import InputInvalid, NotFound
from api.gateway import Gone
from api.paths import API
from api.problems import SIGNED_IN, problems
from models.base import Words
from models.clocks.calendar import CalendarYear
from models.clocks.policy import Policy
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
    in_force_from: AwareDatetime | None = Field(
        default=None, description="From when cases open under it; at once, unless given."
    )
    open_cases: bool = Field(default=True, description="Whether open cases get the new limits as well.")


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

    id: str | None = Field(description="None where open cases are not told: they keep their rules.")
    reason: str
    told: int = Field(description="Open cases told so far.")
    finished: bool


@router.post(
    "/policies",
    operation_id="publishPolicy",
    summary="Put a policy's new version in force",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(409),
)
async def publish_new_version(body: PolicyBody, by: AdministersCity, house: House) -> RolloutView:
    """In force for new cases at once, or from a later instant; open cases under it are told one by one."""
    change = await put_policy_in_force(
        house, by, body.policy, body.reason, in_force_from=body.in_force_from, tell_open_cases=body.open_cases
    )
    return _begun(change, body.reason)


@router.delete(
    "/policies/{policy_id}/versions/{version}",
    operation_id="withdrawPolicy",
    summary="Take back a version that is not in force yet",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(404),
)
async def withdraw_version(
    policy_id: Annotated[str, Path(max_length=64, examples=["135"])],
    version: Annotated[int, Path(ge=1, examples=[2])],
    by: AdministersCity,
    house: House,
    reason: Annotated[str, Query(max_length=300)] = "",
) -> None:
    """As if it had never been published; open cases are not told of it."""
    await withdraw(house, by, policy_id, version, reason)


@router.put(
    "/calendar/{year}",
    operation_id="publishCalendarYear",
    summary="Put a year's arrangement in force",
    status_code=status.HTTP_202_ACCEPTED,
)
async def publish_calendar(
    year: Annotated[int, Path(ge=2000, le=2100, examples=[2027])],
    body: YearBody,
    by: AdministersCity,
    house: House,
) -> RolloutView:
    """The year's holidays and make-up days; with the notice's number its dates are no longer provisional."""
    if body.arrangement.year != year:
        raise InputInvalid(Words(zh="年份与地址不符", en="The year is not the one in the address"))
    return _begun(await put_year_in_force(house, by, body.arrangement, body.reason), body.reason)


@router.get(
    "/rollouts/{rollout_id}",
    operation_id="getRollout",
    summary="How far a change of rules has come",
    dependencies=[Depends(signed_in_administrator)],
    responses=problems(404),
)
async def get_rollout(
    rollout_id: Annotated[str, Path(pattern=r"^rollout-[0-9a-f]{12}$", examples=["rollout-5f0c1a2b3c4d"])],
    house: House,
) -> RolloutView:
    """The open cases told so far, and whether that is all."""
    try:
        change, finished = await house.gateway.rollout(rollout_id)
    except Gone as gone:
        raise NotFound from gone
    return RolloutView(id=change.id, reason=change.reason, told=change.told, finished=finished)


def _begun(change: Rollout | None, reason: str) -> RolloutView:
    return RolloutView(id=change.id if change else None, reason=reason, told=0, finished=change is None)
