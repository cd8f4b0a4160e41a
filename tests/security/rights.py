"""Who may do what, read from the data a second time.

The product decides with `models.case.decide`. This file shares nothing with it but the rows of the table
(`RULES`: stages, relations): how somebody stands to a case is worked out here from the ids of units and
from what the scene has done, and who works which desk is written down as docs/architecture.md says it. So a
slip in either shows as a difference between the two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from models.case.permissions import Relation
from models.case.state import Stage
from models.case.table import RULES
from models.city.people import Role

DESKS: Final[dict[str, frozenset[Role]]] = {
    "city": frozenset({Role.DISPATCHER, Role.COMMANDER}),
    "district": frozenset({Role.DISPATCHER, Role.COMMANDER}),
    "department": frozenset({Role.DEPARTMENT_STAFF}),
    "street": frozenset({Role.DISPATCHER, Role.COMMANDER}),
    "section": frozenset({Role.SECTION_STAFF}),
    "community": frozenset({Role.COMMUNITY_OFFICER}),
    "grid": frozenset({Role.GRID_WORKER, Role.GRID_HEAD}),
}
UPSTREAM: Final = frozenset({Role.COMMUNITY_OFFICER, Role.DISPATCHER, Role.COMMANDER, Role.SUPERVISOR})
APPROVERS: Final = frozenset({Role.DISPATCHER, Role.COMMANDER, Role.SUPERVISOR})
DIRECTORS: Final = frozenset({Role.DISPATCHER, Role.COMMANDER})
NO_PART: Final = frozenset({Role.AUDITOR, Role.ADMINISTRATOR, Role.DEVICE, Role.RESIDENT, Role.SYSTEM})
BLIND: Final = frozenset({Role.ADMINISTRATOR, Role.DEVICE, Role.RESIDENT, Role.SYSTEM})
WHOLE: Final = frozenset({Role.COMMANDER, Role.DISPATCHER, Role.SUPERVISOR, Role.AUDITOR})
REPORTING: Final = frozenset(Role) - {Role.AUDITOR, Role.ADMINISTRATOR, Role.RESIDENT, Role.SYSTEM}
ENDED: Final = frozenset({Stage.DECLINED, Stage.MERGED, Stage.VOIDED, Stage.ARCHIVED})
_GRID: Final = re.compile(r"g\d+")


def kind_of(unit: str) -> str:
    """What a unit is, from the shape of its id."""
    place, _, desk = unit.partition("-")
    if desk:
        return "grid" if _GRID.fullmatch(desk) else {6: "department", 9: "section"}[len(place)]
    return {2: "city", 6: "district", 9: "street", 12: "community"}[len(place)]


def line_of(unit: str) -> tuple[str, ...]:
    """The unit and everything above it, from the city down, from the digits of its id."""
    place, _, desk = unit.partition("-")
    above = tuple(place[:n] for n in (2, 6, 9, 12) if n <= len(place))
    return (*above, unit) if desk else above


@dataclass(frozen=True)
class Who:
    """One post of one account."""

    login: str
    role: Role
    unit: str

    def works(self, unit: str) -> bool:
        """Whether the post works the unit's desk."""
        return self.unit == unit and self.role in DESKS[kind_of(unit)]


@dataclass(frozen=True)
class Scene:
    """What has been done to a case, in ids of units and logins."""

    stage: Stage
    number: str
    place: str
    holder: str
    reporter: str
    tasks: frozenset[str] = frozenset()
    whistled: frozenset[str] = frozenset()
    whistlers: frozenset[str] = frozenset()
    ordered: frozenset[str] = frozenset()
    supervisors: frozenset[str] = frozenset()

    @property
    def ended(self) -> bool:
        """Whether nothing can happen to it any more."""
        return self.stage in ENDED


class Answer(Enum):
    """What the interface says to a command."""

    NO_TARGET = "422: there is no open case to merge into, as far as the sender is told; asked first of all"
    UNSEEN = "404: there is no such case, as far as the sender is told"
    NOT_YOURS = "403: none of the sender's posts may"
    ENDED = "409: the case has ended"
    WRONG_STAGE = "409: not at this stage, says the table"
    PAST = "past the table: done, or refused for what the command itself asks"


def relations(who: Who, scene: Scene) -> set[Relation]:
    """How the post stands to the case."""
    if who.role in NO_PART:
        return set()
    over = who.unit in line_of(scene.holder)
    found = {
        Relation.HOLDER: who.works(scene.holder),
        Relation.TASK: any(map(who.works, scene.tasks)),
        Relation.UPSTREAM: over and who.role in UPSTREAM,
        Relation.DIRECTING: over and who.role in DIRECTORS,
        Relation.APPROVER: over and who.role in APPROVERS,
        Relation.REPORTER: who.login == scene.reporter,
        Relation.WHISTLER: any(map(who.works, scene.whistlers)),
        Relation.WHISTLED: any(map(who.works, scene.whistled)),
        Relation.ORDERED: any(map(who.works, scene.ordered)),
    }
    return {relation for relation, holds in found.items() if holds}


def sees(who: Who, scene: Scene) -> bool:
    """Whether the case is there for this post at all."""
    if who.role in BLIND:
        return False
    if who.login == scene.reporter:
        return True
    reach = who.unit
    if kind_of(reach) in ("section", "department") and who.role in WHOLE:
        reach = line_of(reach)[-2]
    parts = {scene.place, scene.holder, *scene.tasks, *scene.whistled, *scene.ordered, *scene.supervisors}
    return any(reach in line_of(unit) for unit in parts)


def expected(who: Who, scene: Scene, command: str) -> Answer:
    """What the table says to this post sending this command to this case."""
    rule = RULES[command]
    if scene.ended:
        return Answer.ENDED if sees(who, scene) else Answer.UNSEEN
    if relations(who, scene).isdisjoint(rule.by):
        return Answer.NOT_YOURS if sees(who, scene) else Answer.UNSEEN
    return Answer.PAST if scene.stage in rule.stages else Answer.WRONG_STAGE
