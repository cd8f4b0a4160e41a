"""`GET /matters`: what can be reported, who leads, who must accept it and when it is done."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from api.dependencies import ReadSession, caller
from api.paths import API
from api.problems import SIGNED_IN, problems
from models.city.catalogue import Matter, Section, suggest
from models.queries.catalogue import active_matters

router: Final = APIRouter(
    prefix=f"{API}/matters",
    tags=["catalogue"],
    dependencies=[Depends(caller)],
    responses=problems(*SIGNED_IN),
)

SUGGESTIONS: Final = 8
"""More than that nobody reads on a phone."""


class MatterList(BaseModel):
    """Matters of the catalogue."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "key": "street-lamp",
                            "name": {"zh": "路灯故障", "en": "street lamp out of order"},
                            "section": "livelihood",
                            "department": "chengguan",
                            "urgency": "ordinary",
                            "entry": None,
                            "accepted_by": ["grid", "community", "street", "district"],
                            "closing": {"zh": "路灯恢复照明", "en": "the lamp is lit again"},
                            "policy": "135",
                            "variant": None,
                            "words": ["路灯", "不亮"],
                            "callback": True,
                        }
                    ]
                }
            ]
        }
    )

    items: list[Matter]


@router.get("", operation_id="listMatters", summary="The catalogue of matters")
async def list_matters(
    session: ReadSession,
    section: Annotated[Section | None, Query(description="Only the matters of this section.")] = None,
    q: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=500,
            description="The words of a report: the matters they may mean, best first.",
            examples=["路灯不亮了"],
        ),
    ] = None,
) -> MatterList:
    """The whole catalogue, or with `q` what the typed words may mean (none when nothing fits)."""
    matters = await active_matters(session, section)
    return MatterList(items=list(matters) if q is None else suggest(q, matters)[:SUGGESTIONS])
