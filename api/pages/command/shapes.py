"""The shapes of a map: the outlines that somebody has brought, and the schematic that needs none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.pages.command.tiles import Tiles
from models.city.schematic import HEXAGON, Cell, Group, Schematic, schematic
from models.city.units import UnitRef
from models.queries.map_data import Plot


def shapes(unit: UnitRef, plots: Sequence[Plot], tiles: Tiles) -> dict[str, Any]:
    """What a browser draws a map of the unit from: `outlines`, and the `schematic` of the same units."""
    names = {plot.unit.id: plot.unit.name for plot in plots}
    return {
        "unit": unit.id,
        "outlines": [
            {
                "unit": plot.unit.id,
                "name": plot.unit.name,
                "depth": plot.path.count(".") - unit.path.count("."),
                "ring": [tiles.laid(*corner) for corner in plot.ring],
            }
            for plot in plots
            if plot.ring is not None
        ],
        "schematic": _drawn(schematic(unit.id, _groups(unit, plots)), names),
    }


def _groups(unit: UnitRef, plots: Sequence[Plot]) -> tuple[Group, ...]:
    """The parts of the unit, each with its own parts."""
    parts: dict[str, list[str]] = {}
    for plot in plots:
        above = plot.path.rpartition(".")[0]
        if above == unit.path:
            parts[plot.path] = []
        elif above in parts:
            parts[above].append(plot.unit.id)
    return tuple(Group(unit=path.rpartition(".")[2], parts=tuple(own)) for path, own in parts.items())


def _drawn(picture: Schematic, names: dict[str, str]) -> dict[str, Any]:
    def cell(one: Cell) -> dict[str, Any]:
        return {"unit": one.unit, "name": names[one.unit], "at": _short(one.at)}

    return {
        "hexagon": [_short(corner) for corner in HEXAGON],
        "centre": cell(picture.centre),
        "regions": [
            {
                "unit": region.unit,
                "name": names[region.unit],
                "middle": _short(region.middle),
                "outline": [[_short(point) for point in ring] for ring in region.outline],
                "cells": [cell(one) for one in region.cells],
            }
            for region in picture.regions
        ],
    }


def _short(point: tuple[float, float]) -> tuple[float, float]:
    return round(point[0], 3), round(point[1], 3)
