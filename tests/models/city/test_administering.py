"""How far an administrator's word reaches; outlines read from a file."""

from __future__ import annotations

import json
from typing import Any

import pytest

from models.city.administering import DEEDS, Administrator, Deed, administrator_of, watched
from models.city.outlines import read_outlines
from models.city.people import Post, Principal, Role
from models.city.units import UnitKind, UnitRef

CITY = UnitRef(id="50", kind=UnitKind.CITY, name="重庆市", path="50")
DISTRICT = UnitRef(id="500120", kind=UnitKind.DISTRICT, name="璧山区", path="50.500120")
OTHER = UnitRef(id="500114", kind=UnitKind.DISTRICT, name="黔江区", path="50.500114")


def _holding(*held: tuple[UnitRef, Role]) -> Principal:
    posts = tuple(Post(id=f"post_{unit.id}_{role}", unit=unit, role=role) for unit, role in held)
    return Principal(person="p_x", posts=posts)


def _administrator(*units: UnitRef) -> Administrator:
    found = administrator_of(_holding(*((unit, Role.ADMINISTRATOR) for unit in units)))
    assert found is not None
    return found


def test_only_the_posts_of_an_administrator_count() -> None:
    assert administrator_of(_holding((CITY, Role.DISPATCHER))) is None
    both = administrator_of(_holding((CITY, Role.DISPATCHER), (DISTRICT, Role.ADMINISTRATOR)))
    assert both is not None
    assert (both.paths, both.whole_city) == ((DISTRICT.path,), False)
    assert _administrator(CITY).whole_city


def test_an_area_is_the_unit_and_what_lies_below_it() -> None:
    by = _administrator(DISTRICT)
    assert by.administers(DISTRICT.path)
    assert by.administers(f"{DISTRICT.path}.500120001")
    assert not by.administers(OTHER.path)
    assert not by.administers("50")
    assert not by.administers("50.5001201")


def test_a_change_is_made_in_the_name_of_the_post_that_reaches_it() -> None:
    by = _administrator(OTHER, DISTRICT)
    assert by.unit_for(f"{DISTRICT.path}.500120001") == DISTRICT
    assert by.unit_for(None) == OTHER


def test_administrators_and_auditors_watch() -> None:
    assert watched(_holding((DISTRICT, Role.AUDITOR), (OTHER, Role.SUPERVISOR))) == (DISTRICT.path,)
    assert watched(_holding((DISTRICT, Role.DISPATCHER))) == ()
    assert set(DEEDS) == set(Deed)


SQUARE = [[106.0, 29.0], [106.1, 29.0], [106.1, 29.1], [106.0, 29.0]]


def _file(*features: Any) -> str:
    return json.dumps({"features": features})


def _feature(code: str = "x", kind: str = "Polygon", ring: Any = SQUARE) -> dict[str, Any]:
    return {"properties": {"code": code}, "geometry": {"type": kind, "coordinates": [ring]}}


def test_outlines_are_read_without_the_repeated_corner() -> None:
    (found,) = read_outlines(_file(_feature())).boundaries
    assert (found.unit, len(found.ring)) == ("x", 3)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"features": 3}', '"x"'])
def test_what_is_no_collection_is_one_fault(text: str) -> None:
    (fault,) = read_outlines(text).faults
    assert "FeatureCollection" in fault.words.en


def test_each_bad_feature_is_a_fault_with_its_number() -> None:
    listed = read_outlines(
        _file(_feature("a"), _feature("b", "MultiPolygon"), _feature("c", ring=[]), _feature("a"), 7)
    )
    assert [boundary.unit for boundary in listed.boundaries] == ["a"]
    assert [fault.line for fault in listed.faults] == [2, 3, 4, 5]
