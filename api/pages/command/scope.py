"""Which unit a page of the command centre is about: one that the reader's posts reach."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from api.errors import NotAllowed, NotFound
from api.pages.reader import Reader
from models.base import Frozen
from models.case.jurisdiction import READING_ROLES
from models.city.people import Post, Role, reach
from models.city.units import UnitKind, UnitRef, within
from models.queries.units import UnitNotFound, chain

OVERSEERS: Final = frozenset(
    {Role.COMMANDER, Role.DISPATCHER, Role.SUPERVISOR, Role.AUDITOR, Role.COMMUNITY_OFFICER}
)
"""Whose posts see every case of their unit, so that its figures are true figures."""
PINNERS: Final = frozenset({Role.COMMANDER, Role.DISPATCHER})
"""Who decides what a command centre keeps in view."""
READERS: Final = READING_ROLES

_STEPS_UP: Final = {UnitKind.SECTION: 1, UnitKind.DEPARTMENT: 1, UnitKind.GRID: 1, UnitKind.MICRO_GRID: 2}
"""From where a post sits to the place whose map it is shown."""


class Scope(Frozen):
    """The unit that is looked at, and the units above it as far up as the reader may go."""

    unit: UnitRef
    above: tuple[UnitRef, ...]
    """From the highest down; none at the top."""


async def scope_of(
    session: AsyncSession, reader: Reader, asked: str | None, roles: Collection[Role] = READERS
) -> Scope:
    """The unit asked for, else the one of the reader's first post among `roles`; one query.

    Raises NotAllowed for who has no such post, NotFound for a unit that none of them reaches.
    """
    grounds = list(_grounds(reader, roles))
    if not grounds:
        raise NotAllowed
    try:
        units = await chain(session, asked or grounds[0].rpartition(".")[2])
    except UnitNotFound as error:
        raise NotFound from error
    unit = units[-1]
    ground = min((ground for ground in grounds if within(unit.path, ground)), key=len, default=None)
    if ground is None or unit.kind in (UnitKind.SECTION, UnitKind.DEPARTMENT):
        raise NotFound
    return Scope(unit=unit, above=tuple(above for above in units[:-1] if within(above.path, ground)))


def _grounds(reader: Reader, roles: Collection[Role]) -> Iterator[str]:
    """The paths of the places that the posts look at."""
    for post in reader.principal.posts:
        if post.role in roles:
            yield _ground(post)


def _ground(post: Post) -> str:
    path = reach(post)
    if path != post.unit.path:
        return path  # from a desk, the whole of what it belongs to
    return path.rsplit(".", _STEPS_UP.get(post.unit.kind, 0))[0]


def may_pin(reader: Reader, unit: UnitRef) -> bool:
    """Whether the reader decides what is pinned on the wall of the unit."""
    return any(within(unit.path, reach(post)) for post in reader.principal.posts if post.role in PINNERS)


def own_wall(reader: Reader) -> str | None:
    """The unit on whose wall the reader pins a case from elsewhere, such as the page of the case."""
    posts = (post for post in reader.principal.posts if post.role in PINNERS)
    return next((reach(post).rpartition(".")[2] for post in posts), None)
