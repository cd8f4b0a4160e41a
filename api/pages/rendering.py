"""Rendering: one Jinja environment, and the content security policy that pages need."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.language import language_of
from models.base import Language

_ROOT: Final = Path(__file__).parents[2]
STATIC: Final = _ROOT / "api" / "static"
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'"
)
"""Nothing inline, nothing from elsewhere."""

environment: Final = Environment(
    loader=FileSystemLoader(_ROOT / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def language_asked(request: Request) -> Language:
    """`?lang=` before `Accept-Language`."""
    asked = request.query_params.get("lang")
    return "en" if asked == "en" else "zh" if asked == "zh" else language_of(request)


def render(request: Request, template: str, **values: Any) -> HTMLResponse:
    """A page in the reader's language; `t` in the template chooses between Chinese and English."""
    language = language_asked(request)

    def t(zh: str, en: str) -> str:
        return zh if language == "zh" else en

    html = environment.get_template(template).render(language=language, t=t, **values)
    return HTMLResponse(
        html,
        headers={
            "Content-Security-Policy": POLICY,
            "Content-Language": "zh-Hans" if language == "zh" else "en",
            "Vary": "Accept-Language",
        },
    )
