"""Boundaries: what lies inside, and what does not."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from models.city.geometry import Boundary

# A grid with a bay in its east side.
BAY = Boundary(unit="g", ring=((0, 0), (4, 0), (4, 1), (2, 2), (4, 3), (4, 4), (0, 4)))


@pytest.mark.parametrize(
    ("point", "inside"),
    [
        ((1, 2), True),
        ((3.9, 0.5), True),
        ((3.5, 2), False),
        ((-1, 2), False),
        ((5, 2), False),
        ((2, 5), False),
    ],
)
def test_a_point_is_inside_or_not(point: tuple[float, float], inside: bool) -> None:
    assert BAY.contains(*point) is inside


def test_the_box_is_around_it() -> None:
    assert BAY.box == (0, 0, 4, 4)


@pytest.mark.parametrize("ring", [((0, 0), (1, 1)), ((0, 0), (181, 0), (1, 1)), ((0, 0), (0, 91), (1, 1))])
def test_what_is_no_outline_on_earth_is_refused(ring: object) -> None:
    with pytest.raises(ValidationError):
        Boundary.model_validate({"unit": "g", "ring": ring})
