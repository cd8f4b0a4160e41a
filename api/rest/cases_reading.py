"""`GET /cases` and `GET /cases/{no}`: lists, and one case with what its reader may do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import Caller, House, ReadSession, SignedIn
from api.errors import NotFound
from api.gateway import Gone
from api.paths import API
from api.problems import SIGNED_IN, problems
from api.rest.case_queries import PageQuery
from api.rest.case_views import CaseView, people_of, units_of
from api.rest.commands import CaseNumber
from api.services import Services
from models.base import Words
from models.case.jurisdiction import may_see
from models.case.state import Case
from models.clocks.explain import why
from models.clocks.explain import words as explained
from models.queries.cases import CaseLine, CaseOrder, clock_words, get_case, list_cases
from models.queries.contacts import masked_contacts
from models.queries.names import names

router: Final = APIRouter(prefix=f"{API}/cases", tags=["cases"], responses=problems(*SIGNED_IN))

LINE: Final[dict[str, Any]] = {
    "number": "20260302-000017",
    "version": 9,
    "round": 1,
    "stage": "handling",
    "stage_since": "2026-03-02T01:22:40Z",
    "urgency": "critical",
    "light": "yellow",
    "matter": "eave-collapse",
    "name": {"zh": "屋檐垮塌风险", "en": "collapsing eave"},
    "section": "safety",
    "policy": "135",
    "place": {"id": "500120001005-g18", "name": "璧城街道东关社区18网格"},
    "address": "向阳街 230 号",
    "text": "临街商铺屋檐出现裂缝，有垮塌迹象",
    "holder": {"id": "500120001", "name": "璧城街道"},
    "level": "street",
    "handler": {"id": "p_7xk2", "name": "李敏"},
    "channel": "grid",
    "drill": False,
    "reported_at": "2026-03-02T01:19:30Z",
    "closed_at": None,
    "closed_late": None,
    "suspended_since": None,
    "yellow_at": "2026-03-02T02:55:30Z",
    "red_at": "2026-03-02T03:19:30Z",
}
"""An example of a line, for every list that has them."""

From = Annotated[
    Literal["records", "workflow"],
    Query(
        alias="from",
        description="`workflow` asks the case's own workflow, which also answers while the records are away.",
    ),
]


_NO_WORKFLOW: Final = Words(
    zh="没有正在运行的流程，或您无权查看；已终结的案件请查档案",
    en="No workflow runs, or not yours to see; ended cases are in the records",
)
"""The same for a case that is none of the caller's and for a number that nobody was given."""


class CaseList(BaseModel):
    """Part of a list of cases."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [LINE], "next": "WyIyMDI2…"}]})

    items: list[CaseLine]
    next: str | None = Field(description="Send it as `cursor` for what follows; null at the end.")


class ListQuery(PageQuery):
    """Filters, order and page."""

    order: CaseOrder = Field(
        default=CaseOrder.NEWEST, description="Newest report first; or open cases by their nearest red."
    )


@router.get("", operation_id="listCases", summary="Cases, filtered")
async def list_(caller: SignedIn, session: ReadSession, query: Annotated[ListQuery, Query()]) -> CaseList:
    """The cases the caller may see, with their lights as of now."""
    page = await list_cases(
        session,
        caller.principal,
        query.wanted(),
        datetime.now(UTC),
        order=query.order,
        cursor=query.cursor,
        limit=query.limit,
    )
    return CaseList(items=list(page.items), next=page.next)


@router.get("/{number}", operation_id="getCase", summary="One case", responses=problems(404))
async def get(number: CaseNumber, caller: SignedIn, house: House, source: From = "records") -> CaseView:
    """The case, its clocks with the rule behind each date, and the commands the caller may send now.

    A case outside the caller's jurisdiction is as good as none.
    """
    at = datetime.now(UTC)
    if source == "workflow":
        return from_workflow(await seen_in_workflow(house, caller, number), caller, at)
    async with house.sessions.read() as session:
        case = await get_case(session, caller.principal, number)
        references = [r.contact for r in case.reporters if r.contact is not None]
        return CaseView.of(
            case,
            caller.principal,
            at,
            source="records",
            words=await clock_words(session, number, (clock.id for clock in case.clocks)),
            names=units_of(case) | await names(session, people_of(case)),
            contacts=await masked_contacts(session, references) if references else {},
        )


async def seen_in_workflow(house: Services, caller: Caller, number: str) -> Case:
    """The case as its workflow has it; PostgreSQL is not asked. Raises NotFound, EngineAway."""
    try:
        case = await house.gateway.state(number)
    except Gone as gone:
        raise NotFound(_NO_WORKFLOW) from gone
    if not may_see(case, caller.principal):
        raise NotFound(_NO_WORKFLOW)
    return case


def from_workflow(case: Case, caller: Caller, at: datetime) -> CaseView:
    """The view of a case that its workflow gave; people go by their ids, for their names are in SQL."""
    rules, words = case.rules, {}
    if rules is not None:
        words = {c.id: explained(why(c, case.book.calendar, rules)) for c in case.clocks if c.red_at}
    return CaseView.of(
        case,
        caller.principal,
        at,
        source="workflow",
        words=words,
        names=units_of(case),
        contacts={},
    )
