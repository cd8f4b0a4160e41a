"""Hypothesis strategies: cases to begin with, and any command that somebody might send to a given case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from models.base import Urgency
from models.case.commands import COMMANDS, Command, OnTheSpot, Report
from models.case.dossier import Dossier
from models.case.state import Case, Channel, Ground, Link, Reporter
from models.city.people import Principal
from models.city.units import Level, UnitKind
from models.clocks.budget import Budget
from models.clocks.calendar import city_date
from tests.support import world

POLICIES = ("135", "gaotai-4level-7wd", "daying-burst-main", "yunan-1530", "xian-1130", "beijing-12345")

REASON = st.sampled_from(["不属本单位", "等配件", "x"])
OPTIONAL_NOTE = st.sampled_from(["", "现场情况"])
UNIT = st.sampled_from(world.UNITS)
NEARBY = st.sampled_from(
    [world.GRID, world.COMMUNITY, world.LIVELIHOOD, world.SAFETY, world.CHENGGUAN, world.XIAOFANG]
)
DEPARTMENT = st.sampled_from([unit for unit in world.UNITS if unit.kind is UnitKind.DEPARTMENT])
BUDGET = st.sampled_from(
    [Budget.minutes(30), Budget.hours(8), Budget.working_hours(6), Budget.working_days(3)]
)
PAUSES = st.one_of(
    st.timedeltas(timedelta(0), timedelta(minutes=10)),
    st.timedeltas(timedelta(minutes=1), timedelta(hours=1)),
    st.timedeltas(timedelta(minutes=10), timedelta(hours=8)),
    st.timedeltas(timedelta(hours=8), timedelta(days=40)),
)
"""From a moment to weeks, more often short."""


@st.composite
def dossiers(draw: st.DrawFn) -> Dossier:
    """Any kind of case in the small world."""
    chain = world.CHAIN[: draw(st.sampled_from([5, 5, 5, 4, 3]))]
    rungs: list[Any] = [None, None, *chain[1:]]
    return world.dossier(
        draw(st.sampled_from(list(Urgency))),
        draw(st.sampled_from([*POLICIES, None])),
        about=world.matter(
            callback=draw(st.booleans()),
            accepted_by=draw(st.sampled_from([tuple(Level)[:4], (Level.STREET, Level.DISTRICT)])),
        ),
        chain=chain,
        entry=draw(st.sampled_from(rungs)),
    )


def reports(dossier: Dossier) -> st.SearchStrategy[tuple[Principal, Report]]:
    """Who reports it, and how."""
    everyday = st.builds(
        Report, channel=st.sampled_from(list(Channel)), text=OPTIONAL_NOTE, drill=st.booleans()
    )
    ways = [
        st.tuples(
            st.sampled_from([world.WORKER, world.OFFICER, world.DISPATCHER, world.SENSOR, world.RESIDENT]),
            everyday,
        )
    ]
    if dossier.place == world.GRID:
        done = st.builds(Report, on_the_spot=st.just(OnTheSpot(note="已处置")))
        ways.append(st.tuples(st.just(world.WORKER), done))
    return st.one_of(ways)


def _fields(case: Case) -> Mapping[str, Callable[[], dict[str, st.SearchStrategy[Any]]]]:
    """What each command may say, about this case; what is left out stays at its default."""
    tasks = st.sampled_from([None, *(task.id for task in case.tasks)])
    whistles = st.sampled_from([None, *(whistle.id for whistle in case.whistles)])
    requests = st.sampled_from([None, *(request.id for request in case.requests)])
    milestones = st.sampled_from(["fence", "cordon", *(m.key for m in case.milestones)])
    since = city_date(case.stage_since)
    task, reason, note = {"task": tasks}, {"reason": REASON}, {"note": OPTIONAL_NOTE}
    whistle = {"whistle": whistles}
    return {
        "accept": lambda: note | {"triage": st.sampled_from([None, "共事"])},
        "decline": lambda: reason,
        "merge": lambda: {"into": st.sampled_from(["B", case.number])},
        "dispatch": lambda: {
            "lead": st.one_of(st.none(), NEARBY),
            "assisting": st.lists(NEARBY, max_size=2).map(tuple),
            "task_force": st.sampled_from([None, "专班"]),
        },
        "transfer": lambda: task | reason | {"to": NEARBY},
        "claim": lambda: task,
        "release": lambda: task | reason,
        "arrive": lambda: task | {"contact_only": st.booleans()},
        "handle": lambda: task | {"note": REASON},
        "return": lambda: task | reason,
        "annotate": lambda: {"note": REASON},
        "inform": lambda: {"units": st.tuples(UNIT), "text": REASON},
        "plan-milestone": lambda: {"key": milestones, "name": REASON, "budget": st.one_of(st.none(), BUDGET)},
        "reach-milestone": lambda: {"key": milestones},
        "whistle": lambda: (
            reason
            | {
                "ground": st.sampled_from(list(Ground)),
                "units": st.lists(DEPARTMENT, min_size=1, max_size=2).map(tuple),
            }
        ),
        "sign": lambda: whistle,
        "report-in": lambda: whistle,
        "finish": lambda: whistle | {"note": REASON},
        "rate": lambda: whistle | {"score": st.integers(1, 5)},
        "urge": lambda: note,
        "supervise": lambda: {"unit": st.one_of(st.none(), NEARBY), "text": REASON},
        "answer": lambda: {
            "order": st.sampled_from([None, *(order.id for order in case.orders)]),
            "reply": REASON,
        },
        "escalate": lambda: reason | {"to": st.one_of(st.none(), st.sampled_from(list(Level)))},
        "regrade": lambda: reason | {"urgency": st.sampled_from(list(Urgency))},
        "request-extension": lambda: reason | {"amount": st.sampled_from([1, 3, 600, 3600])},
        "request-suspension": lambda: (
            reason | {"review_on": st.integers(0, 60).map(lambda days: since + timedelta(days=days))}
        ),
        "request-special-handling": lambda: reason | {"budget": BUDGET},
        "void": lambda: reason,
        "approve": lambda: note | {"request": requests},
        "refuse": lambda: {"note": REASON, "request": requests},
        "resume": lambda: note,
        "verify": lambda: note,
        "rework": lambda: reason,
        "call-back": lambda: {
            "reached": st.sampled_from([True, True, False]),
            "resolved": st.sampled_from([True, True, False, None]),
            "satisfied": st.sampled_from([True, True, False, None]),
        },
        "evaluate": lambda: {
            "responded": st.booleans(),
            "resolved": st.sampled_from([True, True, False]),
            "satisfied": st.sampled_from([True, True, False]),
        },
        "reopen": lambda: reason,
        "change-rules": lambda: (
            reason
            | {
                "rules": st.one_of(st.none(), st.sampled_from(POLICIES).map(world.rules)),
                "calendar": st.sampled_from([None, world.calendar().model_copy(update={"version": "b"})]),
            }
        ),
        "link": lambda: {
            "link": st.builds(Link, number=st.sampled_from("BC"), relation=st.just("follow_up"))
        },
        "absorb": lambda: {
            "number": st.sampled_from("BCD"),
            "reporters": st.tuples(st.just(Reporter(contact="k_9", number="B"))),
        },
    }


def commands(name: str, case: Case) -> st.SearchStrategy[Command]:
    """Any command of that name that makes some sense for the case."""
    made: Callable[..., Any] = COMMANDS[name]
    return st.builds(made, **_fields(case)[name]())
