"""Shapes that several answers share."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from models.city.units import Level, UnitKind, UnitRef


class UnitView(BaseModel):
    """A unit, as answers name it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "500120001005",
                    "kind": "community",
                    "name": "东关社区",
                    "level": "community",
                    "path": "50.500120.500120001.500120001005",
                }
            ]
        }
    )

    id: str
    kind: UnitKind
    name: str
    level: Level = Field(description="The rung of the ladder it stands on.")
    path: str = Field(description="The ids from the city down to the unit, joined by dots.")

    @classmethod
    def of(cls, unit: UnitRef) -> Self:
        """The view of `unit`."""
        return cls(id=unit.id, kind=unit.kind, name=unit.name, level=unit.level, path=unit.path)
