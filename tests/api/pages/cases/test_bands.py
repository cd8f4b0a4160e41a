"""The picture of a case: whatever happened to it, everything stands inside and nothing on top of another."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from api.pages.cases.bands import AT_FIRST, LEAST, Box, Picture, picture
from api.pages.cases.lanes import Bar, Lane, Look, Piece
from api.pages.cases.marks import WIDE
from models.base import Urgency
from models.case.commands import Command
from models.case.commands.approving import Approve, RequestExtension, RequestSuspension, Resume
from models.case.commands.closing import CallBack, Reopen, Rework, Verify
from models.case.commands.handling import Annotate, Arrive, Claim, Dispatch, Handle, Release, Return
from models.case.commands.intake import Accept
from models.case.commands.supervising import Regrade
from models.case.commands.whistling import BlowWhistle, Finish, ReportIn, Sign
from models.case.refusals import Refusal
from models.case.state import OPEN, Ground, Stage
from models.case.timeline import timeline
from models.city.people import Principal
from models.clocks.clock import Light
from models.clocks.policy import ClockStage
from tests.support import world
from tests.support.play import Play
from tests.support.world import COMMANDER, DISPATCHER, DISTRICT_DISPATCHER, GRID, OFFICER, WORKER

DEEDS: tuple[tuple[Principal, Command], ...] = (
    (OFFICER, Accept()),
    (DISPATCHER, Accept()),
    (DISTRICT_DISPATCHER, Accept()),
    (OFFICER, Dispatch(lead=GRID)),
    (DISPATCHER, Dispatch(lead=world.SAFETY, assisting=(GRID,))),
    (WORKER, Claim()),
    (WORKER, Arrive()),
    (WORKER, Release(reason="外勤")),
    (WORKER, Return(reason="不属本格")),
    (WORKER, Handle(note="已处置")),
    (WORKER, RequestExtension(amount=2, reason="等配件")),
    (WORKER, RequestSuspension(review_on=date(2026, 12, 1), reason="等资金")),
    (COMMANDER, Approve()),
    (OFFICER, Resume()),
    (COMMANDER, Regrade(urgency=Urgency.CRITICAL, reason="扩大")),
    (COMMANDER, BlowWhistle(ground=Ground.EMERGENCY, units=(world.XIAOFANG,), reason="有人被困")),
    (OFFICER, Verify()),
    (OFFICER, Rework(reason="没好")),
    (OFFICER, CallBack(reached=True, resolved=True, satisfied=True)),
    (WORKER, Reopen(reason="又坏了")),
    (OFFICER, Annotate(note="联系居民")),
)
MINUTES = st.sampled_from((0, 1, 7, 90, 600, 3_000, 12_000))
LIVES = st.lists(st.tuples(st.sampled_from(DEEDS), MINUTES), max_size=25)


def drawn(play: Play) -> Picture:
    return picture(timeline(play.facts), play.case, play.case.book.calendar, play.now)


def bars(made: Picture) -> list[Bar]:
    return [bar for lane in (*made.lanes, *made.folded) for bar in lane.bars]


def lane(made: Picture, stage: ClockStage) -> Lane:
    return next(lane for lane in made.lanes if lane.bars[0].clock.stage is stage)


def attempted(play: Play, by: Principal, command: Command) -> None:
    try:
        play.send(by, command)
    except Refusal:
        return


@settings(max_examples=60, deadline=None)
@given(LIVES)
def test_whatever_happens_it_can_be_drawn(life: list[tuple[tuple[Principal, Command], int]]) -> None:
    play = Play.reported(text="x")
    for (by, command), minutes in life:
        attempted(play, by, command)
        play.wait(minutes=minutes)
    made = drawn(play)

    stages = [band.box for band in made.stages]
    everything: list[Box | Piece] = [
        *stages,
        *(band.box for band in made.holders),
        *(p for b in bars(made) for p in b.pieces),
    ]
    assert all(box.width > 0 and box.x >= 0 and box.x + box.width <= 100.01 for box in everything)
    assert all(before.x <= after.x for before, after in pairwise(stages))
    assert all(before.x + before.width <= after.x + LEAST + 0.01 for before, after in pairwise(stages))
    for row in (*made.lanes, *made.folded):
        pieces = sorted((p for bar in row.bars for p in bar.pieces), key=lambda piece: piece.x)
        assert all(one.x + one.width <= other.x + 0.01 for one, other in pairwise(pieces)), row.name
    for number in {mark.row for mark in made.marks}:
        places = [mark.x for mark in made.marks if mark.row == number]
        assert all(other - one >= WIDE - 0.01 for one, other in pairwise(sorted(places)))
    assert (made.now is not None) == (play.case.stage in OPEN)
    assert {bar.clock.id for bar in bars(made)} == {
        band.clock.id for band in timeline(play.facts).bands.clocks
    }
    for bar in bars(made):
        assert (bar.over is None) == (bar.light is not Light.RED)
        assert bar.share >= 0


def ordinary() -> Play:
    return Play.reported(text="路灯不亮").wait(hours=1).send(OFFICER, Accept()).wait(hours=1)


def test_a_stage_after_the_other_with_the_holder_below() -> None:
    made = drawn(ordinary().send(OFFICER, Dispatch(lead=GRID)).wait(hours=2))
    assert [band.stay.stage for band in made.stages] == [Stage.REPORTED, Stage.ACCEPTED, Stage.HANDLING]
    assert [band.holder for band in made.holders] == [world.COMMUNITY.id]
    assert made.now == made.stages[-1].box.x + made.stages[-1].box.width


def test_a_clock_shows_what_it_used_and_what_is_left() -> None:
    made = drawn(ordinary())
    accept, handle = lane(made, ClockStage.ACCEPT).bars[0], lane(made, ClockStage.DISPATCH).bars[0]
    assert [piece.look for piece in accept.pieces] == [Look.USED, Look.SPARED]
    assert accept.clock.stopped_at is not None
    assert [piece.look for piece in handle.pieces] == [Look.USED, Look.LEFT, Look.LEFT_YELLOW]
    assert handle.share == 25
    assert handle.allowed.zh == "4个工作小时"


def test_a_late_clock_turns_yellow_and_red_and_says_by_how_much() -> None:
    play = ordinary().send(OFFICER, Dispatch(lead=GRID)).wait(days=4)
    bar = lane(drawn(play), ClockStage.CLAIM).bars[0]
    assert [piece.look for piece in bar.pieces] == [Look.USED, Look.YELLOW, Look.RED]
    assert bar.over == play.now - world.beijing(2026, 10, 13, 18)
    assert bar.light is Light.RED


def test_a_clock_that_ended_in_its_red_instant_is_late_too() -> None:
    made = drawn(Play.reported(text="x").wait(days=3))  # unaccepted, it climbed when it turned red
    first, *others = lane(made, ClockStage.ACCEPT).bars
    assert first.over == timedelta()
    assert first.light is Light.RED
    assert [bar.clock.id for bar in others][:1] == ["accept:r1.h2"]


def test_a_pause_is_hatched_and_a_later_promise_is_marked_with_the_old_one() -> None:
    play = ordinary().send(OFFICER, Dispatch(lead=GRID)).send(WORKER, Claim()).wait(days=1)
    play.send(WORKER, RequestSuspension(review_on=date(2026, 10, 20), reason="等资金")).send(
        COMMANDER, Approve()
    )
    play.wait(days=3)
    made = drawn(play)
    assert made.stages[-1].pauses
    assert lane(made, ClockStage.HANDLE).bars[0].pieces[-1].look is Look.PAUSED
    resumed = drawn(play.send(OFFICER, Resume()).wait(hours=3))
    move = lane(resumed, ClockStage.HANDLE).bars[0].moves[0]
    assert move.before is not None
    assert move.after is not None
    assert move.after > move.before
    assert move.ghost == resumed.axis.x(move.before)


def test_a_new_round_is_cut_off_and_the_first_one_stays() -> None:
    play = ordinary().send(OFFICER, Dispatch(lead=GRID)).send(WORKER, Claim()).send(WORKER, Handle(note="好"))
    play.wait(hours=1).send(OFFICER, Verify()).send(
        OFFICER, CallBack(reached=True, resolved=True, satisfied=True)
    )
    first = drawn(play)
    assert first.now is None
    assert first.stages[-1].stay.stage is Stage.CALLING_BACK or first.stages[-1].stay.stage is Stage.VERIFYING
    made = drawn(play.wait(days=2).send(WORKER, Reopen(reason="又灭了")).wait(hours=1))
    assert [cut.round for cut in made.rounds] == [2]
    accepting = lane(made, ClockStage.ACCEPT).bars
    assert [bar.clock.id for bar in accepting] == ["accept:r1.h1", "accept:r2.h2"]
    assert accepting[0].end <= accepting[1].x


def test_of_many_limits_the_last_ones_kept_in_silence_are_folded() -> None:
    play = Play.reported(world.dossier(Urgency.CRITICAL), text="x")
    play.send(DISPATCHER, Accept()).send(DISPATCHER, Dispatch(lead=world.SAFETY, assisting=(GRID,)))
    whistled = (world.XIAOFANG, world.JIAOJING, world.ZHUJIAN, world.CHENGGUAN)
    play.send(DISPATCHER, BlowWhistle(ground=Ground.EMERGENCY, units=whistled, reason="有人被困"))
    running = drawn(play.wait(seconds=20))
    assert len(running.lanes) > AT_FIRST
    assert {row.bars[0].clock.stage for row in running.folded} == {ClockStage.ACCEPT, ClockStage.DISPATCH}
    for who in (world.XIAOFANG_STAFF, world.JIAOJING_STAFF, world.ZHUJIAN_STAFF, world.CHENGGUAN_STAFF):
        play.send(who, Sign()).send(who, ReportIn()).send(who, Finish(note="好"))
    quiet = drawn(play)
    assert len(quiet.lanes) == AT_FIRST
    assert quiet.folded
    assert not any(row.matters for row in quiet.folded)


def test_a_word_is_only_written_where_it_fits() -> None:
    assert Picture.fits("处置中", 8)
    assert not Picture.fits("处置中", 6)
    assert not Picture.fits("being handled 3 d", 14)


def test_everything_in_one_instant_is_a_picture_too() -> None:
    play = Play.reported(text="x")
    made = drawn(play)
    assert len(made.stages) == 1
    assert made.stages[0].box.width == LEAST
    assert timedelta() == made.stages[0].stay.spent(play.now)
