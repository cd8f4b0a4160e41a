"""“Which rule applied, why this date?” (frappe #3235, Zammad #4777): answered in words."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from models.base import Urgency, Words
from models.clocks import clock as clocks
from models.clocks.budget import ClockKind
from models.clocks.calendar import CITY_ZONE, load_calendar
from models.clocks.clock import Clock, Threshold
from models.clocks.explain import Explanation, Skipped, stage_name, why, words
from models.clocks.policy import ClockStage, Limit, Rules, resolve
from models.clocks.policy_files import load_policies

CALENDAR = load_calendar()
POLICIES = load_policies()


def beijing(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=CITY_ZONE)


def rules(policy: str, urgency: Urgency = Urgency.ORDINARY) -> Rules:
    return resolve(POLICIES[policy], POLICIES, urgency)


def started(found: Rules, limit: Limit | None, stage: ClockStage, origin: str) -> Clock:
    assert limit is not None
    at = beijing(origin)
    return clocks.start(
        limit, id="c", stage=stage, subject="r1", rules=found, origin=at, at=at, calendar=CALENDAR
    )


ORDINARY, CRITICAL = rules("135"), rules("135", Urgency.CRITICAL)
HANDLE = ClockStage.HANDLE


def handling(origin: str) -> Clock:
    return started(ORDINARY, ORDINARY.rule(HANDLE), HANDLE, origin)


def test_working_days_over_a_holiday() -> None:
    assert words(why(handling("2026-09-30 10:00"), CALENDAR, ORDINARY)) == Words(
        zh="依据《135》第1版（项目默认，非官方定义）：处置期限5个工作日，"
        "自2026-09-30 10:00（北京时间）起算，首日不计；"
        "跳过国庆节10月1日至7日、周末1天；10月10日（周六）调休上班计入；"
        "黄灯2026-10-12 18:00，红灯2026-10-13 18:00。",
        en="Under “135” version 1 (project default, not an official definition): "
        "Handling within 5 working days, counted from 2026-09-30 10:00 (Beijing time), "
        "the first day not counted; steps over National Day 1–7 October, 1 weekend day; "
        "Saturday 10 October is worked and counts; "
        "yellow 2026-10-12 18:00, red 2026-10-13 18:00.",
    )


def test_the_same_as_data() -> None:
    said = why(handling("2026-09-30 10:00"), CALENDAR, ORDINARY)
    assert said.kind is ClockKind.WORKING_DAYS
    assert said.calendar == CALENDAR.version
    assert said.skipped == (
        Skipped(first=date(2026, 10, 1), last=date(2026, 10, 7), name=Words(zh="国庆节", en="National Day")),
        Skipped(first=date(2026, 10, 11), last=date(2026, 10, 11)),
    )
    assert said.made_up == (date(2026, 10, 10),)
    assert Explanation.model_validate_json(said.model_dump_json()) == said
    assert len(said.model_dump_json()) < 1_000


def test_minutes_need_no_calendar() -> None:
    clock = started(CRITICAL, CRITICAL.rule(ClockStage.ACCEPT), ClockStage.ACCEPT, "2026-10-01 03:00")
    said = why(clock, CALENDAR, CRITICAL)
    assert (said.calendar, said.skipped, said.working_day) == (None, (), None)
    assert words(said).zh == (
        "依据《135》第1版（项目默认，非官方定义）：受理期限1分钟，自2026-10-01 03:00（北京时间）起算；"
        "黄灯2026-10-01 03:00:48，红灯2026-10-01 03:01。"
    )


def test_after_a_pause_and_an_extension_into_a_year_not_announced() -> None:
    clock = handling("2026-12-29 10:00")
    clock = clocks.pause(clock, beijing("2026-12-31 10:00"), CALENDAR)
    clock = clocks.resume(clock, beijing("2026-12-31 14:00"), CALENDAR)
    clock = clocks.extend(clock, 1, beijing("2026-12-31 15:00"), CALENDAR)
    said = words(why(clock, CALENDAR, ORDINARY))
    assert said.zh == (
        "依据《135》第1版（项目默认，非官方定义）：处置期限5个工作日，延期1个工作日，"
        "自2026-12-29 10:00（北京时间）起算，首日不计；"
        "此前已用1个工作日2小时，自2026-12-31 14:00续计；跳过元旦2027年1月1日、周末2天；"
        "黄灯2027-01-07 08:24，红灯2027-01-08 10:00；所涉年度放假安排尚未公布，日期暂定。"
    )
    assert "extended by 1 working day" in said.en
    assert "1 working day 2 h used before, goes on from 2026-12-31 14:00" in said.en
    assert "New Year's Day 1 January 2027, 2 weekend days" in said.en
    assert said.en.endswith("provisional, as that year's holidays are not announced yet.")


def test_a_limit_of_another_policy_is_cited_as_that_policys() -> None:
    found = rules("shandong-12345")
    handle = started(found, found.rule(HANDLE), HANDLE, "2026-03-02 10:00")
    verify = started(found, found.rule(ClockStage.VERIFY), ClockStage.VERIFY, "2026-03-02 10:00")
    assert words(why(handle, CALENDAR, found)).zh.startswith("依据《山东12345》第1版（官方公布）：处置期限")
    assert words(why(verify, CALENDAR, found)).zh.startswith(
        "依据《闭环默认时限》第1版（项目默认，非官方定义）：核查期限"
    )


def test_a_policy_that_is_not_at_hand_is_cited_by_its_id() -> None:
    said = words(why(handling("2026-03-02 10:00"), CALENDAR, rules("loop")))
    assert said.zh.startswith("依据《135》第1版：处置期限")
    assert said.en.startswith("Under “135” version 1: Handling within")


def test_milestones_and_levels_say_their_own_names() -> None:
    daying = rules("daying-burst-main")
    fence = started(daying, daying.milestone("fence"), ClockStage.MILESTONE, "2026-03-02 10:00")
    assert "：节点（围挡）期限3小时，" in words(why(fence, CALENDAR, daying)).zh
    assert ": Milestone (Fence off) within 3 hours," in words(why(fence, CALENDAR, daying)).en
    gaotai = rules("gaotai-4level-7wd")
    grid = started(gaotai, gaotai.level("grid"), ClockStage.LEVEL, "2026-03-02 10:00")
    assert "：本级办理期限1个工作日，" in words(why(grid, CALENDAR, gaotai)).zh


def test_working_hours_over_two_holidays_and_a_make_up_sunday() -> None:
    accept = started(
        rules("loop"), rules("loop").rule(ClockStage.ACCEPT), ClockStage.ACCEPT, "2025-12-31 17:00"
    )
    assert words(why(accept, CALENDAR, rules("loop"))).zh == (
        "依据《闭环默认时限》第1版（项目默认，非官方定义）：受理期限4个工作小时，"
        "自2025-12-31 17:00（北京时间）起算；"
        "跳过元旦2026年1月1日至3日；2026年1月4日（周日）调休上班计入；"
        "黄灯2026-01-04 10:12，红灯2026-01-04 11:00。"
    )


def test_a_clock_that_stands_still_promises_nothing() -> None:
    paused = clocks.pause(handling("2026-03-02 10:00"), beijing("2026-03-04 10:00"), CALENDAR)
    said = why(paused, CALENDAR, ORDINARY)
    assert (said.red_at, said.skipped) == (None, ())
    assert words(said).zh.endswith("起算，首日不计。")


def test_a_light_that_turned_before_the_last_pause_steps_over_nothing() -> None:
    clock = clocks.mark(handling("2026-03-02 10:00"), Threshold.RED)
    clock = clocks.pause(clock, beijing("2026-03-10 10:00"), CALENDAR)
    clock = clocks.resume(clock, beijing("2026-03-20 10:00"), CALENDAR)
    said = why(clock, CALENDAR, ORDINARY)
    assert (said.red_at, said.skipped) == (beijing("2026-03-09 18:00"), ())
    assert said.consumed == timedelta(hours=42)


@pytest.mark.parametrize("stage", ClockStage)
def test_every_stage_has_a_name(stage: ClockStage) -> None:
    assert stage_name(stage).zh
    assert stage_name(stage).en
