"""Bringing a database to this version's tables, and knowing whether it is there."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from models.tables.types import LTree

_SCRIPTS = Path(__file__).parents[1] / "migrations"


def upgrade(url: str) -> None:
    """Apply every migration that `url` lacks. Blocks; safe when several processes do it at once."""
    config = _config()
    config.attributes["url"] = url
    command.upgrade(config, "head")


async def is_current(engine: AsyncEngine) -> bool:
    """Whether the database has exactly this version's migrations, no more and no fewer."""
    async with engine.connect() as connection:
        applied = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_heads())
    return set(applied) == set(ScriptDirectory.from_config(_config()).get_heads())


def knows(revision: str) -> bool:
    """Whether a database at this migration can be brought to this version's tables."""
    return any(
        script.revision == revision for script in ScriptDirectory.from_config(_config()).walk_revisions()
    )


def know_ltree(connection: Connection) -> None:
    """Let a comparison of tables with the code recognise `ltree`, which SQLAlchemy does not by itself."""
    connection.dialect.ischema_names["ltree"] = LTree  # type: ignore[attr-defined]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
