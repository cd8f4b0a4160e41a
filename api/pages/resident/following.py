"""What the tracking page is made of, for whoever holds a code; one answer for all codes nobody was given."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.errors import TooManyRequests
from api.pages.forms import Form
from api.pages.rendering import page
from api.pages.resident.addresses import EMERGENCIES, client_address, public_address, tracking_path
from api.posters.code import qr
from api.services import Services
from models.base import Frozen, Words
from models.case.public import PublicCase
from models.case.tracking_code import grouped, read_code
from models.queries.public_timeline import read_public_case
from models.queries.tracking import Tracking, find_tracking

_UNKNOWN: Final = Words(
    zh="没有找到这个查询码，请逐位核对", en="No report has this code: check it letter by letter"
)


class Followed(Frozen):
    """A report that somebody follows."""

    code: str
    tracking: Tracking
    case: PublicCase | None
    """None until the report is to be read where people read."""

    @property
    def seen(self) -> str:
        """What tells one state of the page from the next."""
        return f"{self.case.number}.{self.case.version}" if self.case else "-"


async def follow(request: Request, house: Services, typed: str) -> Followed | None:
    """The report behind what was typed; None, after the same work, if no report has such a code.

    Raises TooManyRequests for an address that has tried too many.
    """
    address = client_address(request)
    await house.resident_limits.look_up(address)
    code = read_code(typed)
    async with house.sessions.read() as session:
        # What cannot be a code is looked up as well: how long the answer takes says nothing.
        tracking = await find_tracking(session, code or typed[:100])
        case = await read_public_case(session, tracking) if tracking and code else None
    if tracking is None or code is None:
        await house.resident_limits.wrong_code(address)
        return None
    return Followed(code=grouped(code), tracking=tracking, case=case)


def unknown(request: Request, typed: str = "") -> Response:
    """No such code."""
    return code_form(request, typed, fault=_UNKNOWN, status=404)


def too_many(request: Request, error: TooManyRequests) -> Response:
    """Too many wrong codes."""
    answer = code_form(request, "", fault=error.detail, status=error.status)
    answer.headers["Retry-After"] = error.headers["Retry-After"]
    return answer


def code_form(request: Request, typed: str, *, fault: Words | None = None, status: int = 200) -> Response:
    """The page that asks for a code."""
    return page(
        request,
        "resident/code.html",
        status=status,
        typed=typed[:40],
        fault=fault,
        emergencies=EMERGENCIES,
    )


def tracking_page(
    request: Request, house: Services, followed: Followed, form: Form, *, new: bool = False
) -> Response:
    """The page of a report, or the part of it that changes."""
    path = tracking_path(followed.code)
    return page(
        request,
        "resident/track.html",
        block="live",
        status=form.status,
        followed=followed,
        case=followed.case,
        form=form,
        new=new,
        address=public_address(request, house, path),
        square_code=qr(public_address(request, house, path), error="m"),
        emergencies=EMERGENCIES,
    )
