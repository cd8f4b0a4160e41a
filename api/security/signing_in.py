"""Signing in: from login and password to a session and a token."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import structlog

from api.errors import CredentialsWrong, TooManyRequests
from api.security.agents import agent_family
from api.services import Services
from models.base import Frozen
from models.queries.people import find_login, principal_of
from models.queries.sessions import open_session
from models.tables.people import PersonRow

log = structlog.get_logger(__name__)


class Granted(Frozen):
    """A session that has just begun."""

    token: str
    session: str
    person: str
    begun_at: datetime
    expires_at: datetime


async def sign_in(
    house: Services, login: str, password: str, *, address: str, user_agent: str | None
) -> Granted:
    """Begin a session for the person with this login and password, for as long as its token is good.

    Two short transactions with the hashing between them, so that no connection waits for it.
    Raises TooManyRequests before the password is looked at, CredentialsWrong for an unknown login, a wrong
    password and an inactive account alike, after the same work.
    """
    try:
        await house.login_limits.attempt(login, address)
    except TooManyRequests:
        house.metrics.sign_in("limited")
        raise
    async with house.sessions.read() as session:
        person = await find_login(session, login)
    verdict = await house.passwords.verify(password, person.password_hash if person else None)
    if person is None or not verdict.right:
        house.metrics.sign_in("wrong")
        raise CredentialsWrong

    at = datetime.now(UTC)
    session_id = secrets.token_urlsafe(16)
    async with house.sessions.write() as session:
        principal = await principal_of(session, person.id, at)
        if principal is None:  # closed while the password was being verified
            raise CredentialsWrong
        row = await open_session(
            session,
            session_id=session_id,
            person_id=person.id,
            agent=agent_family(user_agent),
            at=at,
            # Nothing renews a bearer token, so its session need not be listed for longer.
            expires_at=at + min(house.settings.token_ttl, house.settings.session_ttl),
        )
        if verdict.renewed is not None:
            kept = await session.get_one(PersonRow, person.id)
            kept.password_hash = verdict.renewed
    await house.login_limits.succeeded(login, address)
    house.metrics.sign_in("ok")
    log.info("signed_in", person=person.id, agent=row.agent)
    return Granted(
        token=house.signer.issue(session_id, principal),
        session=session_id,
        person=person.id,
        begun_at=at,
        expires_at=row.expires_at,
    )
