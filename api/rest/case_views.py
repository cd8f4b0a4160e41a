"""One case as the API shows it, whether it was read from PostgreSQL or asked of its workflow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from models.base import Words
from models.case.decide import offers
from models.case.owners import owner_of
from models.case.state import Case, Stage
from models.case.views import snapshot
from models.city.people import Principal
from models.clocks.clock import Clock, ClockState, Light, light
from models.clocks.explain import stage_name
from models.clocks.policy import ClockStage
from models.queries.contacts import MaskedContact

Source = Literal["records", "workflow"]


class ClockView(BaseModel):
    """A running or paused limit of the case."""

    id: str
    stage: ClockStage
    name: Words
    owner: str = Field(description="The unit whose lateness it measures.")
    state: ClockState
    light: Light
    budget: Words
    policy: str
    version: int
    yellow_at: datetime | None
    red_at: datetime | None
    provisional: bool = Field(description="Whether it reaches into a year without an arrangement yet.")
    why: Words | None = Field(description="The rule that set these dates, and its arithmetic.")

    @classmethod
    def of(cls, case: Case, clock: Clock, why: Words | None, at: datetime) -> Self:
        """The view of one of the case's clocks at the instant `at`."""
        return cls(
            id=clock.id,
            stage=clock.stage,
            name=clock.name or stage_name(clock.stage),
            owner=owner_of(case, clock).id,
            state=clock.state,
            light=light(clock, at),
            budget=clock.budget.words(),
            policy=clock.policy,
            version=clock.version,
            yellow_at=clock.yellow_at,
            red_at=clock.red_at,
            provisional=clock.provisional,
            why=why,
        )


class CaseView(BaseModel):
    """A case, what the caller may do with it now, and the words and names that go with it."""

    model_config = ConfigDict(
        populate_by_name=True,
        json_schema_extra={
            "examples": [
                {
                    "number": "20260302-000017",
                    "version": 9,
                    "from": "records",
                    "at": "2026-03-02T01:20:11Z",
                    "stage": "accepted",
                    "light": "green",
                    "commands": ["dispatch", "annotate", "whistle"],
                    "clocks": [
                        {
                            "id": "dispatch:r1.h1",
                            "stage": "dispatch",
                            "name": {"zh": "派遣", "en": "Dispatch"},
                            "owner": "500120001",
                            "state": "running",
                            "light": "green",
                            "budget": {"zh": "3分钟", "en": "3 minutes"},
                            "policy": "135",
                            "version": 1,
                            "yellow_at": "2026-03-02T01:22:24Z",
                            "red_at": "2026-03-02T01:23:00Z",
                            "provisional": False,
                            "why": {
                                "zh": "依据《135》第1版（项目默认，非官方定义）：派遣期限3分钟……",
                                "en": "Under “135” version 1 (project default, not an official definition)…",
                            },
                        }
                    ],
                    "names": {"500120001": "璧城街道", "p_7xk2": "李敏"},
                    "contacts": {"ct_9fQ2": {"name": "王**", "phone": "138****5678", "erased": False}},
                    "case": {"number": "20260302-000017", "stage": "accepted"},
                }
            ]
        },
    )

    number: str
    version: int = Field(description="How many facts it is made of.")
    source: Source = Field(alias="from", description="Who said so: the records, or the workflow itself.")
    at: datetime = Field(description="The instant of the lights and commands.")
    stage: Stage
    light: Light = Field(description="The worst of its running clocks.")
    commands: list[str] = Field(description="What the caller may send now.")
    clocks: list[ClockView]
    names: dict[str, str] = Field(description="Names of the people and units that the case names by id.")
    contacts: dict[str, MaskedContact] = Field(description="How to reach reporters, masked, by reference.")
    case: dict[str, Any] = Field(description="The case itself, as receipts carry it.")

    @classmethod
    def of(
        cls,
        case: Case,
        principal: Principal,
        at: datetime,
        *,
        source: Source,
        words: Mapping[str, Words],
        names: Mapping[str, str],
        contacts: Mapping[str, MaskedContact],
    ) -> Self:
        """The view of `case` for `principal`; `words` explain its clocks by id."""
        clocks = [ClockView.of(case, clock, words.get(clock.id), at) for clock in case.clocks]
        running = {clock.light for clock in clocks if clock.state is ClockState.RUNNING}
        worst = next((shown for shown in (Light.RED, Light.YELLOW) if shown in running), Light.GREEN)
        return cls(
            number=case.number,
            version=case.version,
            source=source,
            at=at,
            stage=case.stage,
            light=worst,
            commands=list(offers(case, principal)),
            clocks=clocks,
            names=dict(names),
            contacts=dict(contacts),
            case=snapshot(case),
        )


def people_of(case: Case) -> set[str]:
    """The persons a case names by id."""
    named = {reporter.person for reporter in case.reporters} | {case.reported_by.person, *case.handlers}
    named |= {task.person for task in case.tasks}
    named |= {party.person for whistle in case.whistles for party in whistle.parties}
    named |= {request.by.person for request in case.requests}
    return {person for person in named if person is not None}


def units_of(case: Case) -> dict[str, str]:
    """The names of the units a case names, as it remembers them."""
    units = [*case.chain, *(rung.unit for rung in case.ladder), *(task.unit for task in case.tasks)]
    units += [party.unit for whistle in case.whistles for party in whistle.parties]
    units += [order.owner for order in case.orders] + [order.by for order in case.orders]
    return {unit.id: unit.name for unit in units}
