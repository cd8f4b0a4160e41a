"""The answer to a command that was accepted."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from models.case.decide import offers
from models.case.state import Case
from models.city.people import Principal
from workflows.messages import Receipt


class ReceiptView(BaseModel):
    """That it happened, and the case afterwards: the truth even where lists lag behind."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": "20260302-000017",
                    "version": 8,
                    "at": "2026-03-02T01:20:11Z",
                    "projected": True,
                    "repeated": False,
                    "stage": "accepted",
                    "commands": ["merge", "dispatch", "annotate"],
                    "case": {"number": "20260302-000017", "stage": "accepted"},
                }
            ]
        }
    )

    number: str = Field(description="The case's number.")
    version: int = Field(description="The case's version after the command.")
    at: datetime = Field(description="When it happened, UTC.")
    projected: bool = Field(description="Whether lists and timelines show it already; if not, they will.")
    repeated: bool = Field(description="Whether this key had been answered before, so that nothing was done.")
    stage: str
    commands: list[str] = Field(description="What you may send next.")
    case: dict[str, Any] = Field(description="The case after the command.")

    @classmethod
    def of(cls, receipt: Receipt, principal: Principal, *, repeated: bool = False) -> Self:
        """The receipt as `principal` sees it."""
        case = Case.model_validate(receipt.snapshot)
        return cls(
            number=receipt.number,
            version=receipt.version,
            at=receipt.at,
            projected=receipt.projected,
            repeated=receipt.repeated or repeated,
            stage=case.stage.value,
            commands=list(offers(case, principal)),
            case=receipt.snapshot,
        )
