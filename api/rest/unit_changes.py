"""Changing units by hand: names, and the desks and grids beside and below the official places."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, status
from pydantic import BaseModel, ConfigDict, Field

from api.administering.who import Administers
from api.dependencies import WriteSession
from api.paths import API
from api.problems import SIGNED_IN, problems
from api.rest.units import UnitId
from api.rest.views import UnitView
from models.queries.unit_changes import NewUnit, UnitName, add_unit, close_unit, rename_unit, reopen_unit
from models.queries.units import unit_ref

router: Final = APIRouter(prefix=f"{API}/units", tags=["units"], responses=problems(*SIGNED_IN))

_NEW: Final[dict[str, Any]] = {"parent": "500120001005", "kind": "grid", "name": "夜市网格"}


class NewUnitBody(NewUnit):
    """A desk, grid or micro-grid to be added."""

    model_config = ConfigDict(json_schema_extra={"examples": [_NEW]})


class UnitNameBody(BaseModel):
    """The name people are to use."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "东门社区"}]})

    name: UnitName
    reason: str = Field(default="", max_length=300)


class ClosingBody(BaseModel):
    """Why a unit is closed or opened again."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "撤并"}]})

    reason: str = Field(min_length=1, max_length=300)


class Closed(BaseModel):
    """What was closed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"units": 2}]})

    units: int = Field(description="The unit itself and those below it.")


@router.post(
    "",
    operation_id="addUnit",
    summary="Add a desk or a grid",
    status_code=status.HTTP_201_CREATED,
    responses=problems(409),
)
async def add(body: NewUnitBody, by: Administers, session: WriteSession) -> UnitView:
    """A section, department, grid or micro-grid. Other places come with the code list."""
    return UnitView.of(await unit_ref(session, await add_unit(session, by, body, datetime.now(UTC))))


@router.patch("/{unit_id}", operation_id="renameUnit", summary="Rename a unit")
async def rename(unit_id: UnitId, body: UnitNameBody, by: Administers, session: WriteSession) -> UnitView:
    """The name people use. The official name stays, and open cases remember the old one."""
    await rename_unit(session, by, unit_id, body.name, datetime.now(UTC), body.reason)
    return UnitView.of(await unit_ref(session, unit_id))


@router.post(
    "/{unit_id}/close", operation_id="closeUnit", summary="Close a desk or a grid", responses=problems(409)
)
async def close(unit_id: UnitId, body: ClosingBody, by: Administers, session: WriteSession) -> Closed:
    """With all below it. Refused while open cases are held or worked there; nothing is deleted."""
    return Closed(units=await close_unit(session, by, unit_id, datetime.now(UTC), body.reason))


@router.post(
    "/{unit_id}/reopen",
    operation_id="reopenUnit",
    summary="Open a closed desk or grid again",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(409),
)
async def reopen(unit_id: UnitId, body: ClosingBody, by: Administers, session: WriteSession) -> None:
    """The unit only, not what lies below it."""
    await reopen_unit(session, by, unit_id, datetime.now(UTC), body.reason)
