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

`models.city.people.reach` says what lies below a post; `models.queries.jurisdiction` is this rule in SQL.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from models.base import Frozen
from models.case.state import Case
from models.city.people import Principal, Role, reach
from models.city.units import within

READING_ROLES: Final = frozenset(Role) - {Role.ADMINISTRATOR, Role.DEVICE, Role.SYSTEM}
"""The roles whose posts may see cases at all."""


class Sight(Frozen):
    """What somebody may see: all that lies at or below `paths`, and what `person` reported."""

    person: str | None = None
    """None for who holds no post that may see cases: not even one's own reports."""
    paths: tuple[str, ...] = ()

    def covers(self, involved: Iterable[str], reporters: Iterable[str]) -> bool:
        """Whether a case with these involved paths and these reporters (persons) may be seen."""
        if self.person is None:
            return False
        return self.person in reporters or any(
            within(path, ancestor) for path in involved for ancestor in self.paths
        )


def sight(principal: Principal) -> Sight:
    """What the principal may see, under all the posts it holds here."""
    posts = [post for post in principal.posts if post.role in READING_ROLES]
    if not posts:
        return Sight()
    return Sight(person=principal.person, paths=tuple(sorted({reach(post) for post in posts})))


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


def reporters(case: Case) -> tuple[str, ...]:
    """The persons of ours who reported it, sorted, each once."""
    return tuple(sorted({reporter.person for reporter in case.reporters if reporter.person}))


def may_see(case: Case, principal: Principal) -> bool:
    """Whether the principal may see the case."""
    return sight(principal).covers(involved(case), reporters(case))
