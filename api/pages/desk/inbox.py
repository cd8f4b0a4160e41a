"""`/inbox`: messages to the reader and to the reader's posts: urges, orders, notices."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, TypeAdapter, ValidationError
from starlette.responses import Response

from api.dependencies import ReadSession, WriteSession
from api.pages.answers import done, own_path
from api.pages.forms import Form
from api.pages.reader import SignedInReader
from api.pages.rendering import page, wants_fragment
from models.base import Words
from models.clocks.quiet import QUIET_HOURS
from models.queries.cursors import LONGEST
from models.queries.inbox import MessageId, count_unread, list_messages, mark_read

router: Final = APIRouter(include_in_schema=False)

INBOX: Final = "/inbox"
ROWS: Final = 50
MOST: Final = 500
_MESSAGE: Final = re.compile(r"([0-9]{8}-[0-9]{6,12})\.([0-9]{1,9})\.([0-9]{1,9})")
_INSTANT: Final = TypeAdapter(AwareDatetime)
Show = Literal["unread", "all"]


@router.get(INBOX)
async def inbox(
    request: Request,
    reader: SignedInReader,
    session: ReadSession,
    show: Show = "unread",
    cursor: Annotated[str | None, Query(max_length=LONGEST)] = None,
) -> Response:
    """The messages of the last sixty days; for htmx only those that follow where `cursor` says so."""
    now = datetime.now(UTC)
    found = await list_messages(
        session, reader.principal, now, unread_only=show == "unread", cursor=cursor or None, limit=ROWS
    )
    return page(
        request,
        "desk/inbox.html",
        block="messages",
        reader=reader,
        show=show,
        messages=found.items,
        more=f"{INBOX}?show={show}&cursor={found.next}" if found.next else None,
        unread=reader.unread,
        quiet=QUIET_HOURS,
    )


@router.post(f"{INBOX}/read")
async def read(request: Request, reader: SignedInReader, session: WriteSession) -> Response:
    """Messages that the reader has read: those named, or all that were there when the page was made."""
    form, now = await Form.of(request), datetime.now(UTC)
    named = [
        MessageId(case=found[1], seq=int(found[2]), place=int(found[3]))
        for text in form.all("message")[:MOST]
        if (found := _MESSAGE.fullmatch(text))
    ]
    until = _instant(form["until"])
    if named or until is not None:
        await mark_read(session, reader.principal, now, named or None, until=until)
    if not wants_fragment(request):
        return done(request, own_path(form["back"], INBOX), Words(zh="已标为已读", en="Marked as read"))
    marked = await list_messages(session, reader.principal, now, only=named, limit=MOST)
    return page(
        request,
        "desk/inbox.html",
        block="marked",
        reader=reader,
        unread=await count_unread(session, reader.principal, now),
        messages=marked.items,
        show="all" if "show=all" in form["back"] else "unread",
    )


@router.get(f"{INBOX}/fresh")
async def fresh(
    request: Request,
    reader: SignedInReader,
    session: ReadSession,
    since: AwareDatetime,
    show: Show = "unread",
) -> Response:
    """How many messages have come since the page was made, for its bar; without htmx the inbox itself."""
    if not wants_fragment(request):
        return done(request, f"{INBOX}?show={show}")
    return page(
        request,
        "desk/inbox.html",
        block="fresh",
        reader=reader,
        show=show,
        fresh=await count_unread(session, reader.principal, datetime.now(UTC), since=since),
        unread=reader.unread,
    )


def _instant(text: str) -> datetime | None:
    try:
        return _INSTANT.validate_python(text) if text else None
    except ValidationError:
        return None
