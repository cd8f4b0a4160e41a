"""`shaodao units import`: the tree of the city brought in step with a code list."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from models.queries.unit_import import ImportReport, import_units
from runtime.command_line import refuse
from runtime.database import create_engine
from runtime.report import Report
from runtime.settings import Settings

SHOWN = 20
"""Bad rows that are spelled out; the rest is counted."""


def bring_in_step(settings: Settings, file: Path, *, preview: bool) -> None:
    """Import `file` and say what changed; leave with exit code 1 and the bad rows when it cannot be done."""
    try:
        report = asyncio.run(_import(settings, file, preview))
    except UnicodeDecodeError:
        refuse(f"{file} is not UTF-8 text.")
    if report.refused:
        rows = "\n".join(f"  line {f.line}: {f.words.zh} · {f.words.en}" for f in report.faults[:SHOWN])
        more = f"\n  … and {len(report.faults) - SHOWN} more" if len(report.faults) > SHOWN else ""
        refuse(f"Nothing was changed; {len(report.faults)} rows are wrong:\n{rows}{more}", code=1)
    done = "would be" if preview else "were"
    for count, what in (
        (report.added, "added"),
        (report.renamed, "renamed"),
        (report.moved, "moved to another parent"),
        (report.revived, "brought back"),
        (report.deactivated, "deactivated"),
    ):
        typer.echo(f"{count:>8}  {done} {what}")


async def _import(settings: Settings, file: Path, preview: bool) -> ImportReport:
    engine = create_engine(settings, application="shaodao-units")
    told = Report()
    try:
        with told.step(f"Comparing {file.name} with the units that are there"):
            return await import_units(engine, file, told.progress, preview=preview)
    finally:
        await engine.dispose()
