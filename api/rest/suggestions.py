"""Whom a case might be dispatched to, and why."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import ReadSession, SignedIn
from api.errors import NotFound
from api.paths import API
from api.problems import SIGNED_IN, problems
from api.rest.commands import CaseNumber
from api.rest.views import UnitView
from models.base import Words
from models.city.routing import Because, suggest_handlers
from models.queries.cases import CaseNotFound, get_case
from models.queries.desks import desks_beside

router: Final = APIRouter(prefix=f"{API}/cases", tags=["cases"], responses=problems(*SIGNED_IN, 404))

_EXAMPLE: Final[dict[str, Any]] = {
    "unit": {
        "id": "500120001-pingan",
        "kind": "section",
        "name": "平安法治",
        "level": "street",
        "path": "50.500120.500120001.500120001-pingan",
    },
    "because": "section",
    "reason": {"zh": "“临街房屋垮塌”属平安法治板块职责", "en": "It belongs to this section"},
}


class SuggestionView(BaseModel):
    """A unit, and why it is suggested."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    unit: UnitView
    because: Because
    reason: Words


class Suggestions(BaseModel):
    """Suggested owners, best first; never empty, because there is a backstop (兜底)."""

    items: list[SuggestionView] = Field(min_length=1)


@router.get("/{number}/suggestions", operation_id="suggestHandlers", summary="Whom to dispatch to, and why")
async def suggestions(number: CaseNumber, caller: SignedIn, session: ReadSession) -> Suggestions:
    """The section, the lead department, the community or the grid, by what the catalogue says."""
    try:
        case = await get_case(session, caller.principal, number)
    except CaseNotFound as missing:
        raise NotFound from missing
    desks = await desks_beside(session, case.chain)
    found = suggest_handlers(case.matter, case.holder, case.chain, desks)
    return Suggestions(
        items=[
            SuggestionView(unit=UnitView.of(one.unit), because=one.because, reason=one.reason)
            for one in found
        ]
    )
