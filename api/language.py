"""Which of the two languages of the interface a caller reads."""

from __future__ import annotations

from typing import Final

from starlette.requests import HTTPConnection

from models.base import Language

DEFAULT: Final[Language] = "zh"
COOKIE: Final = "shaodao_language"


def language_of(request: HTTPConnection) -> Language:
    """The language that `?lang=` asks for, that was asked for before, or that `Accept-Language` prefers.

    Chinese when none of them says anything we speak.
    """
    for name in (COOKIE, f"__Host-{COOKIE}"):
        remembered = request.query_params.get("lang") or request.cookies.get(name)
        if remembered in ("zh", "en"):
            return "en" if remembered == "en" else "zh"
    return preferred(request.headers.get("accept-language", ""))


def preferred(header: str) -> Language:
    """The first of zh and en by the weights of an `Accept-Language` header (RFC 9110 §12.5.4)."""
    best: Language = DEFAULT
    best_weight = 0.0
    for entry in header.split(","):
        tag, _, parameters = entry.partition(";")
        primary = tag.strip().lower().partition("-")[0]
        spoken: Language | None = "zh" if primary == "zh" else "en" if primary == "en" else None
        weight = _weight(parameters)
        if spoken is not None and weight > best_weight:
            best, best_weight = spoken, weight
    return best


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0  # a weight nobody can read expresses no preference
