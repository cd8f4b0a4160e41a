"""The columns of the exports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from api import glossary
from api.pages.supervise.definitions import OUTCOMES, RESUMED, STATES
from api.pages.supervise.workbook import Column, Kind
from models.base import Language, Words
from models.case.wording import STAGES
from models.clocks.budget import Budget, ClockKind
from models.clocks.explain import stage_name
from models.queries.cases import CaseLine
from models.queries.names import Named
from models.queries.orders import OrderLine
from models.queries.overdue import OverdueCase
from models.queries.review_facts import Outcome, Review
from models.queries.reviews import ReviewLine

T = TypeVar("T")
_YES: Final = Words(zh="是", en="yes")


def _column(
    zh: str, en: str, value: Callable[[T], Any], kind: Kind = Kind.TEXT, width: int = 14
) -> Column[T]:
    return Column(Words(zh=zh, en=en), value, kind, width)


def _name(named: Named | None) -> str | None:
    return named.name if named else None


def _list(language: Language, words: Sequence[Words]) -> str:
    return ("；" if language == "zh" else "; ").join(word.in_language(language) for word in words)


def _of_case(case: Callable[[T], CaseLine]) -> list[Column[T]]:
    """The columns that every export begins with."""
    return [
        _column("案件编号", "Number", lambda it: case(it).number, width=20),
        _column("事项", "Matter", lambda it: case(it).name, width=18),
        _column("紧急程度", "Urgency", lambda it: glossary.URGENCIES[case(it).urgency], width=10),
        _column("地点", "Place", lambda it: case(it).place.name, width=26),
        _column("地址", "Address", lambda it: case(it).address, width=24),
    ]


def _rest_of_case(case: Callable[[T], CaseLine]) -> list[Column[T]]:
    return [
        _column("描述", "Text", lambda it: case(it).text, width=40),
        _column("上报时间", "Reported", lambda it: case(it).reported_at, Kind.INSTANT, 19),
        _column("现环节", "Stage now", lambda it: STAGES[case(it).stage], width=10),
        _column("结案时间", "Closed", lambda it: case(it).closed_at, Kind.INSTANT, 19),
        _column("演练", "Drill", lambda it: _YES if case(it).drill else None, width=6),
    ]


def overdue_columns(language: Language) -> list[Column[OverdueCase]]:
    """An overdue case, as it was at the instant of the board."""

    def stays(it: OverdueCase) -> str:
        def said(hours: float) -> str:
            return f"{hours:.1f} 小时" if language == "zh" else f"{hours:.1f} h"

        parts = (
            f"{STAGES[stay.stage].in_language(language)} {stay.holder.name} "
            f"{said(stay.spent.total_seconds() / 3600)}"
            for stay in it.stays
        )
        return ("；" if language == "zh" else "; ").join(parts)

    def owners(it: OverdueCase) -> str:
        return "、".join(dict.fromkeys(clock.owner.name for clock in it.clocks))

    def limits(it: OverdueCase) -> str:
        return _list(language, [stage_name(clock.stage) for clock in it.clocks])

    def policy(it: OverdueCase) -> Words | None:
        return next((clock.policy.name for clock in it.clocks if clock.policy), None)

    def why(it: OverdueCase) -> str:
        return _list(language, [clock.why for clock in it.clocks if clock.why])

    def line(it: OverdueCase) -> CaseLine:
        return it.case

    return [
        *_of_case(line),
        _column("超期起", "Overdue since", lambda it: it.since, Kind.INSTANT, 19),
        _column("超期时长", "Overdue for", lambda it: it.late, Kind.LENGTH, 12),
        _column("超期的时限", "Limits", limits, width=16),
        _column("责任单位", "Owner", owners, width=20),
        _column("当时环节", "Stage then", lambda it: STAGES[it.stage_then], width=10),
        _column("当时承办单位", "Holder then", lambda it: it.holder_then.name, width=18),
        _column("当时层级", "Level then", lambda it: glossary.LEVELS[it.level_then], width=10),
        _column("时限规则", "Policy", policy, width=12),
        _column("依据", "Why", why, width=60),
        _column("各环节用时", "Time in each stage", stays, width=50),
        _column("经办人", "Handler", lambda it: _name(it.case.handler), width=10),
        *_rest_of_case(line),
    ]  # fmt: skip


def order_columns(language: Language) -> list[Column[OrderLine]]:
    """A supervision order and its answer."""

    def demand(it: OrderLine) -> str | Words:
        if it.clock is None:
            return it.text
        stage = stage_name(it.clock)
        return Words(zh=f"红灯自动督办：{stage.zh}已超期", en=f"Red light: {stage.en} is overdue")

    def line(it: OrderLine) -> CaseLine:
        return it.case

    del language
    return [
        *_of_case(line),
        _column("第几次督办", "Order number", lambda it: it.ordinal, Kind.NUMBER, 10),
        _column("状态", "State", lambda it: STATES[it.state], width=14),
        _column("督办单位", "Supervised by", lambda it: it.by.name, width=18),
        _column("督办人", "Person", lambda it: _name(it.person), width=10),
        _column("责任单位", "Owner", lambda it: it.owner.name, width=18),
        _column("督办要求", "Demand", demand, width=50),
        _column("督办时间", "Ordered", lambda it: it.opened_at, Kind.INSTANT, 19),
        _column("回复时限", "Answer due", lambda it: it.due_at, Kind.INSTANT, 19),
        _column("回复时间", "Answered", lambda it: it.answered_at, Kind.INSTANT, 19),
        _column("回复人", "Answered by", lambda it: _name(it.answered_by), width=10),
        _column("回复内容", "Answer", lambda it: it.reply, width=50),
        _column("回复超期", "Answer late by", lambda it: it.late, Kind.LENGTH, 12),
        *_rest_of_case(line),
    ]


def review_columns(kind: Review) -> list[Column[ReviewLine]]:
    """A return, rework, extension or suspension."""

    def line(it: ReviewLine) -> CaseLine:
        return it.case

    def outcome(it: ReviewLine) -> Words:
        over = kind is Review.SUSPENSIONS and it.outcome is Outcome.APPROVED
        return RESUMED if over else OUTCOMES[it.outcome]

    columns = [
        *_of_case(line),
        _column("时间", "When", lambda it: it.at, Kind.INSTANT, 19),
        _column("单位", "Unit", lambda it: it.unit.name, width=18),
        _column("经办人", "Person", lambda it: it.person.name, width=10),
        _column("理由", "Why", lambda it: it.why, width=50),
        _column("第几次", "Which time", lambda it: it.ordinal, Kind.NUMBER, 8),
        _column("本件共几次", "Times in all", lambda it: it.total, Kind.NUMBER, 10),
    ]
    if kind is not Review.RETURNS:
        columns.append(_column("结果", "Outcome", outcome, width=14))
    if kind in (Review.EXTENSIONS, Review.SUSPENSIONS):
        columns += [
            _column("审批人", "Decided by", lambda it: _name(it.decided_by), width=10),
            _column("审批时间", "Decided", lambda it: it.decided_at, Kind.INSTANT, 19),
            _column("审批意见", "Remark", lambda it: it.note, width=30),
        ]
    if kind is Review.EXTENSIONS:
        columns += [
            _column("申请时长", "Asked for", _asked_for, width=14),
            _column("原时限", "Limit before", lambda it: it.due_before, Kind.INSTANT, 19),
            _column("延至", "Limit after", lambda it: it.due_after, Kind.INSTANT, 19),
        ]
    if kind is Review.SUSPENSIONS:
        columns += [
            _column("复核日期", "Review on", lambda it: it.review_on, Kind.DAY, 12),
            _column("恢复时间", "Resumed", lambda it: it.resumed_at, Kind.INSTANT, 19),
            _column("挂起时长", "Suspended for", lambda it: it.lasted, Kind.LENGTH, 12),
        ]
    return [*columns, *_rest_of_case(line)]


def _asked_for(it: ReviewLine) -> Words | None:
    if it.amount is None:
        return None
    return Budget(kind=it.kind or ClockKind.CONTINUOUS, amount=it.amount).words()
