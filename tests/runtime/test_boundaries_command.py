"""`shaodao units boundaries`: what is read, and what is refused with a reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer

from runtime.boundaries_command import read_boundaries

SQUARE = [[106.0, 29.0], [106.1, 29.0], [106.1, 29.1], [106.0, 29.0]]


def _file(tmp_path: Path, *features: dict[str, Any]) -> Path:
    file = tmp_path / "grids.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return file


def _feature(kind: str = "Polygon", **properties: str) -> dict[str, Any]:
    return {"properties": properties, "geometry": {"type": kind, "coordinates": [SQUARE]}}


def test_the_outer_ring_is_read_without_its_repeated_corner(tmp_path: Path) -> None:
    (found,) = read_boundaries(_file(tmp_path, _feature(code="500120001005-g18")))
    assert found.unit == "500120001005-g18"
    assert found.ring == ((106.0, 29.0), (106.1, 29.0), (106.1, 29.1))


@pytest.mark.parametrize(
    ("feature", "said"),
    [
        (_feature("MultiPolygon", code="x"), "Feature 1 is a MultiPolygon"),
        (_feature(), "Feature 1 has no outline"),
        ({"properties": {"code": "x"}, "geometry": {"type": "Polygon", "coordinates": []}}, "Feature 1"),
    ],
)
def test_a_bad_feature_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], feature: dict[str, Any], said: str
) -> None:
    with pytest.raises(typer.Exit):
        read_boundaries(_file(tmp_path, feature))
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "[]", "{}", '"x"'])
def test_what_is_no_collection_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    file = tmp_path / "x.geojson"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(typer.Exit):
        read_boundaries(file)
    assert "not a GeoJSON FeatureCollection" in capsys.readouterr().err
