"""`GET /wall`: the command centre's screen, which renews itself; its numbers as `/wall/figures.json`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import JSONResponse, Response

from api.dependencies import HouseSettings, ReadSession
from api.pages.command.figures import alarming, board, figures
from api.pages.command.scope import OVERSEERS, Scope, may_pin, scope_of
from api.pages.command.tiles import Tiles
from api.pages.reader import Reader, SignedInReader
from api.pages.rendering import page
from models.base import Words
from models.city.units import UnitKind
from models.queries.pins import MOST
from runtime.settings import Settings

router: Final = APIRouter(include_in_schema=False)

CENTRES: Final[dict[UnitKind, Words]] = {
    UnitKind.CITY: Words(zh="数字化城市运行和治理中心", en="City Operations Centre"),
    UnitKind.DISTRICT: Words(zh="城市运行中心", en="District Operations Centre"),
    UnitKind.STREET: Words(zh="基层治理指挥中心", en="Command Centre"),
    UnitKind.COMMUNITY: Words(zh="治理中心", en="Community Centre"),
    UnitKind.GRID: Words(zh="网格", en="Grid"),
    UnitKind.MICRO_GRID: Words(zh="微网格", en="Micro-grid"),
}
"""What the centre of a place is called (domain.md §1)."""

UnitAsked = Annotated[str | None, Query(max_length=100)]


@router.get("/wall")
async def wall(
    request: Request,
    reader: SignedInReader,
    session: ReadSession,
    settings: HouseSettings,
    unit: UnitAsked = None,
) -> Response:
    """The wall of a unit; for htmx what changes on it."""
    return await show(request, reader, session, settings, await scope_of(session, reader, unit, OVERSEERS))


async def show(
    request: Request,
    reader: Reader,
    session: AsyncSession,
    settings: Settings,
    scope: Scope,
    *,
    said: Words | None = None,
    status: int = 200,
) -> Response:
    """The wall of `scope`, with words about what was just done there."""
    at, tiles = datetime.now(UTC), Tiles.of(settings)
    values: dict[str, Any] = {
        "scope": scope,
        "centre": CENTRES[scope.unit.kind],
        "board": await board(session, reader.principal, scope.unit, at, tiles),
        "may_pin": may_pin(reader, scope.unit),
        "most_pins": MOST,
        "alarming": alarming,
        "tiles": tiles,
        "said": said,
    }
    return page(
        request,
        "command/wall.html",
        block="board",
        status=status,
        reader=reader,
        images=tiles.origins,
        **values,
    )


@router.get("/wall/figures.json")
async def wall_figures(reader: SignedInReader, session: ReadSession, unit: UnitAsked = None) -> JSONResponse:
    """The wall's numbers for another screen: durations in seconds, instants in UTC."""
    scope = await scope_of(session, reader, unit, OVERSEERS)
    found = await figures(session, reader.principal, scope.unit, datetime.now(UTC))
    return JSONResponse(found.model_dump(mode="json"), headers={"Cache-Control": "no-store"})
