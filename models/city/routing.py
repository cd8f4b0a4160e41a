"""Routing: where a matter enters, the ladder it may climb, and who is suggested to handle it.

The ladder is grid → community → street → district → city (domain.md §1). The district's rung is held by the
lead department, or by the district's own centre as the backstop (兜底) where no department leads or the
district has none; the city's rung only supervises.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from models.base import Frozen, Urgency, Words
from models.city.catalogue import OTHER, Matter, Section
from models.city.units import Level, UnitKind, UnitRef


class Rung(Frozen):
    """One step of the ladder: the level, and the unit that holds a case there."""

    level: Level
    unit: UnitRef


Ladder = tuple[Rung, ...]
"""The rungs a case may climb, bottom to top; a city rung at the end only supervises."""

_RUNG_KINDS: Final[Mapping[UnitKind, Level]] = {
    UnitKind.GRID: Level.GRID,
    UnitKind.COMMUNITY: Level.COMMUNITY,
    UnitKind.STREET: Level.STREET,
    UnitKind.DISTRICT: Level.DISTRICT,
    UnitKind.CITY: Level.CITY,
}


def ladder(chain: Sequence[UnitRef], department: UnitRef | None) -> Ladder:
    """The rungs over a place.

    `chain` holds the units the place lies in, from the city down; micro-grids, sections and departments in it
    are no rungs. `department` is the matter's lead department in that district, if the district has it.
    """
    rungs = []
    for unit in reversed(chain):
        level = _RUNG_KINDS.get(unit.kind)
        if level is not None:
            holder = department if level is Level.DISTRICT and department is not None else unit
            rungs.append(Rung(level=level, unit=holder))
    return tuple(rungs)


def entry_level(matter: Matter, urgency: Urgency) -> Level:
    """The level at which a matter enters, wherever it happened.

    The catalogue's word, or else the community for ordinary and the street's command centre for urgent and
    critical matters; raised to the next level that must accept such a matter (or the highest that must).
    """
    general = Level.COMMUNITY if urgency is Urgency.ORDINARY else Level.STREET
    wanted = matter.entry or general
    above = (level for level in matter.accepted_by if level.rank >= wanted.rank)
    return next(above, matter.accepted_by[-1])


def entry_rung(ladder: Ladder, matter: Matter, urgency: Urgency) -> Rung:
    """The rung at which a case enters its ladder.

    Where the place is known less exactly than the entry level asks for, it is the lowest known rung above.
    The city's rung is never entered. Raises ValueError for a ladder without a rung to enter.
    """
    wanted = entry_level(matter, urgency)
    rungs = [rung for rung in ladder if rung.level is not Level.CITY]
    if not rungs:
        raise ValueError("a ladder needs at least a district to enter at")
    return next((rung for rung in rungs if rung.level.rank >= wanted.rank), rungs[-1])


class Because(StrEnum):
    """Why a unit is suggested."""

    SECTION = "section"
    DEPARTMENT = "department"
    GRID = "grid"
    COMMUNITY = "community"
    BACKSTOP = "backstop"


class Suggestion(Frozen):
    """A unit to dispatch to, and why."""

    unit: UnitRef
    because: Because
    reason: Words


class Desks(Frozen):
    """The desks beside a place's chain: the sections of its street and the departments of its district."""

    sections: Mapping[Section, UnitRef] = {}
    departments: Mapping[str, UnitRef] = {}
    """By the suffix that `Matter.department` uses."""


def suggest_handlers(
    matter: Matter, holder: UnitRef, chain: Sequence[UnitRef], desks: Desks
) -> tuple[Suggestion, ...]:
    """Whom the holder might dispatch to, best first; never empty.

    A street looks to its section first, a district to the lead department; units below the holder follow
    where the tier-and-category library lets the matter be sent down to them, nearest to the place last.
    The lead department is also named to a street, which calls it by transfer or whistle. For a
    matter of no kind (`other`), and where nothing matches, the holder itself is the backstop.
    """
    if matter.key == OTHER:
        return (_because(holder, Because.BACKSTOP, matter),)
    found: list[Suggestion] = []
    section = desks.sections.get(matter.section)
    if section is not None and holder.level is Level.STREET:
        found.append(_because(section, Because.SECTION, matter))
    department = desks.departments.get(matter.department) if matter.department else None
    if department is not None and holder.level in (Level.STREET, Level.DISTRICT):
        found.append(_because(department, Because.DEPARTMENT, matter))
    for kind, because in ((UnitKind.COMMUNITY, Because.COMMUNITY), (UnitKind.GRID, Because.GRID)):
        unit = next((u for u in chain if u.kind is kind), None)
        if unit is not None and unit.level.rank <= holder.level.rank and matter.accepts(unit.level):
            found.append(_because(unit, because, matter))
    if holder.level is Level.COMMUNITY:
        found.reverse()  # a community looks to the grid first: solved where it happened (一格解决)
    return tuple(found) or (_because(holder, Because.BACKSTOP, matter),)


def _because(unit: UnitRef, because: Because, matter: Matter) -> Suggestion:
    """The suggestion with its reason in words."""
    name, what, english = unit.name, matter.name.zh, matter.name.en
    reasons = {
        Because.SECTION: Words(
            zh=f"“{what}”属{name}板块职责", en=f"“{english}” belongs to this section ({name})"
        ),
        Because.DEPARTMENT: Words(
            zh=f"{name}是“{what}”的主管部门", en=f"{name} is the lead department for “{english}”"
        ),
        Because.GRID: Words(zh=f"事发{name},可一格解决", en=f"It happened in {name}: solve it on the spot"),
        Because.COMMUNITY: Words(
            zh=f"事发{name},属社区受理范围", en=f"It happened in {name}, which accepts it"
        ),
        Because.BACKSTOP: Words(zh=f"无匹配单位,由{name}兜底", en=f"Nobody matches: {name} is the backstop"),
    }
    return Suggestion(unit=unit, because=because, reason=reasons[because])
