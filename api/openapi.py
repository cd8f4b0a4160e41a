"""The OpenAPI document: what FastAPI derives, completed by what it cannot know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import JSONResponse

from api.paths import API
from api.problems import Problem, problems

TAGS: Final = [
    {"name": "tokens", "description": "Signing in."},
    {"name": "sessions", "description": "Where one is signed in; signing out; the password."},
    {"name": "me", "description": "Who one is here."},
    {"name": "units", "description": "The tree of the city: districts, streets, communities, grids."},
    {"name": "people", "description": "Accounts; administrators only, each in their own area."},
    {"name": "posts", "description": "Who works where, and in which role."},
    {"name": "catalogue", "description": "What can be reported."},
    {"name": "policies", "description": "Deadlines and where they come from."},
    {"name": "calendar", "description": "Working days, holidays, make-up days (调休)."},
    {"name": "cases", "description": "Reporting, and reading what became of it."},
    {"name": "commands", "description": "What people do to a case; each may be sent again with its key."},
    {"name": "tasks", "description": "The desk: what I have claimed, may claim, owe or may decide."},
    {"name": "inbox", "description": "Messages to me and to my posts."},
    {"name": "overdue", "description": "What is, or on a past date was, over a limit."},
    {"name": "stream", "description": "Changes, as they happen."},
    {"name": "contacts", "description": "How to reach a reporter; masked, and every full reading noted."},
    {"name": "publishing", "description": "Putting new rules in force; administrators only."},
    {"name": "journal", "description": "What administrators changed; who read personal data."},
    {"name": "attachments", "description": "Pictures as evidence."},
    {"name": "health", "description": "For machines that watch."},
]
DESCRIPTION: Final = f"""
Every reported issue of a city's grids, taken through the closed loop.

Sign in with `POST {API}/tokens` and send the token as `Authorization: Bearer …`. Everything but success is
a problem document (RFC 9457, `application/problem+json`) with a stable `code`; titles and details follow
`Accept-Language` (zh, en). Instants are UTC, ISO 8601. `X-Request-Id` is taken from the caller or made, and
returned.
"""


router: Final = APIRouter()


@router.get(f"{API}/openapi.json", include_in_schema=False)
async def openapi(request: Request) -> JSONResponse:
    """The document itself. A route of ours rather than FastAPI's, so that it is logged under its address."""
    return JSONResponse(describe(request.app))


def describe(app: FastAPI) -> dict[str, Any]:
    """The document of `app`, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=DESCRIPTION,
            routes=app.routes,
            tags=TAGS,
            license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= problem.pop("$defs", {})
        schemas["Problem"] = problem
        for framework in ("HTTPValidationError", "ValidationError"):
            schemas.pop(framework, None)  # our 422 is a problem document
        for operation in _operations(document):
            may_answer = (400, 408, 413) if "requestBody" in operation else (400,)
            for status, answer in problems(*may_answer).items():
                operation["responses"].setdefault(str(status), answer)
        app.openapi_schema = document
    return app.openapi_schema


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()
