"""Changing the catalogue: administrators of the whole city add, change, retire and restore matters."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, status
from pydantic import BaseModel, ConfigDict, Field

from api.administering.who import AdministersCity, signed_in_administrator
from api.dependencies import ReadSession, WriteSession
from api.errors import InputInvalid, NotFound
from api.paths import API
from api.problems import SIGNED_IN, problems
from models.base import Words
from models.city.catalogue import Matter
from models.queries.catalogue_admin import add_matter, change_matter, find_matter, retire_matter
from models.queries.dossier import MatterNotFound

router: Final = APIRouter(prefix=f"{API}/matters", tags=["catalogue"], responses=problems(*SIGNED_IN, 404))

Key = Annotated[str, Path(max_length=64, examples=["street-lamp"])]
_MATTER: Final[dict[str, Any]] = {
    "key": "street-lamp",
    "name": {"zh": "路灯故障", "en": "street lamp out of order"},
    "section": "livelihood",
    "department": "chengguan",
    "closing": {"zh": "路灯恢复照明", "en": "the lamp is lit again"},
    "words": ["路灯", "不亮"],
}


class MatterView(BaseModel):
    """A matter as it stands in the catalogue."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"matter": _MATTER, "version": 3, "active": True}]}
    )

    matter: Matter
    version: int = Field(description="Goes up with every change.")
    active: bool = Field(description="Whether it can be reported.")


class NewMatter(BaseModel):
    """A matter to be added."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"matter": _MATTER, "reason": "新增事项"}]}
    )

    matter: Matter
    reason: str = Field(default="", max_length=300)


class ChangedMatter(NewMatter):
    """A matter as it is to be, and the version that was read."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"matter": _MATTER, "version": 3}]}
    )

    version: int = Field(ge=1, description="Another one than now: somebody has changed it meanwhile (409).")


class Why(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "并入其他事项"}]})

    reason: str = Field(min_length=1, max_length=300)


@router.get(
    "/{key}",
    operation_id="getMatter",
    summary="One matter, with its version",
    dependencies=[Depends(signed_in_administrator)],
)
async def matter(key: Key, session: ReadSession) -> MatterView:
    """A matter of the catalogue, retired ones included."""
    try:
        found = await find_matter(session, key)
    except MatterNotFound as missing:
        raise NotFound from missing
    return MatterView(matter=found.matter, version=found.version, active=found.active)


@router.post(
    "",
    operation_id="addMatter",
    summary="Add a matter",
    status_code=status.HTTP_201_CREATED,
    responses=problems(409),
)
async def add(body: NewMatter, by: AdministersCity, session: WriteSession) -> MatterView:
    """It can be reported at once, and stands last in its section."""
    await add_matter(session, by, body.matter, datetime.now(UTC), body.reason)
    return MatterView(matter=body.matter, version=1, active=True)


@router.put("/{key}", operation_id="changeMatter", summary="Change a matter", responses=problems(409))
async def change(key: Key, body: ChangedMatter, by: AdministersCity, session: WriteSession) -> MatterView:
    """What is reported from now on follows it; open cases keep the copy they were opened with."""
    if body.matter.key != key:
        raise InputInvalid(Words(zh="标识与地址不符", en="The key is not the one in the address"))
    try:
        await change_matter(session, by, body.matter, body.version, datetime.now(UTC), body.reason)
        found = await find_matter(session, key)
    except MatterNotFound as missing:
        raise NotFound from missing
    return MatterView(matter=found.matter, version=found.version, active=found.active)


@router.post(
    "/{key}/retire",
    operation_id="retireMatter",
    summary="Take a matter out of the catalogue",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(409),
)
async def retire(key: Key, body: Why, by: AdministersCity, session: WriteSession) -> None:
    """It can no longer be reported. Open cases of it go on as they were."""
    await _retire(session, by, key, body.reason, restore=False)


@router.post(
    "/{key}/restore",
    operation_id="restoreMatter",
    summary="Put a retired matter back",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(409),
)
async def restore(key: Key, body: Why, by: AdministersCity, session: WriteSession) -> None:
    """It can be reported again."""
    await _retire(session, by, key, body.reason, restore=True)


async def _retire(
    session: WriteSession, by: AdministersCity, key: str, reason: str, *, restore: bool
) -> None:
    try:
        await retire_matter(session, by, key, datetime.now(UTC), reason, restore=restore)
    except MatterNotFound as missing:
        raise NotFound from missing
