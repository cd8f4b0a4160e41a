"""Reading single cases for the desk: as their workflow has them where SQL lags behind."""

from __future__ import annotations

from api.errors import ApiError
from api.gateway import Gone
from api.pages.reader import Reader
from api.services import Services
from models.case.jurisdiction import may_see
from models.case.state import Case


async def newest(house: Services, reader: Reader, number: str) -> Case | None:
    """The case as its workflow has it; None where that does not answer, or the reader may not see it."""
    try:
        case = await house.gateway.state(number)
    except (Gone, ApiError):
        return None
    return case if may_see(case, reader.principal) else None
