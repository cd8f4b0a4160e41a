"""Alembic's way in: which database, and which tables it is compared with."""

from __future__ import annotations

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import create_engine, pool, text

from models.tables import metadata
from models.tables.types import Instant, LTree
from runtime.migrations import know_ltree
from runtime.settings import Settings

#: Held while migrating, so that two servers starting at once do not apply the same step twice.
_MIGRATION_LOCK = 0x5AA0DA0


def render_type(kind: str, item: object, autogen: AutogenContext) -> str | Literal[False]:
    """Write our own column types into generated migrations by what they are in PostgreSQL."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, LTree):
        autogen.imports.add("from models.tables.types import LTree")
        return "LTree()"
    return False


def run() -> None:
    """Apply or generate migrations, in one transaction, on the caller's address or else the settings'."""
    url = context.config.attributes.get("url") or Settings().dsn
    engine = create_engine(url, poolclass=pool.NullPool, connect_args={"options": "-c timezone=UTC"})
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
        connection.commit()
        know_ltree(connection)
        context.configure(
            connection=connection,
            target_metadata=metadata,
            compare_type=True,
            compare_server_default=True,
            render_item=render_type,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
