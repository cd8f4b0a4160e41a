"""`shaodao restore`: a house, or a part of one, from a backup."""

from __future__ import annotations

import asyncio
import gzip
import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from runtime.backing_up.archive import BadBackup, read_manifest, unpack
from runtime.backing_up.manifest import POSTGRES_DUMP, TEMPORAL_COPY, Manifest, Part
from runtime.backing_up.rebirth import rebuild_database
from runtime.migrations import knows
from runtime.processes import end_orphans
from runtime.report import Report
from runtime.settings import Settings
from runtime.state import StateFolder, hold

_FOLDERS: Final = {
    Part.POSTGRES: "postgres",
    Part.TEMPORAL: "temporal",
    Part.ATTACHMENTS: "attachments",
    Part.SECRETS: "secrets",
}


class NotEmpty(Exception):
    """There is a house already where the backup is to go. The message says what to do."""


class NotOurs(Exception):
    """A server is somebody else's, and is restored with its own tools. The message says how."""


async def restore(
    settings: Settings, report: Report, file: Path, *, only: Sequence[Part] = (), force: bool = False
) -> None:
    """Make the state folder what the backup says, or `only` these parts of it.

    Everything is checked, unpacked and filled aside, and moved into place at the very end: a restore that
    fails leaves what was there. With `force`, what is replaced is set aside in a folder of its own.

    Raises AlreadyRunning, BadBackup, NotEmpty, NotOurs, ServerFailed.
    """
    manifest = await asyncio.to_thread(read_manifest, file)
    parts = _wanted(settings, manifest, file, only)
    with hold(settings.state):
        await asyncio.to_thread(end_orphans, settings.state)
        if not force:
            _require_room(settings.state, parts)
        aside = StateFolder(settings.state.root / "restoring")
        shutil.rmtree(aside.root, ignore_errors=True)
        aside.ensure()
        try:
            await _make(settings.state, aside, manifest, parts, file, report)
            replaced = _move(settings.state, aside, parts)
        finally:
            shutil.rmtree(aside.root, ignore_errors=True)
    _say(report, manifest, parts, replaced)


def _wanted(settings: Settings, manifest: Manifest, file: Path, only: Sequence[Part]) -> tuple[Part, ...]:
    missing = [part for part in only if part not in manifest.parts]
    if missing:
        raise BadBackup(f"{file} has no {' and no '.join(missing)}")
    if not knows(manifest.schema_revision):
        raise BadBackup(f"{file} was made by a later version ({manifest.version}): install that one")
    parts = tuple(only) or manifest.parts
    if Part.POSTGRES in parts and not settings.embedded_database:
        raise NotOurs(
            "SHAODAO_DATABASE_URL names a server of your own. Into an empty database of it:\n"
            f"  tar -xf {file} {POSTGRES_DUMP}\n"
            f"  pg_restore --no-owner --exit-on-error --dbname=ADDRESS {POSTGRES_DUMP}\n"
            "then begin with `shaodao verify --repair`, before the API is started. For the rest, --only."
        )
    if Part.TEMPORAL in parts and not settings.embedded_temporal:
        raise NotOurs("Temporal's server is yours: restore it with its own tools. For the rest, --only.")
    return parts


def _require_room(state: StateFolder, parts: Sequence[Part]) -> None:
    there = [part for part in parts if (state.root / _FOLDERS[part]).exists()]
    if there:
        raise NotEmpty(
            f"{state.root} has {', '.join(there)} already. Choose an empty folder with SHAODAO_STATE_DIR, or "
            "say --force: what is there is then set aside, not removed."
        )


async def _make(
    state: StateFolder,
    aside: StateFolder,
    manifest: Manifest,
    parts: Sequence[Part],
    file: Path,
    report: Report,
) -> None:
    with report.step("Checking and unpacking"):
        await asyncio.to_thread(
            unpack, file, manifest, parts, aside.root,
            lambda done, total: report.progress("files", done, total),
        )  # fmt: skip
    if Part.TEMPORAL in parts:
        with report.step("Bringing Temporal back"):
            await asyncio.to_thread(_unzip, aside)
    if Part.POSTGRES in parts:
        own = state.root / "secrets"
        if Part.SECRETS not in parts and own.exists():
            # The new cluster gets the password that this house knows.
            shutil.copytree(own, aside.root / "secrets")
        with report.step("Bringing PostgreSQL back"):
            await rebuild_database(aside, aside.root / POSTGRES_DUMP, report.progress)


def _unzip(aside: StateFolder) -> None:
    aside.temporal_db.parent.mkdir(mode=0o700)
    packed = aside.root / TEMPORAL_COPY
    with gzip.open(packed, "rb") as source, aside.temporal_db.open("xb") as target:
        shutil.copyfileobj(source, target, 2**20)
        target.flush()
        os.fsync(target.fileno())


def _move(state: StateFolder, aside: StateFolder, parts: Sequence[Part]) -> Path | None:
    """Put the new parts in their places; where to what they replace was moved, if they replace anything."""
    attic = state.root / f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    for part in parts:
        new, place = aside.root / _FOLDERS[part], state.root / _FOLDERS[part]
        if not new.exists():
            # A cluster was made with a secret of its own: it comes along below.
            continue
        if place.exists():
            attic.mkdir(mode=0o700, exist_ok=True)
            place.rename(attic / place.name)
        new.rename(place)
    made = aside.root / "secrets"
    if made.exists() and not (state.root / "secrets").exists():
        made.rename(state.root / "secrets")
    return attic if attic.exists() else None


def _say(report: Report, manifest: Manifest, parts: Sequence[Part], replaced: Path | None) -> None:
    for part, at in ((Part.POSTGRES, manifest.postgres_at), (Part.TEMPORAL, manifest.temporal_at)):
        if part in parts and at is not None:
            report.say(f"{part}: as of {at:%Y-%m-%d %H:%M:%S} UTC")
    if replaced is not None:
        report.say(f"What was there before lies in {replaced}; remove it when all is well.")
    if manifest.payload_keys and Part.TEMPORAL in parts:
        report.warn(
            f"SHAODAO_PAYLOAD_KEYS must have {', '.join(manifest.payload_keys)}, as when it was made."
        )
    report.say(
        "Next: `shaodao up --closed`, then `shaodao verify --repair`, then open the doors: `shaodao up`."
    )
