"""The first start: the tree of Chongqing, the catalogue, policies, calendar and, if wanted, people."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from pwdlib import PasswordHash
from sqlalchemy import exists, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel import col

from models.city.catalogue import Matter
from models.city.data_files import load_catalogue
from models.city.demonstration import DEMO_ACCOUNTS, demo_contacts, demo_people
from models.city.people import Role
from models.city.tree_files import load_tree
from models.clocks.calendar import load_years
from models.clocks.policy import Policy
from models.clocks.policy_files import load_policies
from models.queries.bulk import Progress, alone_and_unhurried, copy_units
from models.queries.calendar import store_calendar
from models.queries.unit_import import ImportReport, import_units
from models.tables.catalogue import CatalogueItemRow
from models.tables.people import PersonRow, PostRow
from models.tables.policies import PolicyRow
from models.tables.unit_contacts import ContactKind, UnitContactRow
from models.tables.units import UnitRow

__all__ = ["DEMO_ACCOUNTS", "ImportReport", "import_units", "is_seeded", "seed"]

_READING: Final = "读取单位 Reading the units"
_RULES: Final = "目录、政策、日历 Catalogue, policies, calendar"
_PEOPLE: Final = "演示人员 Demonstration people"


async def is_seeded(engine: AsyncEngine) -> bool:
    """Whether the first start has been done: there are units."""
    async with engine.connect() as connection:
        return await _has_units(connection)


async def seed(
    engine: AsyncEngine,
    progress: Progress,
    *,
    demo_password: str | None = None,
    section_set: str | None = None,
) -> None:
    """Fill an empty database, in one transaction; do nothing where there are units already.

    Two that do it at once are one after the other. The demonstration people come only with a `demo_password`
    (theirs; for the embedded run). `section_set` names the set of data/sections.toml; its default otherwise.
    Raises DataFault or DataFileError for an impossible data file; the database is then as it was.
    """
    async with engine.begin() as connection:
        await alone_and_unhurried(connection)
        if await _has_units(connection):
            return
        progress(_READING, 0, 1)
        units = await asyncio.to_thread(load_tree, section_set=section_set)
        progress(_READING, 1, 1)
        await copy_units(connection, units, progress)
        progress(_RULES, 0, 3)
        await connection.execute(insert(CatalogueItemRow), _catalogue_rows(load_catalogue()))
        progress(_RULES, 1, 3)
        await connection.execute(insert(PolicyRow), _policy_rows(list(load_policies().values())))
        progress(_RULES, 2, 3)
        await store_calendar(connection, load_years())
        progress(_RULES, 3, 3)
        if demo_password is not None:
            await _add_demo_people(connection, demo_password, progress)


def _catalogue_rows(matters: Sequence[Matter]) -> list[dict[str, Any]]:
    return [
        {
            "key": matter.key,
            "version": 1,
            "section": matter.section,
            "department": matter.department,
            "urgency": matter.urgency,
            "policy": matter.policy,
            "position": position,
            "active": True,
            "body": matter.model_dump(mode="json"),
        }
        for position, matter in enumerate(matters)
    ]


def _policy_rows(policies: Sequence[Policy]) -> list[dict[str, Any]]:
    return [
        {
            "id": policy.id,
            "version": policy.version,
            "body": policy.model_dump(mode="json"),
        }
        for policy in policies
    ]


async def _add_demo_people(connection: AsyncConnection, password: str, progress: Progress) -> None:
    """The demonstration people and their posts. The password is hashed once: it is the same for all."""
    people = demo_people()
    progress(_PEOPLE, 0, len(people))
    password_hash = await asyncio.to_thread(PasswordHash.recommended().hash, password)
    at = datetime.now(UTC)
    await connection.execute(
        insert(PersonRow),
        [
            {
                "id": person.id,
                "login": person.login,
                "password_hash": password_hash,
                "name": person.name,
                "phone": None if person.posts[0].role is Role.DEVICE else f"00000000{number:03d}",
                "active": True,
                "created_at": at,
                "password_changed_at": at,
                "must_change_password": False,
            }
            for number, person in enumerate(people, start=1)
        ],
    )
    await connection.execute(
        insert(PostRow),
        [
            {
                "id": post_id,
                "person_id": person.id,
                "unit_id": post.unit,
                "role": post.role,
                "rank": post.rank,
                "since": at,
            }
            for person in people
            for post_id, post in zip(person.post_ids, person.posts, strict=True)
        ],
    )
    await connection.execute(
        insert(UnitContactRow),
        [
            {
                "unit_id": contact.unit,
                "kind": ContactKind(contact.kind),
                "name": contact.name,
                "phone": contact.phone,
                "note": contact.note,
                "changed_by": None,
                "changed_at": at,
            }
            for contact in demo_contacts()
        ],
    )
    progress(_PEOPLE, len(people), len(people))


async def _has_units(connection: AsyncConnection) -> bool:
    return bool(await connection.scalar(select(exists(select(col(UnitRow.id))))))
