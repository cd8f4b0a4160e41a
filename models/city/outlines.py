"""Reading outlines of units: a GeoJSON collection of polygons. Faults say which feature."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from pydantic import ValidationError

from models.base import Words
from models.city.division_codes import RowFault
from models.city.geometry import Boundary


class OutlineList(NamedTuple):
    """What a file holds. Only one without faults may be imported; a fault's line is the feature's number."""

    boundaries: tuple[Boundary, ...]
    faults: tuple[RowFault, ...]


def read_outlines(text: str) -> OutlineList:
    """The outlines of a FeatureCollection of Polygons (WGS-84) whose property `code` names the unit."""
    try:
        features = json.loads(text)["features"]
        numbered = list(enumerate(features, start=1))
    except (ValueError, KeyError, TypeError):
        return OutlineList((), (_fault(1, "", "不是GeoJSON要素集合", "not a GeoJSON FeatureCollection"),))
    boundaries: dict[str, Boundary] = {}
    faults: list[RowFault] = []
    for number, feature in numbered:
        found = _outline(number, feature)
        if isinstance(found, RowFault):
            faults.append(found)
        elif found.unit in boundaries:
            faults.append(_fault(number, found.unit, "该单位出现两次", "the unit stands here twice"))
        else:
            boundaries[found.unit] = found
    return OutlineList(tuple(boundaries.values()), tuple(faults))


def _outline(number: int, feature: Any) -> Boundary | RowFault:
    try:
        kind = feature["geometry"]["type"]
        if kind != "Polygon":
            return _fault(number, "", f"是{kind}，只接受Polygon", f"is a {kind}; only Polygons are taken")
        corners = [tuple(point[:2]) for point in feature["geometry"]["coordinates"][0]]
        # GeoJSON repeats the first corner at the end.
        ring = corners[:-1] if corners[:1] == corners[-1:] else corners
        return Boundary.model_validate({"unit": feature["properties"]["code"], "ring": ring})
    except (KeyError, TypeError, IndexError, ValidationError):
        return _fault(
            number,
            "",
            "没有边界，或属性code没有写明单位",
            "has no outline, or no unit's code in its property “code”",
        )


def _fault(number: int, code: str, zh: str, en: str) -> RowFault:
    return RowFault(line=number, code=code, words=Words(zh=zh, en=en))
