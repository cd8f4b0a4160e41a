"""The filters of the list of cases, in and out of the address."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from api.pages.cases.asked import Asked, Period
from models.base import Urgency
from models.case.state import Stage
from models.clocks.clock import Light
from models.queries.case_filters import CaseState
from models.queries.cases import CaseOrder
from tests.support.world import MONDAY, beijing


def of(text: str) -> Asked:
    return Asked.of(QueryParams(text))


@given(
    st.builds(
        Asked,
        q=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=100).map(
            str.strip
        ),
        state=st.none() | st.sampled_from(CaseState),
        stage=st.none() | st.sampled_from(Stage),
        urgency=st.none() | st.sampled_from(Urgency),
        light=st.none() | st.sampled_from(Light),
        period=st.none() | st.sampled_from(Period),
        since=st.none() | st.dates(),
        until=st.none() | st.dates(),
        order=st.sampled_from(CaseOrder),
    )
)
def test_an_address_keeps_what_was_asked(asked: Asked) -> None:
    assert of(urlsplit(asked.address()).query) == asked


def test_what_nobody_understands_is_ignored_and_named() -> None:
    asked = of("stage=nowhere&urgency=urgent&since=yesterday&q=%00")
    assert asked.ignored == ("stage", "since")
    assert asked.urgency is Urgency.URGENT
    assert asked.plain == {"urgency": "urgent"}
    assert asked.narrowed == 1


def test_days_are_the_citys_and_both_count() -> None:
    wanted = of("since=2026-10-01&until=2026-10-12").wanted(MONDAY)
    assert wanted.reported_from == beijing(2026, 10, 1)
    assert wanted.reported_to == beijing(2026, 10, 13)
    assert of(f"until={date.max.isoformat()}").wanted(MONDAY).reported_to is None


def test_a_period_ends_now_and_gives_way_to_dates() -> None:
    assert of("period=today").wanted(MONDAY).reported_from == beijing(2026, 10, 12)
    assert of("period=week").wanted(MONDAY).reported_from == beijing(2026, 10, 6)
    assert of("period=week&since=2026-01-01").wanted(MONDAY).reported_from == beijing(2026, 1, 1)


def test_one_filter_is_changed_and_the_others_stay() -> None:
    asked = of("q=路灯&stage=handling&light=red")
    assert dict(QueryParams(urlsplit(asked.address(light=None, cursor="c")).query)) == {
        "q": "路灯", "stage": "handling", "cursor": "c",
    }  # fmt: skip
    assert of("").address() == "/cases"
