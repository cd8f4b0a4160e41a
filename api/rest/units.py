"""Units: the tree of the city. Everybody who is signed in may know all of it, not only their own area."""

from __future__ import annotations

from typing import Annotated, Any, Final, Self

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import ReadSession, SignedIn, caller
from api.errors import NotFound
from api.paths import API
from api.problems import SIGNED_IN, problems
from api.rest.views import UnitView
from models.city.units import UnitKind, UnitRef
from models.queries.units import UnitNotFound, chain, children, search

router: Final = APIRouter(
    prefix=f"{API}/units",
    tags=["units"],
    dependencies=[Depends(caller)],
    responses=problems(*SIGNED_IN),
)

UnitId = Annotated[
    str,
    Path(
        description="An official division code, with a suffix for sections, departments and grids.",
        pattern=r"^[0-9]{2,12}(-[a-z0-9]+)*$",
        max_length=64,
        examples=["500120001005"],
    ),
]
Kinds = Annotated[list[UnitKind], Query(alias="kind", description="Only units of these kinds.")]

_DISTRICT: Final[dict[str, Any]] = {
    "id": "500120",
    "kind": "district",
    "name": "璧山区",
    "level": "district",
    "path": "50.500120",
}
_COMMUNITY: Final[dict[str, Any]] = {
    "id": "500120001005",
    "kind": "community",
    "name": "东关社区",
    "level": "community",
    "path": "50.500120.500120001.500120001005",
}


class UnitList(BaseModel):
    """Units, in their order."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_COMMUNITY]}]})

    items: list[UnitView]

    @classmethod
    def of(cls, units: tuple[UnitRef, ...]) -> Self:
        """The list of `units`."""
        return cls(items=[UnitView.of(unit) for unit in units])


class UnitWithChain(UnitView):
    """A unit and those it lies in."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_COMMUNITY, "chain": [_DISTRICT]}]})

    chain: list[UnitView] = Field(description="From the city down to the unit's parent.")


@router.get("", operation_id="searchUnits", summary="Find units by name")
async def search_units(
    who: SignedIn,
    session: ReadSession,
    q: Annotated[str, Query(min_length=1, max_length=64, description="Part of the name.", examples=["东关"])],
    mine: Annotated[bool, Query(description="Only within the caller's jurisdiction.")] = False,
    kind: Kinds = [],  # noqa: B006 - FastAPI copies it
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> UnitList:
    """Units whose name contains `q`: higher ones and shorter names first."""
    posts = who.principal.posts if mine else None
    return UnitList.of(await search(session, q, posts, kinds=kind, limit=limit))


@router.get("/{unit_id}", operation_id="getUnit", summary="One unit", responses=problems(404))
async def get_unit(unit_id: UnitId, session: ReadSession) -> UnitWithChain:
    """A unit and the chain of units it lies in."""
    try:
        *above, unit = await chain(session, unit_id)
    except UnitNotFound as error:
        raise NotFound from error
    return UnitWithChain(
        **UnitView.of(unit).model_dump(), chain=[UnitView.of(ancestor) for ancestor in above]
    )


@router.get(
    "/{unit_id}/children", operation_id="listUnitChildren", summary="What lies below", responses=problems(404)
)
async def list_children(
    unit_id: UnitId,
    session: ReadSession,
    kind: Kinds = [],  # noqa: B006 - FastAPI copies it
) -> UnitList:
    """The units directly below, in their order: districts of the city, streets of a district …"""
    try:
        await chain(session, unit_id)
    except UnitNotFound as error:
        raise NotFound from error
    return UnitList.of(await children(session, unit_id, kind))
