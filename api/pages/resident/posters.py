"""`/posters`: for whoever hangs them up. One for each grid of a community, or all of them at once."""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.dependencies import House, ReadSession
from api.errors import NotAllowed, NotFound
from api.pages.reader import Reader, SignedInReader
from api.pages.rendering import page
from api.pages.resident.addresses import place_path, public_address
from api.posters import Poster, as_pdf, as_svg
from api.services import Services
from models.city.people import Post, Role
from models.city.units import UnitKind
from models.queries.public_units import CodedPlace, coded_places, communities_within

router: Final = APIRouter(include_in_schema=False)
HANGERS: Final = (Role.COMMUNITY_OFFICER, Role.DISPATCHER, Role.ADMINISTRATOR)
PAGE: Final = 60
"""Communities on a page of the list."""


@router.get("/posters")
async def choose(request: Request, reader: SignedInReader, session: ReadSession) -> Response:
    """The grids of a community; first the community, for those who have several."""
    posts = _posts(reader)
    asked = request.query_params.get("unit", "").strip()
    words, after = request.query_params.get("words", "").strip(), request.query_params.get("after", "")
    several = bool(asked)
    if not asked:
        found = await communities_within(session, posts, words=words, after=after, limit=PAGE + 1)
        if len(found) != 1 or words or after:
            more = found[PAGE - 1].id if len(found) > PAGE else None
            return page(
                request,
                "resident/communities.html",
                reader=reader,
                communities=found[:PAGE],
                words=words,
                more=f"/posters?words={quote(words)}&after={quote(more)}" if more else None,
            )
        asked = found[0].id
    places = await coded_places(session, posts, asked)
    if not places:
        raise NotFound
    return page(
        request, "resident/posters.html", reader=reader, top=places[0], places=places, several=several
    )


@router.get("/posters/{unit}.svg")
async def one(
    request: Request, unit: str, reader: SignedInReader, session: ReadSession, house: House
) -> Response:
    """The poster of one place."""
    places = await coded_places(session, _posts(reader), unit)
    if not places:
        raise NotFound
    return _file(as_svg(_poster(request, house, places[0])), "image/svg+xml", f"{places[0].id}.svg")


@router.get("/posters/{unit}.pdf")
async def printed(
    request: Request, unit: str, reader: SignedInReader, session: ReadSession, house: House
) -> Response:
    """The poster of a grid; of a community with all its grids, a page each."""
    places = await coded_places(session, _posts(reader), unit)
    if not places:
        raise NotFound
    if places[0].kind is not UnitKind.COMMUNITY:
        places = places[:1]
    posters = [_poster(request, house, place) for place in places]
    title = f"{places[0].street} {places[0].community}"
    drawn = await asyncio.to_thread(as_pdf, posters, title)
    return _file(drawn, "application/pdf", f"{places[0].id}.pdf")


def _posts(reader: Reader) -> tuple[Post, ...]:
    """The posts under which the reader prints posters. Raises NotAllowed when there is none."""
    posts = tuple(post for post in reader.principal.posts if post.role in HANGERS)
    if not posts:
        raise NotAllowed
    return posts


def _poster(request: Request, house: Services, place: CodedPlace) -> Poster:
    own = place.kind is UnitKind.COMMUNITY
    return Poster(
        place=place.name,
        area=place.street if own else f"{place.street} · {place.community}",
        address=public_address(request, house, place_path(place.id)),
    )


def _file(content: str | bytes, kind: str, name: str) -> Response:
    """A file to be saved. It is never shown as a page of ours."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    }
    return Response(content, media_type=kind, headers=headers)
