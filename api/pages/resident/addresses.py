"""Where residents come from, and where codes lead them."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from api.services import Services

EMERGENCIES: Final = ("110", "119", "120", "12345")
"""Police, fire, ambulance, and the hotline: on every page of a resident's."""


def client_address(request: Request) -> str:
    """The network address of who asks; behind a proxy that is trusted, of whom it asks for."""
    return request.client.host if request.client else "unknown"


def public_address(request: Request, house: Services, path: str) -> str:
    """The whole address of a page, for a QR code: under the public one, or the one just asked for."""
    base = house.settings.public_url or f"{request.url.scheme}://{request.url.netloc}"
    return f"{base}{path}"


def place_path(unit_id: str) -> str:
    """The page of a place's QR code."""
    return f"/r/{unit_id}"


def tracking_path(code: str) -> str:
    """The page by which a report is followed; `code` as it is shown."""
    return f"/track/{code}"
