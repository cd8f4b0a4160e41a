"""`GET /map`: the live map (看图作战) of a unit: its parts, open cases by light, people on duty."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from api.dependencies import HouseSettings, ReadSession
from api.pages.command.figures import alarming, on_map
from api.pages.command.scope import scope_of
from api.pages.command.shapes import shapes
from api.pages.command.tiles import Tiles
from api.pages.command.wall import UnitAsked
from api.pages.reader import SignedInReader
from api.pages.rendering import page
from models.base import Urgency
from models.clocks.clock import Light
from models.queries.map_data import map_cases, part_counts, plots
from models.queries.on_duty import on_duty

router: Final = APIRouter(include_in_schema=False)

MOST: Final = 300
"""Cases drawn one by one; all of them are counted."""
A_WHILE: Final = "private, max-age=300"
"""Outlines change when somebody brings new ones; a map may be so old."""


@router.get("/map")
async def live_map(
    request: Request,
    reader: SignedInReader,
    session: ReadSession,
    settings: HouseSettings,
    unit: UnitAsked = None,
    light: str = "",
    urgency: str = "",
) -> Response:
    """The map of a unit; for htmx the cases alone, from which the browser renews the map. Six queries."""
    at, tiles = datetime.now(UTC), Tiles.of(settings)
    scope = await scope_of(session, reader, unit)
    depth = scope.unit.path.count(".")
    wanted_light = Light(light) if light in set(Light) else None
    wanted_urgency = Urgency(urgency) if urgency in set(Urgency) else None
    here = (session, reader.principal, scope.unit, at)
    found = await map_cases(*here, light=wanted_light, urgency=wanted_urgency, limit=MOST)
    counts = await part_counts(*here, light=wanted_light, urgency=wanted_urgency)
    return page(
        request,
        "command/map.html",
        block="cases",
        reader=reader,
        images=tiles.origins,
        scope=scope,
        parts=[plot for plot in await plots(session, scope.unit) if plot.path.count(".") == depth + 1],
        shown=on_map(found, counts, tiles),
        light=wanted_light,
        urgency=wanted_urgency,
        lights=list(Light),
        urgencies=list(Urgency),
        alarming=alarming,
        tiles=tiles,
    )


@router.get("/map/people")
async def people(
    request: Request, reader: SignedInReader, session: ReadSession, unit: UnitAsked = None
) -> Response:
    """Who is on duty at a unit and directly below it; for htmx the list alone."""
    scope = await scope_of(session, reader, unit)
    return page(
        request,
        "command/people.html",
        block="people",
        reader=reader,
        scope=scope,
        people=await on_duty(session, scope.unit.id, datetime.now(UTC)),
    )


@router.get("/map/shapes.json")
async def map_shapes(
    reader: SignedInReader, session: ReadSession, settings: HouseSettings, unit: UnitAsked = None
) -> JSONResponse:
    """What the map of a unit is drawn from."""
    scope = await scope_of(session, reader, unit)
    found = shapes(scope.unit, await plots(session, scope.unit), Tiles.of(settings))
    return JSONResponse(found, headers={"Cache-Control": A_WHILE})
