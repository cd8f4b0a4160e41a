"""People and posts (岗位). Rights come from posts: a person × a unit × a role, with an A or B rank."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from models.base import Frozen
from models.city.units import UnitKind, UnitRef


class Role(StrEnum):
    """What a post is for (domain.md §1)."""

    GRID_WORKER = "grid_worker"  # 网格员
    GRID_HEAD = "grid_head"  # 网格长
    GRID_INSTRUCTOR = "grid_instructor"  # 网格指导员
    COMMUNITY_OFFICER = "community_officer"  # 社区干部
    DISPATCHER = "dispatcher"  # 值班/调度
    SECTION_STAFF = "section_staff"  # 板块工作人员
    DEPARTMENT_STAFF = "department_staff"  # 部门工作人员
    COMMANDER = "commander"  # 指挥长
    SUPERVISOR = "supervisor"  # 督查
    AUDITOR = "auditor"  # 纪检监察: reads all, changes nothing
    ADMINISTRATOR = "administrator"  # 管理员
    DEVICE = "device"  # 感知设备: a sensor's account; may only report
    RESIDENT = "resident"  # 群众: reports without an account, and speaks for that one report only
    SYSTEM = "system"  # the clocks themselves; never held by a person


class Rank(StrEnum):
    """AB角: B acts when A does not answer."""

    A = "A"
    B = "B"


class Post(Frozen):
    """One post, as it travels with a command."""

    id: str
    unit: UnitRef
    role: Role
    rank: Rank | None = None


class Principal(Frozen):
    """Who sends a command: an opaque person identity and the posts the person holds."""

    person: str
    posts: tuple[Post, ...] = ()


NEVER_HELD: Final = frozenset({Role.RESIDENT, Role.SYSTEM})
"""Roles that no account can be given: they stand for who has none."""


def resident(person: str, place: UnitRef) -> Principal:
    """Somebody without an account who reports something at `place`.

    `person` is random and made for this one report: it says nothing about who it is, and two reports of the
    same person cannot be told to be so.
    """
    return Principal(person=person, posts=(Post(id="resident", unit=place, role=Role.RESIDENT),))


_OVERSEES_THE_WHOLE: Final = frozenset(
    {Role.COMMANDER, Role.DISPATCHER, Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR}
)
"""Roles that, held at a section's or department's desk, reach all of the street or district it belongs to."""


def reach(post: Post) -> str:
    """The path at and below which a post may read: its jurisdiction.

    It is the post's own unit. A desk (section, department) has no places below it: whoever commands,
    dispatches or supervises from one reaches the street or district it belongs to; its staff reach only
    the desk itself. That they also read the cases in which their desk is involved is a rule about cases
    and lives with them.
    """
    unit = post.unit
    desk = unit.kind in (UnitKind.SECTION, UnitKind.DEPARTMENT)
    return unit.path.rpartition(".")[0] if desk and post.role in _OVERSEES_THE_WHOLE else unit.path


class Actor(Frozen):
    """Who acted, as a fact remembers it: the person, and the post acted under (none for the clocks)."""

    person: str
    role: Role
    unit: UnitRef | None = None
    rank: Rank | None = None


SYSTEM = Actor(person="system", role=Role.SYSTEM)

MACHINE = Principal(
    person="system",
    posts=(
        Post(
            id="system",
            unit=UnitRef(id="system", kind=UnitKind.CITY, name="系统", path="system"),
            role=Role.SYSTEM,
        ),
    ),
)
"""The sender of commands between cases and of changed rules; never a person."""
