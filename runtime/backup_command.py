"""`shaodao backup`: the whole product in one file, while it runs."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from runtime.backing_up.archive import writing
from runtime.backing_up.manifest import POSTGRES_DUMP, TEMPORAL_COPY, Manifest
from runtime.backing_up.views import Views, copy_temporal, dump_postgres, fixed
from runtime.processes import ServerFailed
from runtime.report import Report
from runtime.settings import NotRunning, Settings
from runtime.version import version

_PICTURE: Final = re.compile(r"[0-9a-f]{64}")


async def back_up(settings: Settings, report: Report, to: Path) -> Path:
    """Write a backup to `to`, a file that does not exist yet, or a folder in which it gets its name.

    Returns the file. Raises NotRunning when nothing runs, FileExistsError, ServerFailed when a store does not
    answer or a copy does not come about; nothing is left behind then.
    """
    target = _target(to)
    temporal_db = settings.state.temporal_db if settings.embedded_temporal else None
    if temporal_db is not None and settings.state.addresses().temporal_address is None:
        raise NotRunning(f"nothing runs on {settings.state_dir}: start it, or copy that folder as it is")
    with _said_plainly(target), tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder:
        work = Path(folder)
        async with fixed(settings.dsn, temporal_db) as views:
            with report.step("Copying PostgreSQL"):
                await dump_postgres(settings.dsn, views, work / POSTGRES_DUMP, report.progress)
            if views.temporal is not None:
                with report.step("Copying Temporal"):
                    await asyncio.to_thread(copy_temporal, views, work / TEMPORAL_COPY, report.progress)
        with report.step("Packing, with pictures and secrets"):
            await asyncio.to_thread(_pack, settings, report, views, work, target)
    _say(settings, report, target)
    return target


def _target(to: Path) -> Path:
    if to.is_dir():
        to = to / f"shaodao-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar"
    if to.exists():
        raise FileExistsError(f"{to} is there already: a backup replaces nothing")
    if not to.parent.is_dir():
        raise FileExistsError(f"there is no folder {to.parent}")
    return to.absolute()


@contextmanager
def _said_plainly(target: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        raise ServerFailed(f"{target} cannot be written: {error.strerror or error}") from error


def _pack(settings: Settings, report: Report, views: Views, work: Path, target: Path) -> None:
    """Everything into one file. The pictures come after the view: each lies there before a row names it."""
    files = [(file.name, file) for file in sorted(work.iterdir())]
    if settings.embedded:
        secrets = settings.state.root / "secrets"
        files += [(f"secrets/{file.name}", file) for file in sorted(secrets.glob("[a-z]*"))]
    if settings.attachments_url is None:
        found = sorted(settings.state.attachments.glob("??/*"))
        pictures = [file for file in found if _PICTURE.fullmatch(file.name)]  # others are being written
        files += [(f"attachments/{file.parent.name}/{file.name}", file) for file in pictures]
    with writing(target) as archive:
        for done, (name, file) in enumerate(files, 1):
            archive.add(name, file)
            report.progress("packed", done, len(files))
        archive.close_with(
            Manifest(
                version=version(),
                schema_revision=views.revision,
                postgres_at=views.postgres_at,
                temporal_at=views.temporal_at,
                payload_keys=_payload_keys(settings),
                members=tuple(archive.members),
            )
        )


def _payload_keys(settings: Settings) -> tuple[str, ...]:
    keys = settings.payload_keys.get_secret_value() if settings.payload_keys else ""
    return tuple(key.partition(":")[0].strip() for key in keys.split(",") if key.strip())


def _say(settings: Settings, report: Report, target: Path) -> None:
    report.say(f"{target}  ({target.stat().st_size / 2**20:.1f} MB)")
    if settings.embedded:
        report.warn("It holds personal data, and the keys of this house: keep it as you would keep those.")
    else:
        report.warn("It holds personal data. What you set as a secret yourself is not in it.")
    if not settings.embedded_temporal:
        report.warn("Temporal's server is yours: back its store up with its own tools, AFTER this.")
    if not settings.embedded_database:
        report.warn("For less than a day's loss, archive PostgreSQL's write-ahead log as well (PITR).")
    if settings.attachments_url is not None:
        report.warn("Pictures lie where SHAODAO_ATTACHMENTS_URL says, and are not in it.")
    if settings.payload_keys is not None:
        report.warn("SHAODAO_PAYLOAD_KEYS are not in it: without them nobody reads its workflows.")
