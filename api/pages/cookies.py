"""The cookies of pages: the session, the chosen post, the language, and one notice for the next page.

All are HttpOnly and SameSite=Lax. Over https they carry the `__Host-` prefix, which binds them to this host
and to https (RFC 6265bis §4.1.3.2).
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import Response

from api.language import COOKIE
from models.base import Words

SESSION: Final = "shaodao_session"
POST: Final = "shaodao_post"
LANGUAGE: Final = COOKIE
NOTICE: Final = "shaodao_notice"
A_YEAR: Final = 365 * 24 * 3600
NOTICE_SECONDS: Final = 60


def _name(request: Request, name: str) -> str:
    return f"__Host-{name}" if request.url.scheme == "https" else name


def read(request: Request, name: str) -> str | None:
    """The cookie's value, or None."""
    return request.cookies.get(_name(request, name)) or None


def write(
    request: Request,
    response: Response,
    name: str,
    value: str,
    *,
    seconds: int = 0,
    until: datetime | None = None,
) -> None:
    """Set the cookie for `seconds`, or until an instant; by default until the browser is closed."""
    response.set_cookie(
        _name(request, name),
        value,
        max_age=seconds or None,
        expires=until,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def forget(request: Request, response: Response, name: str) -> None:
    """Take the cookie back."""
    secure = request.url.scheme == "https"
    response.delete_cookie(_name(request, name), path="/", secure=secure, httponly=True, samesite="lax")


def leave_notice(request: Request, response: Response, words: Words) -> None:
    """Words for the next page to show once. Never personal data: the browser keeps them for a minute."""
    packed = quote(json.dumps([words.zh, words.en], ensure_ascii=False))
    write(request, response, NOTICE, packed, seconds=NOTICE_SECONDS)


def notice(request: Request) -> Words | None:
    """The words that the page before left. What cannot be read was not ours, and is passed over."""
    packed = read(request, NOTICE)
    if packed is None:
        return None
    try:
        zh, en = json.loads(unquote(packed))
        return Words(zh=zh, en=en)
    except ValueError:  # also what pydantic raises
        return None
