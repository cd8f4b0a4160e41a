"""Rendering: one Jinja environment, what every template has at hand, and the content security policy."""

from __future__ import annotations

import gzip
import secrets
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.language import language_of
from api.pages import assets, cookies, navigation
from api.pages.command_forms import GRAVE, ICONS, QUICK
from api.pages.fragments import render_fragment
from api.pages.reader import Reader
from api.pages.translations import translated
from api.pages.wording import Speech
from models.base import Words

_ROOT: Final = Path(__file__).parents[2]
SPRITE: Final = "vendor/tabler-icons-3.51.0/icons.svg"

_DIRECTIVES: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'nonce-{nonce}'",
        "style-src 'self'",
        "img-src 'self' blob: data:{images}",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
"""Nothing inline, nothing from elsewhere but pictures from the origins a page names (map tiles)."""
_RENEWAL: Final = "Shaodao-Renewal"
_RENEWING: Final = Markup('hx-headers=\'{{"{}": "true"}}\'').format(_RENEWAL)
"""On a part of a page that asks for itself anew whenever something has changed."""
REFERRER: Final = "same-origin"
"""To nobody else, as everywhere; but where browsers are to say nothing at all they send their forms with
`Origin: null`, and over plain http, without Fetch metadata, our own could not be told from foreign ones."""
PERMISSIONS: Final = "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()"
"""Reports carry photos and places."""
SQUEEZED_FROM: Final = 1400
"""Bytes; what is shorter fits into one packet as it is."""


@pass_context
def _gettext(context: Context, text: str) -> str:
    return translated(context["language"], text, context.name or "")


@pass_context
def _ngettext(context: Context, one: str, _many: str, _n: int) -> str:
    return translated(
        context["language"], one, context.name or ""
    )  # Chinese knows no plural; English texts avoid it


def _make_environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,  # without lstrip_blocks: together they glue attributes on lines of their own
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals |= {
        "asset": assets.address,
        "stylesheet": lambda name: Markup('<link rel="stylesheet" href="{}" />').format(assets.address(name)),
        "icons": assets.address(SPRITE),
        "command_icons": ICONS,
        "quick_commands": QUICK,
        "grave_commands": GRAVE,
        "new_key": lambda: secrets.token_urlsafe(12),
    }
    for name in ("say", "term", "stage_word", "urgency_word", "role_word", "light_word", "unit_kind_word"):
        made.filters[name] = _spoken(name)
    for name in ("command_word", "local", "precise", "duration", "ago"):
        made.filters[name] = _spoken(name)
    return made


def _spoken(name: str) -> Any:
    @pass_context
    def spoken(context: Context, value: Any) -> Any:
        return getattr(context["speech"], name)(value)

    return spoken


environment: Final = _make_environment()


def renews_itself(request: Request) -> bool:
    """Whether a part of a page asks by itself, without anybody having done anything (`{{ renewing }}`)."""
    return request.headers.get(_RENEWAL) == "true"


def wants_fragment(request: Request) -> bool:
    """Whether htmx asked for part of a page, not for a page to go back to."""
    headers = request.headers
    return headers.get("hx-request") == "true" and headers.get("hx-history-restore-request") != "true"


def page(
    request: Request,
    template: str,
    *,
    block: str | None = None,
    status: int = 200,
    reader: Reader | None = None,
    images: Collection[str] = (),
    headers: dict[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """A page in the reader's language; only its block `block` when htmx asks.

    `images` are further origins from which this page may load pictures.
    """
    language, now, nonce = language_of(request), datetime.now(UTC), secrets.token_urlsafe(16)
    fragment = block is not None and wants_fragment(request)
    speech = Speech(language, now)
    left = None if fragment else cookies.notice(request)
    context: dict[str, Any] = {
        "language": language,
        "speech": speech,
        "say": speech.say,
        "when": speech.when,
        "spoken_choices": lambda choices: [(value, speech.say(words)) for value, words in choices],
        "now": now,
        "nonce": nonce,
        "hx": Markup('hx-nonce="{}"').format(nonce),
        "renewing": _RENEWING,
        "script": lambda name: Markup('<script type="module" nonce="{}" src="{}"></script>').format(
            nonce, assets.address(name)
        ),
        # Not deferred: htmx begins as soon as the document is no longer loading, and its extensions, which
        # stand behind it, must be there by then. They all stand at the end of the body.
        "classic_script": lambda name: Markup('<script nonce="{}" src="{}"></script>').format(
            nonce, assets.address(name)
        ),
        "reader": reader,
        "navigation": navigation.entries(reader) if reader else (),
        "path": request.url.path,
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "left_notice": left,
        "fragment": fragment,
        "request_id": getattr(request.state, "request_id", ""),
    }
    if fragment:
        html = render_fragment(environment, template, block or "", context | values)
    else:
        html = environment.get_template(template).render(context | values)
    origins = "".join(f" {origin}" for origin in images)
    body, coding = _squeezed(request, html)
    answer = HTMLResponse(
        body,
        status_code=status,
        headers={
            "Content-Security-Policy": _DIRECTIVES.format(nonce=nonce, images=origins),
            "Content-Language": "zh-Hans" if language == "zh" else "en",
            "Permissions-Policy": PERMISSIONS,
            "Referrer-Policy": REFERRER,
            "Vary": "Accept-Encoding, Accept-Language, Cookie, HX-Request",
            **coding,
            **(headers or {}),
        },
    )
    if left is not None:
        cookies.forget(request, answer, cookies.NOTICE)
    if request.query_params.get("lang") in ("zh", "en"):
        cookies.write(request, answer, cookies.LANGUAGE, language, seconds=cookies.A_YEAR)
    return answer


def _squeezed(request: Request, html: str) -> tuple[bytes, dict[str, str]]:
    """The page's bytes and their coding; compressed, a list is a tenth as long.

    Nothing secret in a page outlives it (the nonce is made anew), so its length betrays nothing of use.
    """
    body = html.encode()
    if len(body) < SQUEEZED_FROM or "gzip" not in request.headers.get("accept-encoding", ""):
        return body, {}
    return gzip.compress(body, 5, mtime=0), {"Content-Encoding": "gzip"}


def said(request: Request, words: Words) -> str:
    """The words in the language of the request."""
    return words.in_language(language_of(request))
