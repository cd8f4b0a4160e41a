"""`shaodao units boundaries`: outlines of units from a GeoJSON file."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError

from models.city.geometry import Boundary
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
        content: Any = json.loads(file.read_text(encoding="utf-8"))
        features = content["features"]
    except (UnicodeDecodeError, ValueError, KeyError, TypeError):
        refuse(f"{file} is not a GeoJSON FeatureCollection.")
    found = []
    for place, feature in enumerate(features, start=1):
        try:
            geometry = feature["geometry"]
            if geometry["type"] != "Polygon":
                refuse(f"Feature {place} is a {geometry['type']}; only Polygons are taken.", code=1)
            corners = [tuple(point[:2]) for point in geometry["coordinates"][0]]
            # GeoJSON repeats the first corner at the end.
            ring = corners[:-1] if corners[:1] == corners[-1:] else corners
            found.append(Boundary.model_validate({"unit": feature["properties"]["code"], "ring": ring}))
        except (KeyError, TypeError, IndexError, ValidationError):
            refuse(f"Feature {place} has no outline, or no unit's code in its property “code”.", code=1)
    return found


async def _store(settings: Settings, boundaries: list[Boundary]) -> None:
    engine = create_engine(settings, application="shaodao-units")
    try:
        async with Sessions(engine).write() as session:
            await store_boundaries(session, boundaries)
    finally:
        await engine.dispose()
