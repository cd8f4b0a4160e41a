"""Complaints: wrong working days; nobody knows why this date; a limit that nothing measures."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from models.case.sealing import SealedFact
from models.case.state import Stage
from models.clocks.calendar import CITY_ZONE, CalendarSlice, city_date
from models.clocks.clock import Clock
from models.clocks.policy import ClockStage
from tests.support.invariants import check_clocks
from tests.support.product import Person, Product
from tests.support.records import rows

STREET, GRID, SECTION = "500120001", "500120001005-g18", "500120001-minsheng"
DEPARTMENT = "500120-chengguan"


def _eve_of_a_holiday(calendar: CalendarSlice, now: datetime) -> datetime:
    """Ten in the morning of the next working day that has a named holiday before the fifth working day."""
    day = city_date(now) + timedelta(days=1)
    while not (calendar.is_working(day) and calendar.holiday(day + timedelta(days=1))):
        day += timedelta(days=1)
    return datetime.combine(day, time(10), tzinfo=CITY_ZONE)


async def test_five_working_days_over_a_holiday_are_counted_one_by_one_and_say_so(skipping: Product) -> None:
    """Reported on the eve of a holiday: the limit of five working days ends after five days on which offices
    are open, counted one by one, and the words name the holiday that was stepped over.
    """
    dispatcher = await skipping.person("bicheng-dispatch")
    seen = await skipping.state((await dispatcher.report(matter="other", unit=GRID))["number"])
    calendar = seen.book.calendar
    await skipping.until(_eve_of_a_holiday(calendar, await skipping.now()))

    number = (await dispatcher.report(matter="other", unit=GRID))["number"]

    [handle] = [f for f in await skipping.facts(number, "clock_set") if f["clock"]["stage"] == "handle"]
    eve = city_date(handle["at"])
    day, worked = eve, 0
    while worked < 5:
        day += timedelta(days=1)
        worked += calendar.is_working(day)
    clock = Clock.model_validate(handle["clock"])
    assert clock.red_at is not None
    closing = calendar.windows[-1][1]
    assert clock.red_at.astimezone(CITY_ZONE) == datetime.combine(day, closing, tzinfo=CITY_ZONE)
    assert clock.red_at - clock.origin > timedelta(days=5)
    holiday = calendar.holiday(eve + timedelta(days=1))
    assert holiday is not None
    words = (await _sealed(skipping, number, handle["seq"])).fact.words()
    assert f"跳过{holiday.zh}" in words.zh
    assert holiday.en in words.en


async def _sealed(product: Product, number: str, seq: int) -> SealedFact:
    return next(fact for fact in (await product.timeline(number)).facts if fact.seq == seq)


async def test_every_date_that_is_set_or_moved_says_which_rule_set_it(skipping: Product) -> None:
    """Each start, move and resumption names policy, version, standing, limit and instants, twice."""
    dispatcher, staff = await skipping.person("bicheng-dispatch"), await skipping.person("bicheng-minsheng")
    commander = await skipping.person("bicheng-command")
    number = (await dispatcher.report(matter="other", unit=GRID, urgency="urgent"))["number"]
    await dispatcher.sends(number, "accept")
    await dispatcher.sends(number, "dispatch", lead=SECTION)
    await staff.sends(number, "claim")
    await staff.sends(number, "request-extension", amount=3600, reason="等待配件")
    await commander.sends(number, "approve")
    review = city_date(await skipping.now()) + timedelta(days=2)
    await staff.sends(number, "request-suspension", review_on=review.isoformat(), reason="停水通知")
    await commander.sends(number, "approve")
    await dispatcher.sends(number, "resume")
    await dispatcher.sends(number, "regrade", urgency="ordinary", reason="已无危险")

    causes = set()
    for sealed in (await skipping.timeline(number)).facts:
        if sealed.body["fact"] != "clock_set":
            continue
        causes.add(sealed.body["cause"])
        clock, words = Clock.model_validate(sealed.body["clock"]), sealed.fact.words()
        if sealed.body["cause"] in ("paused", "stopped"):
            continue  # nothing is promised by them
        why = sealed.body["why"]
        assert (why["policy"]["id"], why["policy"]["version"]) == (clock.policy, clock.version)
        for said, standing in ((words.zh, "项目默认，非官方定义"), (words.en, "project default")):
            assert standing in said
            assert f"{clock.version}" in said
        assert clock.budget.words().zh in words.zh
        assert clock.budget.words().en in words.en
        assert clock.red_at is not None
        red = clock.red_at.astimezone(CITY_ZONE)
        assert f"{red:%H:%M}" in words.zh
        assert f"{red:%H:%M}" in words.en
    assert causes == {"started", "paused", "extended", "resumed", "regraded", "stopped"}


async def test_no_step_with_a_limit_is_without_an_armed_clock(skipping: Product) -> None:
    """At every step of a long way through the loop, each limit the policy declares has its clock, armed, in
    the workflow and in what people read.
    """
    people = {
        login: await skipping.person(login)
        for login in ("bicheng-dispatch", "bicheng-minsheng", "bishan-chengguan", "bicheng-command")
    }
    dispatcher, staff, department, commander = people.values()
    number = (await dispatcher.report(matter="other", unit=STREET, urgency="urgent"))["number"]
    measured = await _armed(skipping, number)
    review = city_date(await skipping.now()) + timedelta(days=2)
    way: tuple[tuple[Person, str, dict[str, object]], ...] = (
        (dispatcher, "accept", {}),
        (dispatcher, "plan-milestone", {"key": "cordon", "name": "警戒", "budget": "30 minutes"}),
        (dispatcher, "dispatch", {"lead": SECTION}),
        (dispatcher, "whistle", {"ground": "strong_issue", "units": [DEPARTMENT], "reason": "无执法权"}),
        (department, "sign", {}),
        (department, "report-in", {}),
        (department, "finish", {"note": "已查处"}),
        (commander, "supervise", {"text": "说明进展"}),
        (staff, "answer", {"reply": "今日办结"}),
        (staff, "claim", {}),
        (staff, "request-suspension", {"review_on": review.isoformat(), "reason": "等待配件"}),
        (commander, "approve", {}),
        (dispatcher, "resume", {}),
        (staff, "arrive", {}),
        (staff, "handle", {"note": "已处置"}),
        (dispatcher, "rework", {"reason": "未清理"}),
        (staff, "handle", {"note": "已清理"}),
        (dispatcher, "verify", {}),
        (dispatcher, "call-back", {"reached": True, "resolved": True, "satisfied": True}),
        (dispatcher, "reopen", {"reason": "复发"}),
    )
    for person, command, body in way:
        answer = await person.post(f"/cases/{number}/{command}", body)
        assert answer.status_code == 200, answer.text
        measured |= await _armed(skipping, number)
    rules = (await skipping.state(number)).rules
    assert rules is not None
    declared = {rule.stage for rule in rules.stages}
    assert declared | {ClockStage.MILESTONE} == measured, "a declared limit that this way never met"


async def _armed(product: Product, number: str) -> set[ClockStage]:
    """The stages whose clocks are armed now, after checking that all are that must be."""
    case = await product.state(number)
    check_clocks(case)
    promised = await rows(
        product,
        "SELECT clock_id, yellow_at, red_at FROM clocks WHERE case_number = :number AND valid_until IS NULL",
        number=number,
    )
    running = {c.id: (c.yellow_at, c.red_at) for c in case.clocks if c.state == "running"}
    assert {c["clock_id"]: (c["yellow_at"], c["red_at"]) for c in promised} == running
    assert all(red is not None for _, red in running.values())
    assert running or case.suspension or case.stage is Stage.CLOSED
    return {clock.stage for clock in case.clocks}
