"""Who reads a page: the person of the session cookie, under the post chosen for now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final

import structlog
from fastapi import Depends, Request
from sqlalchemy import select
from sqlmodel import col

from api.dependencies import Caller, narrowed
from api.errors import NotSignedIn, PostNotYours, ReplacePasswordFirst, SignInFirst
from api.pages import cookies
from api.services import Services
from models.city.people import Post, Role
from models.queries.inbox import count_unread
from models.tables.people import PersonRow

WITH_A_GIVEN_PASSWORD: Final = ("/me/password", "/sign-out")
"""Where somebody may go whose first password is still to be replaced."""


@dataclass(frozen=True, slots=True)
class Reader(Caller):
    """The person before the page; `principal` is narrowed to the chosen post, if one is chosen."""

    name: str
    posts: tuple[Post, ...]
    """All that the person holds."""
    chosen: str | None
    """The post to which the person has kept for now; None: all of them."""
    unread: int
    """Unread messages."""
    must_change_password: bool

    def has(self, *roles: Role) -> bool:
        """Whether one of the posts in force has one of these roles."""
        return any(post.role in roles for post in self.principal.posts)


async def maybe_reader(request: Request) -> Reader | None:
    """The reader, or None for somebody who is not signed in (any more). Two queries."""
    token = cookies.read(request, cookies.SESSION)
    if token is None:
        return None
    house: Services = request.app.state.services
    try:
        claims = house.signer.read(token)
        principal = await house.directory.principal(claims)
    except NotSignedIn:
        return None
    posts, chosen = principal.posts, cookies.read(request, cookies.POST)
    if chosen is not None:
        try:
            principal = narrowed(principal, chosen)
        except PostNotYours:  # taken away since
            chosen = None
    async with house.sessions.read() as session:
        columns = (col(PersonRow.name), col(PersonRow.must_change_password))
        person = (await session.execute(select(*columns).where(col(PersonRow.id) == principal.person))).one()
        unread = await count_unread(session, principal, datetime.now(UTC))
    structlog.contextvars.bind_contextvars(person=principal.person)
    return Reader(
        principal=principal,
        session=claims.session,
        name=person.name,
        posts=posts,
        chosen=chosen,
        unread=unread,
        must_change_password=person.must_change_password,
    )


async def reader(request: Request, found: Annotated[Reader | None, Depends(maybe_reader)]) -> Reader:
    """The reader. Raises SignInFirst; ReplacePasswordFirst anywhere but where that is done."""
    if found is None:
        raise SignInFirst
    if found.must_change_password and request.url.path not in WITH_A_GIVEN_PASSWORD:
        raise ReplacePasswordFirst
    return found


MaybeReader = Annotated[Reader | None, Depends(maybe_reader)]
SignedInReader = Annotated[Reader, Depends(reader)]
