"""`GET /stream`: which cases have changed, as it happens: numbers and versions, nothing else."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.dependencies import Caller, House, SignedIn
from api.errors import NotSignedIn
from api.paths import API
from api.problems import problems
from api.security.tokens import Claims
from api.services import Services
from models.case.jurisdiction import Sight, sight

router: Final = APIRouter(prefix=f"{API}/stream", tags=["stream"], responses=problems(401, 403, 422))

HEARTBEAT: Final = 15.0
"""Seconds between two looks at the caller's session; the framework sends a comment as often."""
COME_BACK: Final = 2_000
"""Milliseconds after which a browser that lost the stream asks again."""
ENDED: Final = ServerSentEvent(event="end", data={})
"""The session is over: who asks again is told so again."""


@router.get(
    "",
    operation_id="stream",
    summary="Changes, as they happen",
    response_class=EventSourceResponse,
    response_description="Server-sent events, without end.",
)
async def stream(caller: SignedIn, house: House) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events about the cases the caller may see.

    `case` with `{"number", "version"}`: the case has that version now. `reset` with `{}`: something may have
    been missed, read your lists anew; it is the first event too. `end`: the session is over. A comment keeps
    the connection alive every fifteen seconds.
    """
    async with aclosing(changes(house, caller)) as events:
        async for event in events:
            yield event


async def changes(house: Services, caller: Caller) -> AsyncGenerator[ServerSentEvent, None]:
    """What `stream` documents, for programs and pages alike, until the session or this process is over."""
    with house.live.listener(sight(caller.principal)) as listener:
        yield ServerSentEvent(event="reset", data={}, retry=COME_BACK)
        while not listener.over:
            missed, versions = await listener.wait(HEARTBEAT)
            try:
                # Before anything is told: a session that is over hears that, and no more news.
                listener.sight = await still_there(house, caller)
            except NotSignedIn:
                yield ENDED
                return
            if missed:
                yield ServerSentEvent(event="reset", data={})
            for number, version in versions.items():
                yield ServerSentEvent(event="case", data={"number": number, "version": version})


async def still_there(house: Services, caller: Caller) -> Sight:
    """What the caller may see now. Raises SessionEnded once it is known that the session is over."""
    claims = Claims(session=caller.session, principal=caller.principal, issued_at=datetime.now(UTC))
    principal = await house.directory.principal(claims)
    chosen = {post.id for post in caller.principal.posts}
    posts = tuple(post for post in principal.posts if post.id in chosen)
    return sight(principal.model_copy(update={"posts": posts}))
