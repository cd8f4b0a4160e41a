"""Who stands how to a case: the relations by which the table of rules grants commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from models.case.state import Case
from models.city.people import NEVER_HELD, Actor, Post, Principal, Rank, Role
from models.city.units import UnitKind, within

SERVES: Mapping[UnitKind, frozenset[Role]] = {
    UnitKind.CITY: frozenset({Role.DISPATCHER, Role.COMMANDER}),
    UnitKind.DISTRICT: frozenset({Role.DISPATCHER, Role.COMMANDER}),
    UnitKind.DEPARTMENT: frozenset({Role.DEPARTMENT_STAFF}),
    UnitKind.STREET: frozenset({Role.DISPATCHER, Role.COMMANDER}),
    UnitKind.SECTION: frozenset({Role.SECTION_STAFF}),
    UnitKind.COMMUNITY: frozenset({Role.COMMUNITY_OFFICER}),
    UnitKind.GRID: frozenset({Role.GRID_WORKER, Role.GRID_HEAD}),
    UnitKind.MICRO_GRID: frozenset({Role.GRID_WORKER, Role.GRID_HEAD}),
}
"""The roles that work a unit's desk: they accept and dispatch for it, and claim its tasks."""

WORKING_ROLES = frozenset(Role) - {
    Role.AUDITOR,
    Role.ADMINISTRATOR,
    Role.DEVICE,
    Role.RESIDENT,
    Role.SYSTEM,
}
REPORTING_ROLES = WORKING_ROLES | {Role.DEVICE, Role.RESIDENT}
UPSTREAM_ROLES = frozenset({Role.COMMUNITY_OFFICER, Role.DISPATCHER, Role.COMMANDER, Role.SUPERVISOR})
APPROVING_ROLES = frozenset({Role.DISPATCHER, Role.COMMANDER, Role.SUPERVISOR})
DIRECTING_ROLES = frozenset({Role.DISPATCHER, Role.COMMANDER})


class Relation(StrEnum):
    """How a post stands to a case."""

    HOLDER = "holder"  # serves the unit that holds the case
    TASK = "task"  # serves a unit that has, or had, a task in this round
    UPSTREAM = "upstream"  # directs or supervises the holder's unit or one above it
    DIRECTING = "directing"  # dispatches or commands above the holder
    APPROVER = "approver"  # may approve for the holder's unit
    REPORTER = "reporter"  # reported the matter, or a duplicate of it
    RESIDENT = "resident"  # the same, without an account
    WHISTLER = "whistler"  # serves a unit that whistled
    WHISTLED = "whistled"  # serves a department that was whistled
    ORDERED = "ordered"  # serves a unit that owes an answer to a supervision order
    MACHINE = "machine"  # the system itself


def serves(post: Post, unit_id: str) -> bool:
    """Whether the post works the desk of that unit."""
    return post.unit.id == unit_id and post.role in SERVES[post.unit.kind]


def _over_holder(case: Case, post: Post, roles: frozenset[Role]) -> bool:
    return post.role in roles and within(case.holder.path, post.unit.path)


def reported(case: Case, person: str) -> bool:
    """Whether the person reported the matter, or a duplicate of it."""
    return any(reporter.person == person for reporter in case.reporters)


_TESTS: Mapping[Relation, Callable[[Case, Post, str], bool]] = {
    Relation.HOLDER: lambda case, post, _: serves(post, case.holder.id),
    Relation.TASK: lambda case, post, _: any(
        serves(post, task.unit.id) for task in case.tasks if task.round == case.round
    ),
    Relation.UPSTREAM: lambda case, post, _: _over_holder(case, post, UPSTREAM_ROLES),
    Relation.DIRECTING: lambda case, post, _: _over_holder(case, post, DIRECTING_ROLES),
    Relation.APPROVER: lambda case, post, _: _over_holder(case, post, APPROVING_ROLES),
    Relation.REPORTER: lambda case, _, person: reported(case, person),
    Relation.RESIDENT: lambda case, post, person: post.role is Role.RESIDENT and reported(case, person),
    Relation.WHISTLER: lambda case, post, _: any(serves(post, w.by.id) for w in case.whistles),
    Relation.WHISTLED: lambda case, post, _: any(
        serves(post, party.unit.id) for w in case.whistles for party in w.parties
    ),
    Relation.ORDERED: lambda case, post, _: any(serves(post, order.owner.id) for order in case.orders),
    Relation.MACHINE: lambda _case, post, _: post.role is Role.SYSTEM,
}


_STANDING = WORKING_ROLES | NEVER_HELD


def stands(case: Case, post: Post, person: str, relation: Relation) -> bool:
    """Whether the post, held by `person`, stands in `relation` to the case."""
    if post.role is Role.RESIDENT and relation is not Relation.RESIDENT:
        return False
    if post.role not in _STANDING:
        return False
    return _TESTS[relation](case, post, person)


def acting_posts(case: Case, principal: Principal, relations: tuple[Relation, ...]) -> tuple[Post, ...]:
    """The posts of the principal that stand in one of `relations`: in the order of these, A before B."""
    ranked = sorted(principal.posts, key=lambda post: post.rank is Rank.B)
    found: dict[str, Post] = {}
    for relation in relations:
        for post in ranked:
            if stands(case, post, principal.person, relation):
                found.setdefault(post.id, post)
    return tuple(found.values())


def actor_of(principal: Principal, post: Post) -> Actor:
    """The actor that a fact remembers."""
    return Actor(person=principal.person, role=post.role, unit=post.unit, rank=post.rank)
