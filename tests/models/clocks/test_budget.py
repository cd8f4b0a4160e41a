"""Budgets: their units, how files write them, how people say them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from models.base import Words
from models.clocks.budget import Budget, ClockKind


@pytest.mark.parametrize(
    ("budget", "kind", "amount"),
    [
        (Budget.minutes(5), ClockKind.CONTINUOUS, 300),
        (Budget.hours(2), ClockKind.CONTINUOUS, 7_200),
        (Budget.days(7), ClockKind.CONTINUOUS, 604_800),
        (Budget.working_hours(4), ClockKind.WORKING_HOURS, 14_400),
        (Budget.working_days(5), ClockKind.WORKING_DAYS, 5),
    ],
)
def test_constructors_use_the_unit_of_their_kind(budget: Budget, kind: ClockKind, amount: int) -> None:
    assert (budget.kind, budget.amount) == (kind, amount)


@pytest.mark.parametrize(
    ("budget", "zh", "en"),
    [
        (Budget.working_days(5), "5个工作日", "5 working days"),
        (Budget.working_days(1), "1个工作日", "1 working day"),
        (Budget.working_hours(4), "4个工作小时", "4 working hours"),
        (Budget(kind=ClockKind.WORKING_HOURS, amount=1_800), "30分钟工作时间", "30 minutes of working time"),
        (Budget.minutes(5), "5分钟", "5 minutes"),
        (Budget.minutes(1), "1分钟", "1 minute"),
        (Budget.hours(2), "2小时", "2 hours"),
        (Budget.days(1), "24小时", "24 hours"),
        (Budget.days(15), "15天", "15 days"),
        (Budget(kind=ClockKind.CONTINUOUS, amount=45), "45秒", "45 seconds"),
    ],
)
def test_words(budget: Budget, zh: str, en: str) -> None:
    assert budget.words() == Words(zh=zh, en=en)


@pytest.mark.parametrize(
    ("written", "budget"),
    [
        ("1 minute", Budget.minutes(1)),
        ("30 minutes", Budget.minutes(30)),
        ("24 hours", Budget.hours(24)),
        ("7 days", Budget.days(7)),
        ("4 working hours", Budget.working_hours(4)),
        ("30 working minutes", Budget(kind=ClockKind.WORKING_HOURS, amount=1_800)),
        ("1 working day", Budget.working_days(1)),
    ],
)
def test_written_out_as_in_policy_files(written: str, budget: Budget) -> None:
    assert Budget.model_validate(written) == budget


@pytest.mark.parametrize("written", ["", "five days", "5 fortnights", "5", "-1 hours", "5 working weeks"])
def test_anything_else_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(ValidationError, match="is not a budget; write for example"):
        Budget.model_validate(written)


@pytest.mark.parametrize("amount", [0, -1])
def test_a_budget_gives_time(amount: int) -> None:
    with pytest.raises(ValidationError):
        Budget.minutes(amount)


def test_survives_json() -> None:
    budget = Budget.working_days(3)
    assert Budget.model_validate_json(budget.model_dump_json()) == budget
