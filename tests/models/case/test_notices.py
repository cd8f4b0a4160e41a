"""Notices: who is told what. Words are checked after every step that any test plays."""

from __future__ import annotations

import pytest

from models.base import Urgency
from models.case.commands import (
    Accept,
    CallBack,
    Claim,
    Dispatch,
    Handle,
    Merge,
    OnTheSpot,
    Return,
    Rework,
    Transfer,
    Verify,
)
from models.case.notices import Notice
from models.case.state import Channel
from models.city.people import Role
from tests.support.play import Play
from tests.support.world import (
    CHENGGUAN,
    COMMUNITY,
    DISPATCHER,
    GRID,
    LIVELIHOOD,
    LIVELIHOOD_STAFF,
    OFFICER,
    STREET,
    WORKER,
    beijing,
    dossier,
)


def told(play: Play, kind: str) -> list[Notice]:
    """The messages about the latest fact of that kind."""
    return list(next(link for link in reversed(play.facts) if link.body["fact"] == kind).notices)


def units(play: Play, kind: str) -> list[str | None]:
    return [notice.unit for notice in told(play, kind)]


def handled() -> Play:
    play = Play.reported(dossier(Urgency.URGENT)).send(DISPATCHER, Accept())
    play.send(DISPATCHER, Dispatch(lead=LIVELIHOOD, assisting=(CHENGGUAN,))).send(LIVELIHOOD_STAFF, Claim())
    return play.send(LIVELIHOOD_STAFF, Handle(note="已修复"))


def test_a_report_is_shown_at_once_to_who_holds_it() -> None:
    play = Play.reported(channel=Channel.RESIDENT, contact="k_1")
    notice = told(play, "reported")[0]
    assert (notice.unit, notice.roles, notice.visible_at) == (
        COMMUNITY.id,
        (Role.COMMUNITY_OFFICER,),
        play.now,
    )
    assert play.case.number in notice.words.zh
    assert "路灯不亮" in notice.words.zh
    assert "Street lamp out" in notice.words.en


def test_each_step_tells_who_is_next() -> None:
    play = handled()
    assert units(play, "dispatched") == [LIVELIHOOD.id, CHENGGUAN.id]
    assert units(play, "handled") == [STREET.id]
    play.send(DISPATCHER, Rework(reason="灯仍不亮"))
    assert units(play, "reworked") == [LIVELIHOOD.id]
    play.send(LIVELIHOOD_STAFF, Handle(note="x")).send(DISPATCHER, Verify())
    play.send(DISPATCHER, CallBack(resolved=False, satisfied=False))
    assert units(play, "called_back") == [LIVELIHOOD.id]
    play.send(LIVELIHOOD_STAFF, Handle(note="x")).send(DISPATCHER, Verify())
    play.send(DISPATCHER, CallBack(resolved=True, satisfied=True))
    assert units(play, "called_back") == []


def test_a_transfer_tells_the_next_unit_and_a_return_the_holder() -> None:
    play = Play.reported(dossier(Urgency.URGENT)).send(DISPATCHER, Accept())
    play.send(DISPATCHER, Dispatch(lead=LIVELIHOOD)).send(DISPATCHER, Transfer(to=CHENGGUAN, reason="x"))
    assert units(play, "transferred") == [CHENGGUAN.id]
    back = Play.reported().send(OFFICER, Accept()).send(OFFICER, Dispatch(lead=GRID))
    back.send(WORKER, Return(reason="x"))
    assert units(back, "returned") == [COMMUNITY.id]


def test_who_handled_on_the_spot_is_not_told_to_do_it() -> None:
    play = Play.reported(on_the_spot=OnTheSpot(note="已清理"))
    assert told(play, "dispatched") == []
    assert units(play, "handled") == [COMMUNITY.id]


@pytest.mark.parametrize(("hour", "seen"), [(3, beijing(2026, 10, 12, 8)), (10, beijing(2026, 10, 12, 10))])
def test_residents_are_told_in_the_daytime_by_their_reference_alone(hour: int, seen: object) -> None:
    at = beijing(2026, 10, 12, hour)
    play = Play.reported(dossier(Urgency.CRITICAL), channel=Channel.RESIDENT, contact="k_1", at=at)
    play.send(DISPATCHER, Accept())
    notice = told(play, "accepted")[0]
    assert (notice.contact, notice.unit, notice.visible_at) == ("k_1", None, seen)


def test_nobody_is_told_what_they_did_themselves() -> None:
    play = Play.reported(by=OFFICER).send(OFFICER, Accept())
    assert told(play, "accepted") == []


def test_a_merged_cases_reporter_hears_where_it_went() -> None:
    play = Play.reported().send(OFFICER, Merge(into="B"))
    assert [notice.person for notice in told(play, "merged")] == [WORKER.person]


def test_what_moves_no_one_tells_no_one() -> None:
    assert told(handled(), "claimed") == []
    assert told(handled(), "clock_set") == []
