"""What lists of cases may be asked for, as query parameters."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from models.base import Urgency
from models.case.state import Channel, Stage
from models.city.catalogue import Section
from models.city.units import Level
from models.clocks.clock import Light
from models.queries.case_filters import CaseFilter, CaseState


class CaseQuery(BaseModel):
    """Filters; those that are left out narrow nothing, those that are given all hold."""

    model_config = ConfigDict(extra="forbid")

    unit: str | None = Field(
        default=None, max_length=64, description="Happened at this unit or below.", examples=["500120001"]
    )
    involving: str | None = Field(
        default=None,
        max_length=64,
        description="This unit, or one below, has or had a part in it: also sections and departments.",
        examples=["500120-chengguan"],
    )
    holder: str | None = Field(default=None, max_length=64, description="Held by exactly this unit.")
    stage: list[Stage] = Field(default_factory=list, description="In one of these stages.")
    level: Level | None = Field(default=None, description="Held at this level.")
    urgency: Urgency | None = None
    light: Light | None = Field(default=None, description="The light now; green where no clock runs.")
    section: Section | None = None
    matter: str | None = Field(default=None, max_length=60, examples=["street-lamp"])
    policy: str | None = Field(default=None, max_length=60, examples=["135"])
    channel: Channel | None = Field(default=None, description="How it came in.")
    person: str | None = Field(
        default=None, max_length=64, description="Reported by this person, or handled, or assigned to."
    )
    reported_from: AwareDatetime | None = Field(default=None, description="Reported at or after.")
    reported_to: AwareDatetime | None = Field(default=None, description="Reported before.")
    state: CaseState | None = Field(default=None, description="Open, suspended (open too) or closed.")
    overdue: bool | None = Field(default=None, description="Whether a running clock is past its red instant.")
    q: str | None = Field(
        default=None,
        max_length=100,
        description="Words that all stand in number, matter, place, address or text.",
        examples=["向阳街 屋檐"],
    )
    drill: bool | None = Field(default=None, description="Only drills, or none.")

    def wanted(self) -> CaseFilter:
        """The filter these parameters ask for."""
        plain = self.model_dump(exclude={"stage", "q"}, include=set(CaseQuery.model_fields))
        return CaseFilter.model_validate(plain | {"stages": tuple(self.stage), "words": self.q})


class PageQuery(CaseQuery):
    """Filters, and which page."""

    cursor: str | None = Field(default=None, max_length=400, description="`next` of the page before.")
    limit: int = Field(default=50, ge=1, le=200)
