"""What helps while a report is being written: the category, the grid at the place, the same matter nearby.

Each is a fragment of the report page, or a few values for its script; none is needed to send the form.
"""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from api.dependencies import ReadSession
from api.pages.forms import Form
from api.pages.reader import SignedInReader
from api.pages.rendering import page
from api.pages.worker.report_page import unit_label
from api.pages.worker.same import candidates
from models.queries.boundaries import unit_at
from models.queries.matter_search import search_matters
from models.queries.outlines_near import outlines_near

router: Final = APIRouter(include_in_schema=False)

Typed = Annotated[str, Query(max_length=500)]


@router.get("/report/matters")
async def matters(
    request: Request, _reader: SignedInReader, session: ReadSession, text: Typed = ""
) -> Response:
    """The categories that the typed words may mean, best first, as cards to choose from."""
    found = await search_matters(session, text)
    return page(request, "worker/matters.html", suggested=found.suggested, named=found.named, chosen=None)


@router.get("/report/place")
async def place(
    _reader: SignedInReader,
    session: ReadSession,
    latitude: Annotated[float, Query(ge=-90, le=90)],
    longitude: Annotated[float, Query(ge=-180, le=180)],
) -> JSONResponse:
    """The smallest unit whose boundary holds the place, with its name; null where no boundary is known."""
    unit = await unit_at(session, longitude, latitude)
    name = await unit_label(session, unit) if unit is not None else None
    return JSONResponse({"unit": unit, "name": name})


@router.get("/report/outlines")
async def outlines(
    _reader: SignedInReader,
    session: ReadSession,
    latitude: Annotated[float, Query(ge=-90, le=90)],
    longitude: Annotated[float, Query(ge=-180, le=180)],
) -> JSONResponse:
    """The grids around the place as GeoJSON (RFC 7946), to lay under the pin."""
    features = [
        {
            "type": "Feature",
            "properties": {"unit": one.unit, "name": one.name},
            "geometry": {"type": "Polygon", "coordinates": [[*one.ring, one.ring[0]]]},
        }
        for one in await outlines_near(session, longitude, latitude)
    ]
    return JSONResponse({"type": "FeatureCollection", "features": features})


@router.get("/report/same")
async def same(request: Request, reader: SignedInReader, session: ReadSession) -> Response:
    """Open cases that may be the same matter; nothing where there are none."""
    form = Form({name: [value] for name, value in request.query_params.multi_items()})
    return page(request, "worker/same.html", form=form, same=await candidates(session, reader, form))
