"""Which commands a post may ever send, whatever the case: what a person may do, before any case is open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from models.case.permissions import (
    APPROVING_ROLES,
    DIRECTING_ROLES,
    UPSTREAM_ROLES,
    WORKING_ROLES,
    Relation,
    serves,
)
from models.case.table import RULES
from models.city.people import Post
from models.city.units import UnitKind


def _works_a_desk(post: Post) -> bool:
    return serves(post, post.unit.id)


_POSSIBLE: Final[Mapping[Relation, Callable[[Post], bool]]] = {
    Relation.HOLDER: _works_a_desk,
    Relation.TASK: _works_a_desk,
    Relation.WHISTLER: _works_a_desk,
    Relation.ORDERED: _works_a_desk,
    Relation.WHISTLED: lambda post: _works_a_desk(post) and post.unit.kind is UnitKind.DEPARTMENT,
    Relation.UPSTREAM: lambda post: post.role in UPSTREAM_ROLES,
    Relation.DIRECTING: lambda post: post.role in DIRECTING_ROLES,
    Relation.APPROVER: lambda post: post.role in APPROVING_ROLES,
    Relation.REPORTER: lambda _post: True,
    Relation.RESIDENT: lambda _post: False,
    Relation.MACHINE: lambda _post: False,
}
"""Whether some case could stand in the relation to a post of a working role."""


def duties(post: Post) -> tuple[str, ...]:
    """The commands that the post may send on some case, in the table's order; none for who only reads."""
    if post.role not in WORKING_ROLES:
        return ()
    return tuple(
        name for name, rule in RULES.items() if any(_POSSIBLE[relation](post) for relation in rule.by)
    )
