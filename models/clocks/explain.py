"""Why a date is what it is: “which rule applied?”, answered from the clock itself, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from models.base import Frozen, Words
from models.clocks import spoken
from models.clocks.budget import Budget, ClockKind
from models.clocks.calendar import CITY_ZONE, CalendarSlice, city_date
from models.clocks.clock import Clock, consumed
from models.clocks.measure import DAY, NOTHING, begins
from models.clocks.policy import ClockStage, PolicyRef, Rules
from models.clocks.rules import STANDINGS

_STAGES: Final[dict[ClockStage, Words]] = {
    ClockStage.ACCEPT: Words(zh="受理", en="Acceptance"),
    ClockStage.DISPATCH: Words(zh="派遣", en="Dispatch"),
    ClockStage.CLAIM: Words(zh="认领", en="Claim"),
    ClockStage.CONTACT: Words(zh="联系", en="Contact"),
    ClockStage.ARRIVE: Words(zh="到场", en="Arrival"),
    ClockStage.FEEDBACK: Words(zh="反馈", en="Feedback"),
    ClockStage.HANDLE: Words(zh="处置", en="Handling"),
    ClockStage.VERIFY: Words(zh="核查", en="Verification"),
    ClockStage.CALL_BACK: Words(zh="回访", en="Callback"),
    ClockStage.LEVEL: Words(zh="本级办理", en="This level"),
    ClockStage.MILESTONE: Words(zh="节点", en="Milestone"),
    ClockStage.SIGN: Words(zh="签收", en="Signing"),
    ClockStage.REPORT_IN: Words(zh="报到", en="Reporting in"),
    ClockStage.FINISH: Words(zh="办结", en="Finishing"),
    ClockStage.RATE: Words(zh="评哨", en="Rating"),
    ClockStage.ANSWER: Words(zh="督办答复", en="Supervision reply"),
}


def stage_name(stage: ClockStage) -> Words:
    """What people call the step."""
    return _STAGES[stage]


class Skipped(Frozen):
    """A run of days off that a limit steps over: part of a holiday, or (without a name) of a weekend."""

    first: date
    last: date
    name: Words | None = None


class Explanation(Frozen):
    """The whole reason for a clock's instants, as data. `words` says it."""

    policy: PolicyRef
    stage: ClockStage
    name: Words | None = None
    budget: Budget
    extension: int = 0
    origin: datetime
    since: datetime
    """From when the last stretch of the ledger counts; later than the origin if it was paused before."""
    consumed: timedelta = NOTHING
    """What the earlier stretches used up, in measured time."""
    working_day: timedelta | None = None
    """What one working day is worth, if the budget is in them."""
    skipped: tuple[Skipped, ...] = ()
    """The days off between `since` and red."""
    made_up: tuple[date, ...] = ()
    """The weekend days in between that are worked (调休上班)."""
    calendar: str | None = None
    """The version of the calendar, for time that needs one."""
    yellow_at: datetime | None = None
    red_at: datetime | None = None
    provisional: bool = False

    @property
    def kind(self) -> ClockKind:
        """The kind of time it is measured in."""
        return self.budget.kind


def why(clock: Clock, calendar: CalendarSlice, rules: Rules) -> Explanation:
    """Why the clock's instants are what they are; `rules` are the ones it was set by."""
    kind = clock.budget.kind
    since = max(clock.spans[-1].start, begins(kind, clock.origin))
    off: tuple[Skipped, ...] = ()
    made_up: tuple[date, ...] = ()
    if kind is not ClockKind.CONTINUOUS and clock.red_at is not None:
        between = list(_days(city_date(since), city_date(clock.red_at)))
        off = tuple(_runs(between, calendar))
        made_up = tuple(day for day in between if calendar.is_make_up(day))
    return Explanation(
        policy=rules.cite(clock.policy, clock.version),
        stage=clock.stage,
        name=clock.name,
        budget=clock.budget,
        extension=clock.extension,
        origin=clock.origin,
        since=since,
        consumed=consumed(clock, clock.spans[-1].start, calendar),
        working_day=calendar.day_length if kind is ClockKind.WORKING_DAYS else None,
        skipped=off,
        made_up=made_up,
        calendar=None if kind is ClockKind.CONTINUOUS else calendar.version,
        yellow_at=clock.yellow_at,
        red_at=clock.red_at,
        provisional=clock.provisional,
    )


def _days(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`; none if `last` comes before."""
    while first <= last:
        yield first
        first += DAY


def _runs(between: list[date], calendar: CalendarSlice) -> Iterator[Skipped]:
    """The days off, neighbouring ones of one name together."""
    run: Skipped | None = None
    for day in between:
        if calendar.is_working(day):
            continue
        name = calendar.holiday(day)
        if run is not None and run.last + DAY == day and run.name == name:
            run = Skipped(first=run.first, last=day, name=name)
            continue
        if run is not None:
            yield run
        run = Skipped(first=day, last=day, name=name)
    if run is not None:
        yield run


def words(why: Explanation) -> Words:
    """The explanation in a sentence of each language, in Beijing time."""
    clauses = [_limit(why), *_ledger(why), *_calendar(why), *_lights(why)]
    source, policy = _standing(why.policy), why.policy
    zh = (
        f"依据《{policy.name.zh}》第{policy.version}版{source.zh}：" + "；".join(c.zh for c in clauses) + "。"
    )
    en = f"Under “{policy.name.en}” version {policy.version}{source.en}: " + "; ".join(c.en for c in clauses)
    return Words(zh=zh, en=en + ".")


def _standing(policy: PolicyRef) -> Words:
    if policy.standing is None:
        return Words(zh="", en="")
    standing = STANDINGS[policy.standing]
    return Words(zh=f"（{standing.zh}）", en=f" ({standing.en})")


def _limit(why: Explanation) -> Words:
    """What is allowed, and from when."""
    stage, budget = stage_name(why.stage), why.budget.words()
    zh = f"{stage.zh}" + (f"（{why.name.zh}）" if why.name else "") + f"期限{budget.zh}"
    en = f"{stage.en}" + (f" ({why.name.en})" if why.name else "") + f" within {budget.en}"
    if why.extension:
        more = Budget(kind=why.kind, amount=why.extension).words()
        zh, en = f"{zh}，延期{more.zh}", f"{en}, extended by {more.en}"
    first = Words(zh="", en="")
    if why.kind is ClockKind.WORKING_DAYS:
        first = Words(zh="，首日不计", en=", the first day not counted")
    origin = spoken.instant(why.origin)
    return Words(
        zh=f"{zh}，自{origin}（北京时间）起算{first.zh}",
        en=f"{en}, counted from {origin} (Beijing time){first.en}",
    )


def _ledger(why: Explanation) -> Iterator[Words]:
    """What was used up before a pause."""
    if why.consumed:
        used, since = spoken.duration(why.consumed, why.working_day), spoken.instant(why.since)
        yield Words(zh=f"此前已用{used.zh}，自{since}续计", en=f"{used.en} used before, goes on from {since}")


def _calendar(why: Explanation) -> Iterator[Words]:
    """The days it steps over, and the weekend days that count."""
    year = why.origin.astimezone(CITY_ZONE).year
    off = []
    for run in why.skipped:
        if run.name is not None:
            dates = spoken.days(run.first, run.last, year)
            off.append(Words(zh=f"{run.name.zh}{dates.zh}", en=f"{run.name.en} {dates.en}"))
    weekend = sum((run.last - run.first).days + 1 for run in why.skipped if run.name is None)
    if weekend:
        off.append(Words(zh=f"周末{weekend}天", en=f"{weekend} weekend day" + ("s" if weekend > 1 else "")))
    if off:
        yield Words(zh="跳过" + "、".join(o.zh for o in off), en="steps over " + ", ".join(o.en for o in off))
    for day in why.made_up:
        dates, name = spoken.days(day, day, year), spoken.weekday(day)
        yield Words(
            zh=f"{dates.zh}（{name.zh}）调休上班计入", en=f"{name.en} {dates.en} is worked and counts"
        )


def _lights(why: Explanation) -> Iterator[Words]:
    """When the light turns, and how sure that is."""
    if why.yellow_at is not None and why.red_at is not None:
        yellow, red = spoken.instant(why.yellow_at), spoken.instant(why.red_at)
        yield Words(zh=f"黄灯{yellow}，红灯{red}", en=f"yellow {yellow}, red {red}")
    if why.provisional:
        yield Words(
            zh="所涉年度放假安排尚未公布，日期暂定",
            en="provisional, as that year's holidays are not announced yet",
        )
