"""`POST /tokens`: a login and a password for a bearer token (OAuth2's password form)."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import House
from api.paths import API
from api.problems import problems
from api.security.signing_in import sign_in

router: Final = APIRouter(prefix=f"{API}/tokens", tags=["tokens"], responses=problems(401, 422, 429, 503))


class Token(BaseModel):
    """A bearer token, in the words of OAuth2 (RFC 6749 §5.1)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"access_token": "WyJ…", "token_type": "bearer", "expires_in": 43200}]
        }
    )

    access_token: str = Field(description="Send it as `Authorization: Bearer …`.")
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - OAuth2's name for the kind of token
    expires_in: int = Field(description="Seconds from now.")


@router.post("", operation_id="createToken", summary="Sign in")
async def create_token(
    request: Request, form: Annotated[OAuth2PasswordRequestForm, Depends()], house: House
) -> Token:
    """Begin a session and get the token that proves it.

    An unknown login, a wrong password and a closed account are answered alike. Attempts are limited by login
    and by address.
    """
    granted = await sign_in(
        house,
        form.username,
        form.password,
        address=request.client.host if request.client else "unknown",
        user_agent=request.headers.get("user-agent"),
    )
    lasts = round((granted.expires_at - granted.begun_at).total_seconds())
    return Token(access_token=granted.token, expires_in=lasts)
