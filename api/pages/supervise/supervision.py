"""`/supervision`: supervision orders and their answers: whose is open, whose is late, what was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.dependencies import ReadSession
from api.language import language_of
from api.pages.forms import Form
from api.pages.rendering import page
from api.pages.supervise.access import PRESSING, Watcher, pressing
from api.pages.supervise.addresses import Address
from api.pages.supervise.definitions import ANSWERS, STATES
from api.pages.supervise.times import Period, period
from models.base import Language, Words
from models.clocks.explain import stage_name
from models.queries.commandable import commandable
from models.queries.orders import WAITED_FOR, OrderFilter, OrderState, count_orders, list_orders
from models.queries.tasks import served

router: Final = APIRouter(include_in_schema=False)

PATH: Final = "/supervision"
ROWS: Final = 50
TABS: Final[Mapping[str, tuple[OrderState, ...]]] = {
    "waiting": WAITED_FOR,
    "overdue": (OrderState.OVERDUE,),
    "answered": (OrderState.ANSWERED,),
    "lapsed": (OrderState.LAPSED,),
    "all": (),
}
"""What the tabs show; what is still owed is shown whenever it was ordered, the rest of a period."""
TAB_WORDS: Final[Mapping[str, Words]] = {
    "waiting": Words(zh="待回复", en="Waiting"),
    "overdue": STATES[OrderState.OVERDUE],
    "answered": STATES[OrderState.ANSWERED],
    "lapsed": STATES[OrderState.LAPSED],
    "all": Words(zh="全部", en="All"),
}
HANDS: Final[Mapping[str, Words]] = {
    "by_me": Words(zh="我方发出的", en="From my side"),
    "to_me": Words(zh="我方应答的", en="For us to answer"),
}
ORIGINS: Final[Mapping[str, Words]] = {
    "people": Words(zh="人工督办", en="Given by people"),
    "lights": Words(zh="红灯自动督办", en="Given by red lights"),
}


@dataclass(frozen=True)
class Asked:
    """What the address asks for."""

    form: Form
    address: Address
    tab: str
    period: Period
    wanted: OrderFilter

    @property
    def timed(self) -> bool:
        """Whether the period narrows what is shown: what is still owed is shown however old it is."""
        return _timed(self.tab)


def asked(params: Mapping[str, str], language: Language, now: datetime) -> Asked:
    """What the address asks for; a tab or a hand that is not there means the first."""
    form = Form({name: [value] for name, value in params.items()}, language=language)
    tab = form["tab"] if form["tab"] in TABS else "waiting"
    days = period(form, now)
    timed = _timed(tab)
    wanted = OrderFilter(
        states=TABS[tab],
        owner=form["owner"] or None,
        unit=form["unit"] or None,
        by_me=form["hand"] == "by_me",
        to_me=form["hand"] == "to_me",
        automatic={"people": False, "lights": True}.get(form["origin"]),
        opened_from=days.since if timed else None,
        opened_to=days.until if timed else None,
    )
    kept = {name: form[name] for name in ("tab", "owner", "unit", "hand", "origin", "from", "to")}
    return Asked(form, Address(PATH, kept), tab, days, wanted)


def _timed(tab: str) -> bool:
    return not TABS[tab] or not set(TABS[tab]) <= set(WAITED_FOR)


@router.get("/supervision")
async def supervision(request: Request, reader: Watcher, session: ReadSession) -> Response:
    """The orders; five queries and one for each command of pressure that the reader may send."""
    now = datetime.now(UTC)
    it = asked(request.query_params, language_of(request), now)
    if it.form.wrong:
        return page(
            request, "supervise/supervision.html", block="orders", status=it.form.status, reader=reader,
            it=it, form=it.form, orders=None, tabs_shown=(), hands=HANDS, origins=ORIGINS, definition=ANSWERS,
        )  # fmt: skip
    cursor = request.query_params.get("cursor")
    in_period = it.wanted.model_copy(update={"opened_from": it.period.since, "opened_to": it.period.until})
    counts = await count_orders(session, reader.principal, in_period, now)
    orders = await list_orders(session, reader.principal, it.wanted, now, cursor=cursor, limit=ROWS)
    numbers = {line.case.number for line in orders.items}
    may = {
        command: await commandable(session, reader.principal, PRESSING[command], numbers)
        for command in pressing(reader)
    }
    owed = sum(counts.states[state] for state in WAITED_FOR)
    shown = {**{state.value: n for state, n in counts.states.items()}, "waiting": owed}
    tabs = [
        (
            it.address.but(tab=tab, owner=None),
            words.in_language(it.form.language),
            shown.get(tab),
            tab == it.tab,
        )
        for tab, words in TAB_WORDS.items()
    ]
    return page(
        request,
        "supervise/supervision.html",
        block="orders",
        reader=reader,
        it=it,
        form=it.form,
        counts=counts,
        orders=orders.items,
        next_href=it.address.but(cursor=orders.next) if orders.next else None,
        tabs_shown=tabs,
        hands=HANDS,
        origins=ORIGINS,
        states=STATES,
        may=may,
        serves=served(reader.principal.posts),
        stage_name=stage_name,
        definition=ANSWERS,
    )
