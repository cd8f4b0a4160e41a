"""Reading what ships in `data/`: sections, departments, grids, the catalogue. Faults name the file."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from pydantic import ValidationError, model_validator

from models.base import Frozen, Words
from models.city.catalogue import Matter, Section
from models.city.desks import DepartmentDesk, GridPlan, SectionSet

T = TypeVar("T")

DATA: Final = Path(__file__).resolve().parents[2] / "data"


class DataFault(ValueError):
    """A shipped or edited data file says something impossible; the message names the file."""


class SectionSets(Frozen):
    """The sets of sections that a city can choose from."""

    default: str
    sets: dict[str, SectionSet]

    @model_validator(mode="after")
    def _desks_are_told_apart(self) -> Self:
        suffixes = [desk.suffix for chosen in self.sets.values() for desk in chosen.desks]
        if len(set(suffixes)) < len(suffixes):
            raise ValueError("two desks have the same suffix")
        if self.default not in self.sets:
            raise ValueError(f"the default “{self.default}” is none of the sets")
        return self

    def chosen(self, key: str | None) -> SectionSet:
        """The set called `key`, or the default one. Raises DataFault for an unknown key."""
        try:
            return self.sets[key or self.default]
        except KeyError:
            raise DataFault(f"sections.toml: no set “{key or self.default}”") from None


def load_sections(folder: Path = DATA) -> SectionSets:
    """The section sets of `sections.toml`."""
    path = folder / "sections.toml"
    return _checked(path, lambda: SectionSets.model_validate(_read(path)))


def load_departments(folder: Path = DATA) -> tuple[DepartmentDesk, ...]:
    """The departments of `departments.toml`, in its order."""
    path = folder / "departments.toml"

    def read() -> tuple[DepartmentDesk, ...]:
        return tuple(
            DepartmentDesk(
                suffix=entry["suffix"],
                name=Words(zh=entry["zh"], en=entry["en"]),
                outside=entry.get("party") == "outside",
            )
            for entry in _read(path)["departments"]
        )

    return _checked(path, read)


def load_grid_plan(folder: Path = DATA) -> GridPlan:
    """The rule of `grids.toml`."""
    path = folder / "grids.toml"

    def read() -> GridPlan:
        data = _read(path)
        return GridPlan.model_validate(
            {
                "districts": data["districts"],
                "urban": data["rule"]["urban"],
                "rural": data["rule"]["rural"],
                "numbers": data["numbers"],
                "dedicated_suffixes": data["dedicated"]["suffixes"],
                "dedicated": data["dedicated"]["numbers"],
            }
        )

    return _checked(path, read)


def load_catalogue(folder: Path = DATA) -> tuple[Matter, ...]:
    """Every matter of `catalogue/*.toml`: party, economy, livelihood, safety, each in its file's order.

    Raises DataFault for an invalid matter, a key that stands twice, or an unknown department.
    """
    departments = {desk.suffix for desk in load_departments(folder)}
    matters: dict[str, Matter] = {}
    for section in Section:
        path = folder / "catalogue" / f"{section}.toml"
        for matter in _checked(path, partial(_matters, path)):
            if matter.key in matters:
                raise DataFault(f"{path.name}: “{matter.key}” stands twice")
            if matter.department is not None and matter.department not in departments:
                raise DataFault(f"{path.name}: “{matter.key}” names no department “{matter.department}”")
            matters[matter.key] = matter
    return tuple(matters.values())


def _matters(path: Path) -> list[Matter]:
    data = _read(path)
    return [Matter.model_validate({"section": data["section"], **entry}) for entry in data["matters"]]


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def _checked(path: Path, read: Callable[[], T]) -> T:
    """What `read` gives; its faults as DataFault with the file's name."""
    try:
        return read()
    except (ValidationError, KeyError, tomllib.TOMLDecodeError) as fault:
        raise DataFault(f"{path.name}: {fault}") from fault
