"""Reading a code list: good rows, and every way in which a row can be bad, with its line."""

from __future__ import annotations

import pytest

from models.city.division_codes import Division, read_divisions
from models.city.units import UnitKind

HEADING = "code,name,kind,parent_code"
GOOD = [
    HEADING,
    "50,重庆市,city,",
    "500120,璧山区,district,50",
    "500120001,璧城街道,street,500120",
    "500120001005,东关社区居民委员会,community,500120001",
]


def test_good_rows_are_read_in_order() -> None:
    listed = read_divisions([*GOOD, "", " , , , "], {})
    assert listed.faults == ()
    assert [division.code for division in listed.divisions] == ["50", "500120", "500120001", "500120001005"]
    assert listed.divisions[0].parent is None
    assert listed.divisions[3] == Division(
        "500120001005", "东关社区居民委员会", UnitKind.COMMUNITY, "500120001"
    )


def test_a_byte_order_mark_is_forgiven() -> None:
    assert read_divisions(["\ufeff" + HEADING, GOOD[1]], {}).faults == ()


@pytest.mark.parametrize("lines", [[], ["code;name"], ["name,code,kind,parent_code"]])
def test_a_wrong_heading_is_one_fault_on_line_1(lines: list[str]) -> None:
    (fault,) = read_divisions(lines, {}).faults
    assert fault.line == 1


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("500120002,青杠街道,street", "3 columns"),
        ("500120002,青杠街道,ward,500120", "unknown kind"),
        ("500120002,青杠街道,grid,500120", "unknown kind"),
        ("50012000,青杠街道,street,500120", "9 digits"),
        ("50012000a,青杠街道,street,500120", "9 digits"),
        ("５00120002,青杠街道,street,500120", "9 digits"),
        ("500120002,,street,500120", "empty"),
        ("500120001,璧城街道,street,500120", "twice"),
        ("51,四川省,city,50", "no parent"),
        ("500120002,青杠街道,street,500999", "unknown or comes later"),
        ("500120002,青杠街道,street,", "unknown or comes later"),
        ("500120001006,芋荷社区居民委员会,community,500120", "wrong kind"),
    ],
)
def test_a_bad_row_is_a_fault_with_its_line(row: str, words: str) -> None:
    listed = read_divisions([*GOOD, row], {})
    (fault,) = listed.faults
    assert (fault.line, fault.code) == (6, row.split(",", maxsplit=1)[0])
    assert words in fault.words.en
    assert len(listed.divisions) == 4


def test_children_of_a_bad_row_are_faults_too() -> None:
    rows = [HEADING, "5,重庆市,city,", "500120,璧山区,district,50"]
    assert [fault.line for fault in read_divisions(rows, {}).faults] == [2, 3]


def test_stored_units_may_stand_as_parents() -> None:
    rows = [HEADING, "500120001,璧城街道,street,500120"]
    assert read_divisions(rows, {"500120": UnitKind.DISTRICT}).faults == ()
    assert "wrong kind" in read_divisions(rows, {"500120": UnitKind.CITY}).faults[0].words.en
