"""Which roles a unit can be given, and what is amiss with the posts at a desk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from models.base import Words
from models.case.permissions import SERVES
from models.city.people import Rank, Role
from models.city.units import UnitKind

_OVER_A_CENTRE: Final = frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR, Role.DEVICE})

FITTING: Final[Mapping[UnitKind, frozenset[Role]]] = {
    UnitKind.CITY: SERVES[UnitKind.CITY] | _OVER_A_CENTRE,
    UnitKind.DISTRICT: SERVES[UnitKind.DISTRICT] | _OVER_A_CENTRE,
    UnitKind.DEPARTMENT: SERVES[UnitKind.DEPARTMENT],
    UnitKind.STREET: SERVES[UnitKind.STREET] | _OVER_A_CENTRE,
    UnitKind.SECTION: SERVES[UnitKind.SECTION],
    UnitKind.COMMUNITY: SERVES[UnitKind.COMMUNITY] | {Role.GRID_INSTRUCTOR, Role.DEVICE},
    UnitKind.GRID: SERVES[UnitKind.GRID] | {Role.GRID_INSTRUCTOR, Role.DEVICE},
    UnitKind.MICRO_GRID: SERVES[UnitKind.MICRO_GRID] | {Role.DEVICE},
}
"""Those that work the unit's desk, and those that watch over it. An overseer's post stands at a centre, not
at one of its desks, from where it would reach just as far."""


def fits(kind: UnitKind, role: Role) -> bool:
    """Whether a post of `role` makes sense at a unit of `kind`."""
    return role in FITTING[kind]


def roles_for(kind: UnitKind) -> tuple[Role, ...]:
    """The roles that fit, those that work the desk first."""
    return tuple(role for role in Role if role in SERVES[kind]) + tuple(
        role for role in Role if role in FITTING[kind] - SERVES[kind]
    )


class Held(NamedTuple):
    """A post at a desk, as far as it matters here."""

    role: Role
    rank: Rank | None
    active: bool
    """Whether the account is open."""


class Amiss(StrEnum):
    """What may be wrong with the posts at a unit."""

    NOBODY = "nobody"
    NO_A = "no_a"
    TWO_A = "two_a"
    CLOSED = "closed"


AMISS: Final[dict[Amiss, Words]] = {
    Amiss.NOBODY: Words(zh="无人在岗，任务无人认领", en="nobody works this desk: tasks stay unclaimed"),
    Amiss.NO_A: Words(zh="只有B角，缺A角", en="only a B, no A"),
    Amiss.TWO_A: Words(zh="同一岗位有多名A角", en="more than one A in the same role"),
    Amiss.CLOSED: Words(zh="任岗人的账号已停用", en="a holder's account is closed"),
}


def amiss(kind: UnitKind, posts: Iterable[Held]) -> tuple[Amiss, ...]:
    """What is wrong with the posts that are held now at a unit of `kind`; closed accounts hold nothing."""
    held = tuple(posts)
    working = [post for post in held if post.active]
    ranks = Counter((post.role, post.rank) for post in working)
    ranked = {role for role, rank in ranks if rank is Rank.B}
    found = {
        Amiss.NOBODY: not any(post.role in SERVES[kind] for post in working),
        Amiss.NO_A: any(not ranks[role, Rank.A] for role in ranked),
        Amiss.TWO_A: any(rank is Rank.A and number > 1 for (_, rank), number in ranks.items()),
        Amiss.CLOSED: len(working) < len(held),
    }
    return tuple(what for what, so in found.items() if so)
