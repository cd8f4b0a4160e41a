"""What a page's form is answered with once it is done: on to the next page, with words to show there."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.pages import cookies
from api.pages.rendering import wants_fragment
from models.base import Words

FALLBACK: Final = "/"


def done(request: Request, to: str, words: Words | None = None) -> Response:
    """On to the page `to` (303, or as htmx wants it); `words` are shown there once."""
    answer: Response
    if wants_fragment(request):
        answer = Response(status_code=200, headers={"HX-Redirect": to})
    else:
        answer = RedirectResponse(to, status_code=303)
    if words is not None:
        cookies.leave_notice(request, answer, words)
    return answer


def own_path(asked: str | None, otherwise: str = FALLBACK) -> str:
    """`asked` if it is a path of this site, else `otherwise`: nobody is led elsewhere by a link to us."""
    if not asked or not asked.startswith("/") or asked.startswith(("//", "/\\")):
        return otherwise
    parts = urlsplit(asked)
    clean = not parts.scheme and not parts.netloc and asked.isprintable() and "\\" not in asked
    return asked if clean else otherwise
