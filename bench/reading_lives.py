"""Lives of cases for the measure *Reading*: played once through the core, at a place that has no name yet.

What tells one case from the next (place, people, number, text, instants) stands there as marks, characters
of Unicode's private area. `bench.reading_rows` puts a real place, real text, other instants in their stead.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from typing import Final

from models.base import Urgency
from models.case.clockwork import next_instant
from models.case.commands import (
    Accept,
    Answer,
    Approve,
    Arrive,
    BlowWhistle,
    CallBack,
    Claim,
    Command,
    Decline,
    Dispatch,
    Envelope,
    Finish,
    Handle,
    Merge,
    OnTheSpot,
    Rate,
    Report,
    ReportIn,
    RequestExtension,
    RequestSuspension,
    Resume,
    Return,
    Rework,
    Sign,
    Supervise,
    Verify,
    VoidCase,
)
from models.case.decide import advance_to, begin, decide
from models.case.dossier import Dossier, Rulebook
from models.case.sealing import SealedFact
from models.case.state import Case, Channel, Ground
from models.city.catalogue import Matter, Section
from models.city.data_files import load_departments, load_sections
from models.city.people import Post, Principal, Role, resident
from models.city.routing import entry_rung, ladder
from models.city.units import UnitKind, UnitRef
from models.clocks.calendar import CITY_ZONE, CalendarSlice, city_date, load_calendar
from models.clocks.policy import ClockStage, Policy, resolve
from models.clocks.policy_files import load_policies

CITY_ID: Final = "50"
NUMBER, DISTRICT, STREET, COMMUNITY, GRID = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"
DISTRICT_NAME, STREET_NAME, COMMUNITY_NAME, GRID_NAME = "\ue011", "\ue012", "\ue013", "\ue014"
TEXT, ADDRESS, RESIDENT, MERGED = "\ue020", "\ue021", "\ue022", "\ue023"
MARKS: Final = "".join(
    (
        NUMBER,
        DISTRICT,
        STREET,
        COMMUNITY,
        GRID,
        DISTRICT_NAME,
        STREET_NAME,
        COMMUNITY_NAME,
        GRID_NAME,
        TEXT,
        ADDRESS,
        RESIDENT,
        MERGED,
    )
)
LATITUDE, LONGITUDE = 11.0009, 12.0009
"""Where a case of a life happens; a place has its own."""
START: Final = datetime(2026, 10, 12, 9, tzinfo=CITY_ZONE).astimezone(UTC)
"""When every life begins: a Monday at nine, in two plain working weeks."""


def _unit(id_: str, kind: UnitKind, name: str, above: UnitRef | None) -> UnitRef:
    return UnitRef(id=id_, kind=kind, name=name, path=f"{above.path}.{id_}" if above else id_)


_CITY: Final = _unit(CITY_ID, UnitKind.CITY, "重庆市", None)
_DISTRICT: Final = _unit(DISTRICT, UnitKind.DISTRICT, DISTRICT_NAME, _CITY)
_STREET: Final = _unit(STREET, UnitKind.STREET, STREET_NAME, _DISTRICT)
_COMMUNITY: Final = _unit(COMMUNITY, UnitKind.COMMUNITY, COMMUNITY_NAME, _STREET)
_GRID: Final = _unit(GRID, UnitKind.GRID, GRID_NAME, _COMMUNITY)
CHAIN: Final = (_CITY, _DISTRICT, _STREET, _COMMUNITY, _GRID)

ROLE_OF: Final = {
    UnitKind.CITY: Role.SUPERVISOR,
    UnitKind.DISTRICT: Role.DISPATCHER,
    UnitKind.DEPARTMENT: Role.DEPARTMENT_STAFF,
    UnitKind.STREET: Role.DISPATCHER,
    UnitKind.SECTION: Role.SECTION_STAFF,
    UnitKind.COMMUNITY: Role.COMMUNITY_OFFICER,
    UnitKind.GRID: Role.GRID_WORKER,
}
"""As what the one person of each unit's desk works."""


def person_of(unit_id: str) -> str:
    """The identity of the person who works the desk of a unit."""
    return f"p_{unit_id}"


def at_desk(unit: UnitRef, *, role: Role | None = None) -> Principal:
    """The person who works the desk of `unit`; with `role`, another one of that role there."""
    person = person_of(unit.id) + (f"-{role.value}" if role else "")
    return Principal(person=person, posts=(Post(id="post", unit=unit, role=role or ROLE_OF[unit.kind]),))


@cache
def _policies() -> dict[str, Policy]:
    return load_policies()


@cache
def _calendar() -> CalendarSlice:
    return load_calendar().slice(date(2026, 10, 1), date(2027, 12, 31))


@cache
def _departments() -> dict[str, str]:
    return {desk.suffix: desk.name.zh for desk in load_departments()}


@cache
def _section(section: Section) -> UnitRef:
    """The desk of the street that serves the catalogue's section."""
    desk = next(desk for desk in load_sections().chosen(None).desks if section in desk.serves)
    return _unit(f"{STREET}-{desk.suffix}", UnitKind.SECTION, desk.name.zh, _STREET)


def _department(suffix: str) -> UnitRef:
    return _unit(f"{DISTRICT}-{suffix}", UnitKind.DEPARTMENT, _departments()[suffix], _DISTRICT)


@dataclass
class Life:
    """One case, its facts so far, and the time it is."""

    matter: Matter
    urgency: Urgency
    random: Random
    on_the_spot: bool = False
    case: Case = field(init=False)
    facts: list[SealedFact] = field(default_factory=list)
    now: datetime = START

    def __post_init__(self) -> None:
        department = _department(self.matter.department) if self.matter.department else None
        rungs = ladder(CHAIN, department)
        entry = rungs.index(entry_rung(rungs, self.matter, self.urgency))
        rules = {
            urgency: resolve(_policies()[self.matter.policy], _policies(), urgency, self.matter.variant)
            for urgency in Urgency
        }
        dossier = Dossier(
            number=NUMBER, chain=CHAIN, ladder=rungs, entry=entry, matter=self.matter, urgency=self.urgency,
            book=Rulebook(rules=rules, calendar=_calendar()),
        )  # fmt: skip
        by_resident = not self.on_the_spot and self.random.random() < 0.4
        report = Report(
            channel=Channel.RESIDENT if by_resident else Channel.GRID,
            text=TEXT,
            address=ADDRESS,
            latitude=LATITUDE,
            longitude=LONGITUDE,
            on_the_spot=OnTheSpot(note="已到现场处理完毕") if self.on_the_spot else None,
        )
        by = resident(f"r_{RESIDENT}", _GRID) if by_resident else at_desk(_GRID)
        decision = begin(dossier, report, by, "c1", self.now)
        self.case, self.facts = decision.case, list(decision.facts)

    @property
    def known(self) -> Case:
        """The case as a worker projects it: without its rules of time."""
        return self.case.but(book=Rulebook(), special=None)

    def wait(self, duration: timedelta) -> None:
        """Time passes; every deadline fires when it comes."""
        end = self.now + duration
        while (due := next_instant(self.case)) is not None and due <= end:
            self.now = max(due, self.now)
            self._advance()
        self.now = end

    def pause(self) -> None:
        """The time people take between two steps: a few minutes for urgent matters, up to hours else."""
        self.wait(timedelta(minutes=self.random.lognormvariate(2.2 if self.is_urgent else 3.6, 0.8)))

    @property
    def is_urgent(self) -> bool:
        """Whether its limits are short."""
        return self.urgency is not Urgency.ORDINARY

    def age(self) -> None:
        """Time passes, but not so much that the next light changes."""
        lights = [
            at for clock in self.case.clocks for at in (clock.yellow_at, clock.red_at) if at is not None
        ]
        ahead = [at - self.now for at in lights if at > self.now]
        self.wait(min(ahead, default=timedelta(hours=6)) * self.random.uniform(0, 0.9))

    def until_red(self) -> None:
        """Time passes until the limit for handling (or for whatever runs) is over, and a while longer."""
        clocks = sorted(self.case.clocks, key=lambda clock: clock.stage is not ClockStage.HANDLE)
        red = next((clock.red_at for clock in clocks if clock.red_at is not None), None)
        if red is not None:
            self.wait(max(red - self.now, timedelta(0)) + timedelta(hours=self.random.uniform(0.2, 300)))

    def send(self, by: Principal, command: Command) -> None:
        """Somebody sends a command. Raises Refusal."""
        decision = decide(
            self.case, Envelope(id=f"c{len(self.facts) + 1}", principal=by, command=command), self.now
        )
        self.case = decision.case
        self.facts.extend(decision.facts)

    def step(self, name: str) -> None:
        """One step of a plot, by whom it falls to. Raises Refusal where it cannot be taken."""
        holder, task = at_desk(self.case.holder), self.case.lead_task
        worker = at_desk(task.unit) if task else holder
        district = at_desk(_DISTRICT, role=Role.COMMANDER)
        match name:
            case "accept":
                self.send(holder, Accept())
            case "decline":
                self.send(holder, Decline(reason="不属于受理范围,已向反映人说明"))
            case "merge":
                self.send(holder, Merge(into=MERGED, reason="同一事项"))
            case "dispatch":
                self.send(holder, Dispatch(lead=self._handler()))
            case "claim":
                self.send(worker, Claim())
            case "arrive":
                self.send(worker, Arrive(note="已到现场"))
            case "handle":
                self.send(worker, Handle(note="已按要求处置完毕,现场恢复正常"))
            case "return":
                self.send(worker, Return(reason="不属于本单位职责,请另行派遣"))
            case "verify":
                self.send(self._checker(), Verify())
            case "rework":
                self.send(self._checker(), Rework(reason="现场仍有遗留,请继续处置"))
            case "call-back":
                self.send(self._checker(), CallBack(resolved=True, satisfied=True))
            case "dissatisfied":
                self.send(
                    self._checker(), CallBack(resolved=False, satisfied=False, note="反映人称问题未解决")
                )
            case "extend":
                self.send(worker, RequestExtension(amount=1, reason="需协调施工队伍"))
            case "suspend":
                review = city_date(self.now) + timedelta(days=20)
                self.send(worker, RequestSuspension(review_on=review, reason="等待资金到位"))
            case "void":
                self.send(holder, VoidCase(reason="误报"))
            case "approve":
                self.send(district, Approve(note="同意"))
            case "resume":
                self.send(holder, Resume())
            case "whistle":
                called = (_department("chengguan"), _department("gongan"))
                reason = "需要联合执法,请到现场"
                self.send(holder, BlowWhistle(ground=Ground.JOINT_ENFORCEMENT, units=called, reason=reason))
            case "sign" | "report-in" | "finish":
                self._parties(name)
            case "rate":
                for suffix in ("chengguan", "gongan"):
                    self.send(holder, Rate(unit=f"{DISTRICT}-{suffix}", score=5))
            case "supervise":
                self.send(district, Supervise(text="请加快办理并回复进展"))
            case "answer":
                for order in [order for order in self.case.orders if order.answered_at is None]:
                    self.send(at_desk(order.owner), Answer(order=order.id, reply="正在加紧办理,明日完成"))
            case "red":
                self.until_red()

    def _handler(self) -> UnitRef:
        """Whom the holder gives it to: a street its section, a community its grid; a department keeps it."""
        match self.case.holder.kind:
            case UnitKind.STREET:
                return _section(self.matter.section)
            case UnitKind.COMMUNITY if self.matter.accepts(_GRID.level):
                return _GRID
            case _:
                return self.case.holder

    def _checker(self) -> Principal:
        """Who checks and calls back: the holder's desk, or somebody above where that has handled it."""
        holder = at_desk(self.case.holder)
        return at_desk(_DISTRICT) if holder.person in self.case.handlers else holder

    def _parties(self, step: str) -> None:
        made: dict[str, Command] = {"sign": Sign(), "report-in": ReportIn(), "finish": Finish(note="已办结")}
        for suffix in ("chengguan", "gongan"):
            self.send(at_desk(_department(suffix)), made[step])

    def _advance(self) -> None:
        decision = advance_to(self.case, self.now)
        self.case = decision.case
        self.facts.extend(decision.facts)
