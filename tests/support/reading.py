"""The read model, for tests: the world's units and people as rows, and played cases projected into it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import event
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from models.case.dossier import Rulebook
from models.city.units import UnitSource
from models.queries.projection import project
from models.tables.people import PersonRow, PostRow
from models.tables.units import UnitRow
from tests.support import world
from tests.support.play import Play

LONG_AGO: Final = datetime(2024, 1, 1, tzinfo=UTC)


def named(person: str) -> str:
    """The name that `furnish` gives a person of the world."""
    return f"姓名 {person}"


async def furnish(engine: AsyncEngine) -> None:
    """Put the units and people of `tests.support.world` there, once."""
    units = [
        {
            "id": unit.id,
            "path": unit.path,
            "kind": unit.kind,
            "name": unit.name,
            "official_name": unit.name,
            "parent_id": unit.path.split(".")[-2] if "." in unit.path else None,
            "position": 0,
            "active": True,
            "source": UnitSource.OFFICIAL,
        }
        for unit in sorted(world.UNITS, key=lambda unit: unit.path.count("."))
    ]
    people = [
        {
            "id": principal.person,
            "login": principal.person,
            "password_hash": "none",
            "name": named(principal.person),
            "active": True,
            "created_at": LONG_AGO,
            "password_changed_at": LONG_AGO,
        }
        for principal in world.PEOPLE
    ]
    posts = [
        {
            "id": post.id,
            "person_id": principal.person,
            "unit_id": post.unit.id,
            "role": post.role,
            "rank": post.rank,
            "since": LONG_AGO,
        }
        for principal in world.PEOPLE
        for post in principal.posts
    ]
    async with engine.begin() as connection:
        for table, rows in ((UnitRow, units), (PersonRow, people), (PostRow, posts)):
            await connection.execute(insert(table).on_conflict_do_nothing(), rows)


async def write(engine: AsyncEngine, *plays: Play, steps: bool = False) -> None:
    """Project the played cases as a worker would: without their rules, all facts at once.

    With `steps`, fact by fact of the play's last step only: what came before has been written already.
    """
    async with engine.begin() as connection:
        for play in plays:
            case = play.case.but(book=Rulebook(), special=None)
            await project(connection, case, play.latest if steps else play.facts)


@contextmanager
def statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """The SQL statements that are sent meanwhile."""
    sent: list[str] = []

    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine.sync_engine, "before_cursor_execute", note)
