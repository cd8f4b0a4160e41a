"""What all pages of administrators share: who may see them, their tabs, and days as forms have them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Annotated, Any, Final

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from api.administering.who import administrator, city_administrator
from api.errors import NotAllowed
from api.language import language_of
from api.pages.admin.journal_words import spoken_values
from api.pages.forms import Form
from api.pages.reader import Reader, SignedInReader
from api.pages.rendering import page
from models.base import Frozen, Words
from models.case.appointing import AMISS
from models.city.administering import DEEDS, Administrator, administrator_of, watched
from models.clocks.calendar import CITY_ZONE

REASONS: Final = 300
"""Characters of a reason."""


class Tab(Frozen):
    """One of the areas."""

    path: str
    words: Words
    watchers: bool = False
    """Whether auditors see it too."""


TABS: Final[tuple[Tab, ...]] = (
    Tab(path="/admin", words=Words(zh="概览", en="Overview")),
    Tab(path="/admin/units", words=Words(zh="单位", en="Units")),
    Tab(path="/admin/people", words=Words(zh="人员", en="People")),
    Tab(path="/admin/catalogue", words=Words(zh="事项目录", en="Catalogue")),
    Tab(path="/admin/policies", words=Words(zh="时限政策", en="Policies")),
    Tab(path="/admin/calendar", words=Words(zh="工作日历", en="Calendar")),
    Tab(path="/admin/channels", words=Words(zh="消息渠道", en="Channels")),
    Tab(path="/admin/reads", words=Words(zh="查阅记录", en="Reads"), watchers=True),
    Tab(path="/admin/journal", words=Words(zh="变更日志", en="Journal"), watchers=True),
)


class Admin(Frozen):
    """The administrator before the page."""

    reader: Reader
    by: Administrator


def _admin(reader: SignedInReader) -> Admin:
    return Admin.model_construct(reader=reader, by=administrator(reader))


def _city_admin(reader: SignedInReader) -> Admin:
    return Admin.model_construct(reader=reader, by=city_administrator(reader))


def _watcher(reader: SignedInReader) -> Reader:
    if not watched(reader.principal):
        raise NotAllowed
    return reader


SignedInAdmin = Annotated[Admin, Depends(_admin)]
"""For pages that every administrator sees, each in their own area."""
CityAdmin = Annotated[Admin, Depends(_city_admin)]
"""For changing rules, which hold for the whole city."""
SignedInWatcher = Annotated[Reader, Depends(_watcher)]
"""For what auditors read as well."""


def admin_page(
    request: Request,
    template: str,
    who: Admin | Reader,
    *,
    form: Form | None = None,
    block: str | None = None,
    **values: Any,
) -> Response:
    """A page of this area. A form's status is the page's; `whole_city` says who may change rules."""
    reader = who.reader if isinstance(who, Admin) else who
    by = administrator_of(reader.principal)
    return page(
        request,
        f"admin/{template}",
        block=block,
        status=form.status if form else 200,
        reader=reader,
        tabs_here=tuple(_tabs(request.url.path, by)),
        whole_city=by is not None and by.whole_city,
        form=form or Form.empty(),
        amiss_words=AMISS,
        deeds=DEEDS,
        kept_values=partial(spoken_values, language=language_of(request)),
        **values,
    )


def _tabs(path: str, by: Administrator | None) -> Iterator[tuple[str, Words, bool]]:
    for tab in TABS:
        if by is not None or tab.watchers:
            here = path == tab.path or (tab.path != "/admin" and path.startswith(tab.path))
            yield tab.path, tab.words, here


def require_reason(form: Form) -> str:
    """The reason that was typed; a fault beside its field if there is none, or too long a one."""
    reason = form["reason"]
    if not reason:
        form.fault("reason", Words(zh="请写明原因", en="Say why").in_language(form.language))
    elif len(reason) > REASONS:
        words = Words(zh=f"至多 {REASONS} 个字符", en=f"At most {REASONS} characters")
        form.fault("reason", words.in_language(form.language))
    return reason


def instant(form: Form, name: str) -> datetime | None:
    """The instant that was typed into a datetime-local field, in the city's time; none if it is empty."""
    typed = form[name]
    if not typed:
        return None
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=CITY_ZONE).astimezone(UTC)
    except ValueError:
        form.fault(name, Words(zh="应为日期和时间", en="Give a day and a time").in_language(form.language))
        return None


def day(form: Form, name: str) -> date | None:
    """The day that was typed; none if it is empty, or (with a fault) no day."""
    typed = form[name]
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        form.fault(name, Words(zh="应为日期", en="Give a day").in_language(form.language))
        return None


def period(form: Form) -> tuple[datetime | None, datetime | None]:
    """From the beginning of the day `from` to the end of the day `to`, in the city's time."""
    first, last = day(form, "from"), day(form, "to")
    since = datetime.combine(first, time(), CITY_ZONE) if first else None
    until = datetime.combine(last, time(), CITY_ZONE) + timedelta(days=1) if last else None
    return since, until


def asked(request: Request) -> Form:
    """What stands in the address, as a form that keeps it."""
    query = request.query_params
    return Form({name: query.getlist(name) for name in query}, language=language_of(request))
