"""`/reviews/{kind}`: returns, rework, extensions and suspensions of a period, with figures beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from api.dependencies import ReadSession
from api.errors import NotFound
from api.language import language_of
from api.pages.forms import Form
from api.pages.rendering import page
from api.pages.supervise.access import Watcher
from api.pages.supervise.addresses import Address
from api.pages.supervise.definitions import LEADS, OUTCOMES, RESUMED, REVIEWS
from api.pages.supervise.rates import rates
from api.pages.supervise.times import USUAL_DAYS, Period, period, usual
from models.base import Language
from models.city.units import UnitRef
from models.clocks.budget import Budget, ClockKind
from models.clocks.calendar import city_date
from models.queries.review_facts import Outcome, Review, ReviewFilter
from models.queries.review_figures import figures
from models.queries.reviews import PING_PONG, ReviewLine, count_reviews, list_reviews
from models.queries.units import UnitNotFound, unit_ref

router: Final = APIRouter(include_in_schema=False)

ROWS: Final = 50
PRESETS: Final = (7, USUAL_DAYS, 90)
"""Days back that one tap asks for."""


@dataclass(frozen=True)
class Asked:
    """What the address asks for."""

    kind: Review
    form: Form
    address: Address
    period: Period
    wanted: ReviewFilter


def asked(kind: Review, params: Mapping[str, str], language: Language, now: datetime) -> Asked:
    """What the address asks for; an outcome that is not there narrows nothing."""
    form = Form({name: [value] for name, value in params.items()}, language=language)
    days = period(form, now)
    outcome = Outcome(form["outcome"]) if form["outcome"] in set(Outcome) else None
    wanted = ReviewFilter(
        since=days.since, until=days.until, unit=form["unit"] or None, by=form["by"] or None, outcome=outcome
    )
    kept = {name: form[name] for name in ("unit", "by", "outcome", "from", "to")}
    return Asked(kind, form, Address(f"/reviews/{kind}", kept), days, wanted)


def amount(line: ReviewLine) -> Budget | None:
    """How much more time was asked for, in the time of the clock it is for."""
    if line.amount is None:
        return None
    return Budget(kind=line.kind or ClockKind.CONTINUOUS, amount=line.amount)


async def place(session: AsyncSession, unit: str | None) -> UnitRef | None:
    """The unit that the view is narrowed to. Raises NotFound."""
    try:
        return await unit_ref(session, unit) if unit else None
    except UnitNotFound as error:
        raise NotFound from error


@router.get("/reviews")
async def first() -> Response:
    """The views begin with the returns."""
    return RedirectResponse(f"/reviews/{Review.RETURNS}", status_code=303)


@router.get("/reviews/{kind}")
async def review(request: Request, kind: str, reader: Watcher, session: ReadSession) -> Response:
    """One view of a period, in six queries."""
    if kind not in set(Review):
        raise NotFound
    now = datetime.now(UTC)
    it = asked(Review(kind), request.query_params, language_of(request), now)
    common: dict[str, Any] = {
        "it": it,
        "form": it.form,
        "reviews": REVIEWS,
        "lead": LEADS[it.kind],
        "outcomes": OUTCOMES,
        "resumed": RESUMED,
        "presets": [(days, usual(now, days)) for days in PRESETS],
        "ping_pong": PING_PONG,
        "today": city_date(now),
    }
    if it.form.wrong:
        return page(
            request, "supervise/review.html", status=it.form.status, reader=reader, counts=None, **common
        )
    found = await list_reviews(
        session,
        reader.principal,
        it.kind,
        it.wanted,
        now,
        cursor=request.query_params.get("cursor"),
        limit=ROWS,
    )
    here = await place(session, it.wanted.unit)
    made = await figures(session, reader.principal, it.period.since, it.period.until, it.wanted.unit, now)
    return page(
        request,
        "supervise/review.html",
        reader=reader,
        counts=await count_reviews(session, reader.principal, it.kind, it.wanted, now),
        lines=found.items,
        next_href=it.address.but(cursor=found.next) if found.next else None,
        rates=rates(made),
        figures=made,
        here_unit=here,
        amount=amount,
        **common,
    )
