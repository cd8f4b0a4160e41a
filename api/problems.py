"""Problem documents (RFC 9457): the one shape in which anything but success is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse

from api.errors import BY_STATUS, ApiError
from api.language import language_of
from models.base import Words

MEDIA_TYPE: Final = "application/problem+json"


class FieldFault(BaseModel):
    """What is wrong with one field of a request."""

    field: str = Field(description="Where it is: `body.phone`, `query.limit`, `header.shaodao-post` …")
    code: str = Field(description="Stable kind of fault, for example `missing` or `string_too_long`.")
    message: str = Field(description="The fault in the caller's language.")


class Problem(BaseModel):
    """A problem document. Further members, where a problem has any, stand beside these."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:shaodao:problem:not_found",
                    "title": "未找到，或您无权查看",
                    "status": 404,
                    "detail": "未找到，或您无权查看",
                    "instance": "urn:shaodao:request:2f6c1d0a9b8e4c7d",
                    "code": "not_found",
                }
            ]
        },
    )

    type: str = Field(description="`urn:shaodao:problem:` and the code.")
    title: str = Field(description="The kind of problem, always the same words for one code and language.")
    status: int
    detail: str = Field(description="What happened this time.")
    instance: str = Field(description="`urn:shaodao:request:` and the request's id, as found in the logs.")
    code: str = Field(description="Stable and for programs; titles and details are for people.")
    errors: list[FieldFault] | None = Field(default=None, description="Which fields are at fault (422).")


class Refusal(Protocol):
    """What a refusal of the core looks like to the door; see `models.case` for the tree."""

    @property
    def code(self) -> str:
        """Stable and for programs."""

    @property
    def status(self) -> int:
        """The HTTP status it deserves: 403, 409 or 422."""

    @property
    def words(self) -> Words:
        """Why, in both languages."""

    @property
    def details(self) -> Mapping[str, Any]:
        """Further members for the document, such as who won and when."""


def problem_response(
    request: HTTPConnection,
    *,
    status: int,
    code: str,
    title: Words,
    detail: Words | None = None,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[FieldFault] | None = None,
    members: Mapping[str, Any] | None = None,
) -> JSONResponse:
    """The problem document for `request`, in its language.

    `members` become further members of the document; they may not replace the standard ones.
    """
    language = language_of(request)
    content: dict[str, Any] = dict(jsonable_encoder(members or {}))
    content |= {
        "type": f"urn:shaodao:problem:{code}",
        "title": title.in_language(language),
        "status": status,
        "detail": (detail or title).in_language(language),
        "instance": f"urn:shaodao:request:{getattr(request.state, 'request_id', 'unknown')}",
        "code": code,
    }
    if errors:
        content["errors"] = [fault.model_dump() for fault in errors]
    return JSONResponse(
        content,
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={
            **(headers or {}),
            "Content-Language": "zh-Hans" if language == "zh" else "en",
            "Cache-Control": "no-store",
        },
    )


def error_response(
    request: HTTPConnection, error: ApiError, errors: Sequence[FieldFault] | None = None
) -> JSONResponse:
    """The problem document of one of our own errors."""
    return problem_response(
        request,
        status=error.status,
        code=error.code,
        title=error.title,
        detail=error.detail,
        headers=error.headers,
        errors=errors,
        members=error.members,
    )


def refusal_response(
    request: HTTPConnection, refusal: Refusal, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The problem document of a refusal of the core: the kind by its status, the words as the detail."""
    return problem_response(
        request,
        status=refusal.status,
        code=refusal.code,
        title=BY_STATUS[refusal.status].title,
        detail=refusal.words,
        headers=headers,
        members=refusal.details,
    )


SIGNED_IN: Final = (401, 403, 422, 503)
"""What any route that asks who is calling may answer with: the token, the chosen post, the database."""


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route that may answer with problems of these statuses (for OpenAPI)."""
    return {status: _documented(BY_STATUS[status]) for status in statuses}


def _documented(error: type[ApiError]) -> dict[str, Any]:
    example = {
        "type": f"urn:shaodao:problem:{error.code}",
        "title": error.title.zh,
        "status": error.status,
        "detail": error.title.zh,
        "instance": "urn:shaodao:request:2f6c1d0a9b8e4c7d",
        "code": error.code,
    }
    return {
        "description": error.title.en,
        "content": {
            MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example},
        },
    }
