"""`GET /live`: the stream of changes for pages: that of the API, by the session's cookie."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Final

from fastapi import APIRouter
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.dependencies import House
from api.pages.reader import MaybeReader
from api.rest.stream import ENDED, changes

router: Final = APIRouter(include_in_schema=False)


@router.get("/live", response_class=EventSourceResponse)
async def live(reader: MaybeReader, house: House) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events about the cases the reader may see under the post chosen: see `stream`.

    Who is not signed in (any more) hears `end` and nothing else: led to the sign-in page, a stream that comes
    back by itself would read that for ever.
    """
    if reader is None:
        yield ENDED
        return
    async with aclosing(changes(house, reader)) as events:
        async for event in events:
            yield event
