"""Desks beside the places: the sections of a street, the departments of a district, the rule for grids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import Field, model_validator

from models.base import Frozen, Words
from models.city.catalogue import Section
from models.city.units import GridType


class SectionDesk(Frozen):
    """One section (板块) of every street's command centre."""

    suffix: str
    """Ends the unit's id: `500120001-pingan`."""
    name: Words
    serves: tuple[Section, ...]
    """The catalogue's sections whose matters go to this desk."""


class SectionSet(Frozen):
    """The sections of a street under one local system; a city chooses one."""

    provenance: str
    desks: tuple[SectionDesk, ...]

    @model_validator(mode="after")
    def _every_section_is_served_once(self) -> Self:
        served = sorted(section for desk in self.desks for section in desk.serves)
        if served != sorted(Section):
            raise ValueError("a section set must serve each of the catalogue's four sections exactly once")
        return self


class DepartmentDesk(Frozen):
    """One department of every district, or an outside party (utilities) that can be called like one."""

    suffix: str
    """Ends the unit's id (`500120-chengguan`), and is what `Matter.department` names."""
    name: Words
    outside: bool = False


class GridRule(Frozen):
    """How many grids a community gets: `base + (code mod spread)`. Deterministic, so that ids stay."""

    base: int = Field(ge=1)
    spread: int = Field(ge=1)

    def number(self, code: str) -> int:
        """The number of grids of the community with this division code."""
        return self.base + int(code) % self.spread


class GridPlan(Frozen):
    """Where demonstration grids are made, and how many."""

    districts: frozenset[str]
    urban: GridRule
    rural: GridRule
    numbers: Mapping[str, int]
    """Communities whose number of grids is given rather than computed."""
    dedicated_suffixes: Mapping[GridType, str]
    dedicated: Mapping[str, Mapping[GridType, int]]
    """Dedicated grids (专属网格) by community and kind."""

    def residential(self, code: str) -> int:
        """How many residential grids the community has; 0 outside the plan's districts."""
        if code[:6] not in self.districts:
            return 0
        rule = self.urban if int(code[-3:]) < FIRST_VILLAGE else self.rural
        return self.numbers.get(code, rule.number(code))


FIRST_VILLAGE = 200
"""The last three digits of a community's code: below, a residents' committee; from here on, a village."""
