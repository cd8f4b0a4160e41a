"""Files of units brought by administrators: shown first, confirmed, and then all of it or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from api.errors import NotFound
from api.services import Services
from models.base import Words
from models.city.administering import Administrator, Deed
from models.queries.boundaries import store_boundaries
from models.queries.bulk import alone_and_unhurried
from models.queries.import_files import ImportGone, begin, find_file, finish, keep_file, tell_progress
from models.queries.import_preview import ImportPreview, preview_outlines, preview_units
from models.queries.journal import note
from models.queries.unit_import import carry_out
from models.tables.imports import ImportKind, ImportRow, ImportState

log = structlog.get_logger(__name__)

EVERY: Final = 0.5
"""Seconds between two notes of progress."""
MOVED_ON: Final = Words(
    zh="预览之后单位有变化，没有做任何改动。请重新上传并核对。",
    en="The units have changed since the preview, and nothing was done. Bring the file again and check.",
)
BROKEN: Final = Words(zh="导入中出错，没有做任何改动。", en="Something went wrong, and nothing was changed.")


class _MovedOn(Exception):
    """What would be done is not what was shown."""


class _Progress:
    """The latest word on how far it has come."""

    def __init__(self) -> None:
        self.step, self.done, self.total = "", 0, 0

    def __call__(self, step: str, done: int, total: int) -> None:
        self.step, self.done, self.total = step, done, total


def kind_of(filename: str, content: bytes) -> ImportKind:
    """What a file holds, by its name or by how it begins."""
    json = (
        filename.lower().endswith((".geojson", ".json")) or content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{"
    )
    return ImportKind.OUTLINES if json else ImportKind.UNITS


async def show(
    house: Services, by: Administrator, filename: str, content: bytes
) -> tuple[str | None, ImportPreview]:
    """What a file would change, and the name under which it waits to be confirmed; none if it is refused."""
    kind = kind_of(filename, content)
    preview = await _preview(house, by, kind, content)
    if preview.refused:
        return None, preview
    async with house.sessions.write() as session:
        kept = await keep_file(
            session,
            by.person,
            kind,
            filename,
            content,
            fingerprint=preview.fingerprint,
            report=preview.model_dump(mode="json"),
            at=datetime.now(UTC),
        )
    return kept, preview


async def _preview(house: Services, by: Administrator, kind: ImportKind, content: bytes) -> ImportPreview:
    if kind is ImportKind.OUTLINES:
        async with house.sessions.read() as session:
            return (await preview_outlines(session, by, content))[0]
    async with house.database.connect() as connection:
        return (await preview_units(connection, by, content)).preview


async def confirm(house: Services, by: Administrator, import_id: str) -> None:
    """Say that the import shall be done; `carry` does it. Raises NotFound when it does not wait for that."""
    try:
        async with house.sessions.write() as session:
            await begin(session, import_id, by.person, datetime.now(UTC))
    except ImportGone as gone:
        raise NotFound from gone


async def carry(house: Services, by: Administrator, import_id: str, reason: str) -> None:
    """Do a confirmed import, telling how far it has come; every outcome is noted in its row.

    Exactly what the preview showed, or nothing.
    """
    async with house.sessions.read() as session:
        row = await find_file(session, import_id, by.person, datetime.now(UTC))
    progress = _Progress()
    problem = None
    try:
        async with _told(house, import_id, progress):
            if row.kind is ImportKind.UNITS:
                await _units(house, by, row, progress, reason)
            else:
                await _outlines(house, by, row, reason)
    except _MovedOn:
        problem = MOVED_ON
    except Exception:  # nobody awaits this task: whatever it was, who uploaded the file must be told
        log.exception("import_failed", import_id=import_id)
        problem = BROKEN
    async with house.sessions.write() as session:
        now = datetime.now(UTC)
        if problem is None:
            await finish(session, import_id, now, ImportState.DONE)
        else:
            await finish(session, import_id, now, ImportState.FAILED, {"problem": problem.model_dump()})


async def _units(
    house: Services, by: Administrator, row: ImportRow, progress: _Progress, reason: str
) -> None:
    async with house.database.begin() as connection:
        await alone_and_unhurried(connection)
        preview, planned = await preview_units(connection, by, row.content)
        if preview.fingerprint != row.fingerprint:
            raise _MovedOn
        await carry_out(connection, planned.plan, progress)
        async with AsyncSession(connection, expire_on_commit=False) as session:
            await _note(session, by, Deed.UNITS_IMPORTED, row, preview, reason)


async def _outlines(house: Services, by: Administrator, row: ImportRow, reason: str) -> None:
    async with house.sessions.write() as session:
        preview, listed = await preview_outlines(session, by, row.content)
        if preview.fingerprint != row.fingerprint:
            raise _MovedOn
        await store_boundaries(session, listed.boundaries)
        await _note(session, by, Deed.OUTLINES_IMPORTED, row, preview, reason)


async def _note(
    session: AsyncSession, by: Administrator, deed: Deed, row: ImportRow, preview: ImportPreview, reason: str
) -> None:
    await note(
        session,
        by,
        deed,
        subject=by.paths[0].rpartition(".")[2],
        name=row.filename,
        at=datetime.now(UTC),
        path=by.paths[0],
        after={group.change.value: group.number for group in preview.groups},
        reason=reason,
    )


@asynccontextmanager
async def _told(house: Services, import_id: str, progress: _Progress) -> AsyncIterator[None]:
    """Meanwhile, note the progress in the import's row, where every process can read it."""

    async def tell() -> None:
        while True:
            await asyncio.sleep(EVERY)
            async with house.sessions.write() as session:
                now = datetime.now(UTC)
                await tell_progress(
                    session, import_id, now, step=progress.step, done=progress.done, total=progress.total
                )

    teller = asyncio.create_task(tell(), name="import progress")
    try:
        yield
    finally:
        teller.cancel()
        await asyncio.gather(teller, return_exceptions=True)
