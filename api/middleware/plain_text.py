"""Characters that no table and no payload can hold are refused at the door: NUL, and half surrogate pairs.

PostgreSQL takes no NUL in text or JSON, and half a pair has no UTF-8. A command with one in it would be
answered by its case and then be projected never, so that nothing behind the door needs to look for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import BadRequest
from api.pages.problems import answer
from models.base import Words

_ESCAPE: Final = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)
_FORM: Final = "application/x-www-form-urlencoded"
_JSON: Final = "application/json"
WORDS: Final = Words(
    zh="内容含有无法保存的字符（NUL 或不完整的字符）",
    en="There are characters that cannot be kept: NUL, or half of one",
)


def unkeepable(text: str) -> bool:
    """Whether there is a character in the text that cannot be kept."""
    if "\x00" in text:
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


class PlainTextMiddleware:
    """Refuses addresses, JSON and forms with such characters; `Form` looks through multipart ones."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
            await answer(Request(scope), BadRequest(WORDS))(scope, receive, send)
            return
        kind = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
        if kind == _FORM:
            receive = _Watched(receive, _in_form)
        elif kind == _JSON or kind.endswith("+json"):
            receive = _Watched(receive, _in_json)
        await self.app(scope, receive, send)


class _Watched:
    """The body on its way in. It is looked at as a whole with its last part: nothing is done before that."""

    def __init__(self, receive: Receive, holds: Callable[[bytes], bool]) -> None:
        self._receive = receive
        self._holds = holds
        self._parts: list[bytes] = []

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._parts.append(message.get("body", b""))
            if not message.get("more_body", False) and self._holds(b"".join(self._parts)):
                # As Starlette's own exception it passes through body parsers untouched.
                raise HTTPException(BadRequest.status)
        return message


def _in_form(body: bytes) -> bool:
    return b"%00" in body or b"\x00" in body


def _in_json(body: bytes) -> bool:
    """Whether such a character is in it, or an escape stands for one. JSON is UTF-8 (RFC 8259 §8.1)."""
    try:
        body.decode()  # stricter than the parser, which takes halves, and UTF-16 with its NUL bytes
    except UnicodeDecodeError:
        return True
    if b"\x00" in body or b"\\u" not in body:
        return b"\x00" in body
    half_at = None  # where the other half must stand, after the first of a pair
    for escape in _ESCAPE.finditer(body):
        digits = escape.group(1)
        code = int(digits, 16) if digits else None
        second = code is not None and 0xDC00 <= code <= 0xDFFF
        if code == 0 or second != (half_at == escape.start()) or (half_at is not None and not second):
            return True
        half_at = escape.end() if code is not None and 0xD800 <= code <= 0xDBFF else None
    return half_at is not None
