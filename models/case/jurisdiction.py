"""Who may see a case: the one rule for lists, pages, the live stream, and the workflow's own state.

A case remembers the units that have or had a part in it (`involved`). A person sees it if one of the
person's posts reaches one of them, or if the person reported it:

| post                                     | sees the cases that involve                                  |
|------------------------------------------|--------------------------------------------------------------|
| grid worker, grid head, grid instructor  | the grid, or a micro-grid of it                              |
| community officer                        | the community, or a grid of it                               |
| section staff                            | the section itself (its tasks bring it in)                   |
| department staff                         | the department itself (its tasks and whistles bring it in)   |
| dispatcher, commander                    | the unit or anything below it; at a desk: the street's or    |
|                                          | district's that the desk belongs to                          |
| supervisor, auditor                      | the same                                                     |
| administrator, device, the system        | none, and none that it reported                              |
| resident                                 | none; a public page says how far the matter has come         |

Both sides are sets of ids: `visible_to` names every involved unit, every unit above one, and the persons who
reported; `sight` names the units a person's posts reach from, and the person. They meet, or they do not.
That is one indexed overlap in SQL (`models.queries.jurisdiction`), whose frequency the planner knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from models.case.state import Case
from models.city.people import Principal, Role, reach

READING_ROLES: Final = frozenset(Role) - {Role.ADMINISTRATOR, Role.DEVICE, Role.RESIDENT, Role.SYSTEM}
"""The roles whose posts may see cases at all."""

Sight = frozenset[str]
"""What somebody may see: whatever is visible to one of these units, or to this person."""


def sight(principal: Principal) -> Sight:
    """What the principal may see under all the posts it holds here; empty for who may see no case at all."""
    reached = {reach(post).rpartition(".")[2] for post in principal.posts if post.role in READING_ROLES}
    return frozenset(reached | {principal.person}) if reached else frozenset()


def whole_city(principal: Principal) -> str | None:
    """The id of the city, if one of the principal's posts reaches all of it: the unit above all others."""
    reached = (reach(post) for post in principal.posts if post.role in READING_ROLES)
    return next((path for path in reached if "." not in path), None)


def visible_to(case: Case) -> tuple[str, ...]:
    """Whom the case is visible to: involved units and those above them, and reporters; sorted, each once."""
    units = {unit for path in involved(case) for unit in path.split(".")}
    persons = {reporter.person for reporter in case.reporters if reporter.person}
    return tuple(sorted(units | persons))


def involved(case: Case) -> tuple[str, ...]:
    """The paths of every unit that has or had a part in the case, sorted, each once."""
    units = [
        case.place,
        case.holder,
        *([case.lead] if case.lead else []),
        *(task.unit for task in case.tasks),
        *(party.unit for whistle in case.whistles for party in whistle.parties),
        *(unit for order in case.orders for unit in (order.owner, order.by)),
        *(rung.unit for rung in case.ladder[: case.rung + 1]),
    ]
    return tuple(sorted({unit.path for unit in units}))


def sees(eyes: Sight, visible: Iterable[str]) -> bool:
    """Whether what is visible to these is seen by those eyes."""
    return not eyes.isdisjoint(visible)


def may_see(case: Case, principal: Principal) -> bool:
    """Whether the principal may see the case."""
    return sees(sight(principal), visible_to(case))
