"""What the desk is narrowed to: the address is the only memory, so it can be kept and shared."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from models.base import Urgency
from models.city.catalogue import Section
from models.clocks.clock import Light
from models.queries.case_filters import CaseFilter
from models.queries.cursors import LONGEST
from models.queries.worklist import Pile

T = TypeVar("T")

DESK: Final = "/desk"
FIRST_ROWS: Final = 50
MOST_ROWS: Final = 200
_SECTION: Final = "section:"
"""What stands before a section where a matter could stand, so that the two never meet."""


def _none_if_empty(value: Any) -> Any:
    """A form without JavaScript sends every field, also those left alone."""
    return value or None


Chosen = Annotated[T | None, BeforeValidator(_none_if_empty)]


class DeskQuery(BaseModel):
    """The desk's address."""

    model_config = ConfigDict(populate_by_name=True)

    pile: Chosen[Pile] = Field(default=None, alias="list")
    urgency: Chosen[Urgency] = None
    light: Chosen[Light] = None
    matter: Chosen[str] = Field(default=None, max_length=64)
    """A matter's key, or a whole section."""
    unit: Chosen[str] = Field(default=None, max_length=64)
    """Where it happened."""
    q: Chosen[str] = Field(default=None, max_length=100)
    cursor: Chosen[str] = Field(default=None, max_length=LONGEST)
    rows: int = Field(default=FIRST_ROWS, ge=1, le=MOST_ROWS)

    @property
    def piles(self) -> tuple[Pile, ...]:
        """The piles that the list is made of."""
        return (self.pile,) if self.pile else tuple(Pile)

    @property
    def wanted(self) -> CaseFilter:
        """The filter of cases."""
        matter = self.matter or ""
        section = matter.removeprefix(_SECTION) if matter.startswith(_SECTION) else None
        return CaseFilter(
            urgency=self.urgency,
            light=self.light,
            section=Section(section) if section in set(Section) else None,
            matter=matter or None if section is None else None,
            unit=self.unit,
            words=self.q,
        )

    @property
    def narrowed(self) -> bool:
        """Whether there is anything to take back."""
        return any((self.urgency, self.light, self.matter, self.unit, self.q))

    def address(self, path: str = DESK, **changes: Any) -> str:
        """The address of this desk with other values in it; nothing that is as usual is said."""
        said = self.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True)
        said |= {name: str(value) if value is not None else None for name, value in changes.items()}
        said = {name: value for name, value in said.items() if value not in (None, "")}
        return f"{path}?{urlencode(said)}" if said else path
