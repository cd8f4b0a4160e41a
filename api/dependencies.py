"""What routes ask for, as `Annotated` types. This is the edge: the only place where a request commits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, cast

import structlog
from fastapi import Depends, Header, Request
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy.ext.asyncio import AsyncSession

from api.errors import NotSignedIn, PostNotYours
from api.language import language_of
from api.paths import API
from api.services import Services
from models.base import Language
from models.city.people import Principal
from runtime.settings import Settings

bearer = OAuth2PasswordBearer(
    tokenUrl=f"{API}/tokens",
    scheme_name="bearer",
    description="A token from `POST /api/v1/tokens`.",
    auto_error=False,
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent this request, and in which session."""

    principal: Principal
    session: str

    @property
    def person(self) -> str:
        """The person's opaque id."""
        return self.principal.person


def services(request: Request) -> Services:
    """The application's services."""
    return cast(Services, request.app.state.services)


def settings(request: Request) -> Settings:
    """The application's settings."""
    return services(request).settings


def language(request: Request) -> Language:
    """The language the caller reads."""
    return language_of(request)


async def read_session(request: Request) -> AsyncIterator[AsyncSession]:
    """A consistent, read-only view of the database."""
    async with services(request).sessions.read() as session:
        yield session


async def write_session(request: Request) -> AsyncIterator[AsyncSession]:
    """A transaction that is committed when the route returns, before anything is answered."""
    async with services(request).sessions.write() as session:
        yield session


async def caller(
    request: Request,
    token: Annotated[str | None, Depends(bearer)],
    shaodao_post: Annotated[
        str | None,
        Header(
            description="Act under this one post only (see `GET /me`), instead of under all you hold.",
            max_length=128,
            examples=["post-12"],
        ),
    ] = None,
) -> Caller:
    """Who is calling. Raises NotSignedIn or one of its kinds, PostNotYours for a post not held."""
    if token is None:
        raise NotSignedIn
    house = services(request)
    claims = house.signer.read(token)
    principal = await house.directory.principal(claims)
    if shaodao_post is not None:
        principal = narrowed(principal, shaodao_post)
    structlog.contextvars.bind_contextvars(person=principal.person)
    return Caller(principal=principal, session=claims.session)


def narrowed(principal: Principal, post_id: str) -> Principal:
    """The same person under one post only. Raises PostNotYours when the person does not hold it."""
    chosen = tuple(post for post in principal.posts if post.id == post_id)
    if not chosen:
        raise PostNotYours
    return principal.model_copy(update={"posts": chosen})


# "function" scope: left before the answer goes out, so a failed commit is answered as a failure.
ReadSession = Annotated[AsyncSession, Depends(read_session, scope="function")]
WriteSession = Annotated[AsyncSession, Depends(write_session, scope="function")]
House = Annotated[Services, Depends(services)]
HouseSettings = Annotated[Settings, Depends(settings)]
SignedIn = Annotated[Caller, Depends(caller)]
Speaks = Annotated[Language, Depends(language)]
