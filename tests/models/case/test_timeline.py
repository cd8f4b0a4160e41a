"""The timeline: every fact in words, every date explained, every clock a band."""

from __future__ import annotations

from datetime import timedelta

from models.case.commands import Accept, Approve, Claim, Dispatch, Handle, RequestExtension
from models.case.facts.timing import Cause
from models.case.timeline import clock_bands, timeline
from models.city.people import Role
from models.clocks.clock import ClockState
from tests.support import world
from tests.support.play import Play


def handled() -> Play:
    """Accepted a minute later, dispatched, extended, handled with a picture."""
    play = Play.reported().wait(minutes=1).send(world.OFFICER, Accept())
    play.send(world.OFFICER, Dispatch(lead=world.GRID)).send(world.WORKER, Claim())
    play.send(world.WORKER, RequestExtension(amount=2, reason="待配件")).send(world.DISPATCHER, Approve())
    return play.send(world.WORKER, Handle(note="已修好", attachments=("a_1",)))


def test_every_fact_is_told_in_order_with_actor_words_and_hash() -> None:
    play = handled()
    told = timeline(play.facts)
    assert [entry.seq for entry in told.entries] == list(range(1, len(play.facts) + 1))
    assert [entry.hash for entry in told.entries] == [fact.hash for fact in play.facts]
    assert all(entry.words.zh and entry.words.en for entry in told.entries)
    assert told.complete
    first, last = told.entries[0], next(entry for entry in told.entries if entry.kind == "handled")
    assert (first.actor.person, first.actor.role) == (world.WORKER.person, Role.GRID_WORKER)
    assert first.command == "c1"
    assert (last.attachments, last.stage, last.round) == (("a_1",), "verifying", 1)
    assert (first.scheduled, first.clock, first.why) == (None, None, None)


def test_every_date_that_is_set_says_why() -> None:
    told = timeline(handled().facts)
    moved = [entry for entry in told.entries if entry.kind == "clock_set" and entry.why is not None]
    assert moved
    for entry in moved:
        assert entry.clock is not None
        assert entry.why is not None
        assert "第1版（项目默认，非官方定义）" in entry.why.zh
        assert entry.why.zh in entry.words.zh
    extended = [entry for entry in moved if "延期2个工作日" in (entry.why.zh if entry.why else "")]
    assert len(extended) == 1


def test_what_a_deadline_did_carries_its_scheduled_instant() -> None:
    play = Play.reported()
    due = min(clock.red_at for clock in play.case.clocks if clock.red_at)
    play.sleep(due + timedelta(hours=5) - play.now).tick()
    passed = [entry for entry in timeline(play.facts).entries if entry.kind == "threshold_passed"]
    assert due in [entry.scheduled for entry in passed]
    assert {entry.at for entry in passed} == {play.now}
    assert {entry.command for entry in passed} == {"clock"}
    assert all(entry.clock for entry in passed)


def test_a_clock_is_a_band_with_its_ledger_and_all_it_promised() -> None:
    play = handled()
    bands = {band.clock.id: band for band in timeline(play.facts).bands.clocks}
    handle = bands["handle:r1"]
    assert [promise.cause for promise in handle.promises] == [Cause.STARTED, Cause.EXTENDED, Cause.PAUSED]
    first, longer, paused = handle.promises
    assert first.red_at is not None
    assert longer.red_at is not None
    assert longer.red_at > first.red_at
    assert paused.red_at is None
    assert handle.clock.state is ClockState.PAUSED
    assert handle.clock.spans[0].start == world.MONDAY
    assert bands["accept:r1.h1"].clock.stopped_at == world.MONDAY + timedelta(minutes=1)


def test_a_threshold_marks_the_band_without_a_new_promise() -> None:
    play = Play.reported()
    clock = min((c for c in play.case.clocks if c.yellow_at), key=lambda c: str(c.yellow_at))
    assert clock.yellow_at is not None
    play.until(clock.yellow_at)
    band = next(band for band in clock_bands(play.facts) if band.clock.id == clock.id)
    assert band.clock.yellow == clock.yellow_at
    assert [promise.cause for promise in band.promises] == [Cause.STARTED]


def test_the_newest_facts_alone_still_make_a_timeline() -> None:
    play = Play.reported()
    clock = min((c for c in play.case.clocks if c.yellow_at), key=lambda c: str(c.yellow_at))
    assert clock.yellow_at is not None
    play.until(clock.yellow_at)
    told = timeline(play.latest, complete=False)
    assert not told.complete
    assert told.entries[0].seq > 1
    assert (told.bands.clocks[0].clock.id, told.bands.clocks[0].promises) == (clock.id, ())
