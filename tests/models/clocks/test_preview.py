"""What a policy would mean, without any case."""

from __future__ import annotations

from datetime import datetime

from models.base import Urgency
from models.clocks.calendar import CITY_ZONE, load_calendar
from models.clocks.policy import resolve
from models.clocks.policy_files import load_policies
from models.clocks.preview import Promise, promises
from models.clocks.rules import ClockStage

FRIDAY = datetime(2026, 9, 25, 10, 0, tzinfo=CITY_ZONE)
"""中秋节, a holiday that year."""


def _promises(policy: str, urgency: Urgency, at: datetime = FRIDAY) -> dict[str, Promise]:
    policies = load_policies()
    rules = resolve(policies[policy], policies, urgency)
    return {promise.name.zh: promise for promise in promises(rules, at, load_calendar())}


def test_a_critical_matter_is_counted_in_minutes_from_the_report() -> None:
    arrive = _promises("135", Urgency.CRITICAL)["到场"]
    assert arrive.from_report
    assert arrive.red_at == datetime(2026, 9, 25, 10, 5, tzinfo=CITY_ZONE)
    assert arrive.yellow_at == datetime(2026, 9, 25, 10, 4, tzinfo=CITY_ZONE)
    assert "到场期限5分钟" in arrive.reason.zh
    assert "《135》第1版" in arrive.reason.zh
    assert not arrive.escalates


def test_an_ordinary_matter_steps_over_the_holidays_in_words() -> None:
    handle = _promises("135", Urgency.ORDINARY)["处置"]
    assert handle.red_at is not None
    assert handle.red_at.astimezone(CITY_ZONE).hour == 18
    assert "跳过" in handle.reason.zh
    assert "中秋节" in handle.reason.zh or "周末" in handle.reason.zh


def test_steps_of_their_own_are_shown_as_if_they_began_at_once() -> None:
    verify = _promises("135", Urgency.ORDINARY)["核查"]
    assert not verify.from_report
    assert verify.explanation.origin == FRIDAY


def test_levels_and_milestones_are_promised_too() -> None:
    levels = _promises("gaotai-4level-7wd", Urgency.ORDINARY)
    assert [p.stage for p in levels.values()].count(ClockStage.LEVEL) == 4
    assert any(promise.escalates for promise in levels.values())
    milestones = _promises("daying-burst-main", Urgency.ORDINARY)
    assert [p.stage for p in milestones.values()].count(ClockStage.MILESTONE) == 3
