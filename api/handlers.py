"""From exceptions to problem documents: our own errors, Starlette's, validation's and the database's."""

from __future__ import annotations

import traceback

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.database_faults import database_is_away
from api.errors import (
    BY_STATUS,
    ApiError,
    CursorInvalid,
    DatabaseAway,
    InputInvalid,
    InternalError,
    NotFound,
)
from api.faults import field_faults
from api.gateway import Refused
from api.language import language_of
from api.pages.problems import answer, for_people, problem_page
from api.problems import problem_response, refusal_response
from models.base import Words
from models.case.refusals import Refusal
from models.queries.cases import CaseNotFound
from models.queries.cursors import BadCursor

log = structlog.get_logger(__name__)


def install(app: FastAPI) -> None:
    """Register every handler on `app`. What none of them takes is answered by `middleware.unhandled`."""
    app.exception_handler(ApiError)(_ours)
    app.exception_handler(Refused)(_refused)
    app.exception_handler(Refusal)(_refused)
    app.exception_handler(HTTPException)(_starlettes)
    app.exception_handler(RequestValidationError)(_validation)
    app.exception_handler(CaseNotFound)(_unseen)
    app.exception_handler(BadCursor)(_bad_cursor)
    app.exception_handler(OverflowError)(_beyond_time)
    for kind in (DBAPIError, PoolTimeout):
        app.exception_handler(kind)(_database)


async def _ours(request: Request, error: ApiError) -> Response:
    return answer(request, error)


async def _refused(request: Request, refusal: Refused | Refusal) -> Response:
    if for_people(request):
        title = BY_STATUS[refusal.status].title
        return problem_page(request, status=refusal.status, title=title, detail=refusal.words)
    return refusal_response(request, refusal)


async def _unseen(request: Request, _error: CaseNotFound) -> Response:
    return answer(request, NotFound())


async def _bad_cursor(request: Request, _error: BadCursor) -> Response:
    return answer(request, CursorInvalid())


async def _starlettes(request: Request, error: HTTPException) -> Response:
    """Unknown address, wrong method, unreadable body: what the framework itself refuses."""
    ours = BY_STATUS.get(error.status_code)
    if ours is None:
        return problem_response(
            request,
            status=error.status_code,
            code=f"http_{error.status_code}",
            title=Words(zh="请求未能完成", en=error.detail),
            headers=error.headers,
        )
    if for_people(request):
        return problem_page(
            request, status=ours.status, title=ours.title, detail=ours.title, headers=error.headers
        )
    return problem_response(
        request, status=ours.status, code=ours.code, title=ours.title, headers=error.headers
    )


async def _validation(request: Request, error: RequestValidationError) -> Response:
    return answer(request, InputInvalid(), field_faults(error.errors(), language_of(request)))


async def _beyond_time(request: Request, _error: OverflowError) -> Response:
    """A date whose neighbours no calendar has any more: the first and the last day that can be written."""
    log.warning("value_refused", error="OverflowError")
    return answer(request, InputInvalid())


async def _database(request: Request, error: DBAPIError | PoolTimeout) -> Response:
    """503 when the database is away, 422 for values it cannot hold (NUL bytes); else the fault is ours."""
    if database_is_away(error):
        log.warning("database_away", error=type(error).__name__)
        return answer(request, DatabaseAway())
    if isinstance(error, DataError):
        log.warning("value_refused", error=type(error.orig).__name__)
        return answer(request, InputInvalid())
    # Not the message: PostgreSQL puts the offending row into it, which may hold a name or a phone.
    log.error(
        "statement_failed",
        error=type(error.orig if isinstance(error, DBAPIError) else error).__name__,
        sqlstate=getattr(getattr(error, "orig", None), "sqlstate", None),
        statement=getattr(error, "statement", None),
        trace="".join(traceback.format_tb(error.__traceback__)),
    )
    return answer(request, InternalError())
