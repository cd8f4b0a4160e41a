"""`shaodao units boundaries`: outlines of units from a GeoJSON file."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from models.city.geometry import Boundary
from models.city.outlines import read_outlines
from models.queries.boundaries import store_boundaries
from models.queries.units import UnitNotFound
from runtime.command_line import refuse
from runtime.database import Sessions, create_engine
from runtime.settings import Settings


def bring_boundaries(settings: Settings, file: Path) -> None:
    """Store the outlines of `file`, all or none; leave with exit code 1 and the fault where one is wrong."""
    boundaries = read_boundaries(file)
    try:
        asyncio.run(_store(settings, boundaries))
    except UnitNotFound as missing:
        refuse(f"Nothing was changed; there are no such units: {', '.join(missing.ids[:20])}", code=1)
    typer.echo(f"{len(boundaries)} boundaries stored; reports by location find these units.")


def read_boundaries(file: Path) -> list[Boundary]:
    """The outlines of a FeatureCollection of Polygons whose property `code` names the unit."""
    try:
        listed = read_outlines(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        refuse(f"{file} is not a GeoJSON FeatureCollection.")
    for fault in listed.faults:
        if not listed.boundaries and "FeatureCollection" in fault.words.en:
            refuse(f"{file} is {fault.words.en}.")
        refuse(f"Feature {fault.line} {fault.words.en}.", code=1)
    return list(listed.boundaries)


async def _store(settings: Settings, boundaries: list[Boundary]) -> None:
    engine = create_engine(settings, application="shaodao-units")
    try:
        async with Sessions(engine).write() as session:
            await store_boundaries(session, boundaries)
    finally:
        await engine.dispose()
