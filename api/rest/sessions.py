"""Where I am signed in, signing out, and changing my password."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, status
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from api.dependencies import Caller, House, ReadSession, SignedIn, WriteSession
from api.errors import NotFound, PasswordUnfit, PasswordWrong
from api.paths import API
from api.problems import SIGNED_IN, problems
from api.services import Services
from models.base import Words
from models.queries.sessions import live_sessions, revoke_others, revoke_session
from models.tables.people import PersonRow

router: Final = APIRouter(prefix=API, tags=["sessions"], responses=problems(*SIGNED_IN))


class SessionView(BaseModel):
    """One place where the account is signed in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "l4JZ1nRk0m6mDkV5q1k8Zw",
                    "agent": "Chrome · Android",
                    "created_at": "2026-03-02T00:58:11Z",
                    "last_seen_at": "2026-03-02T03:40:02Z",
                    "expires_at": "2026-03-02T12:58:11Z",
                    "current": True,
                }
            ]
        }
    )

    id: str
    agent: str = Field(description="The kind of program, without version or device.")
    created_at: datetime
    last_seen_at: datetime = Field(description="Right to the minute.")
    expires_at: datetime
    current: bool = Field(description="Whether this request belongs to it.")


class SessionList(BaseModel):
    """The live sessions of the caller, the latest seen first."""

    items: list[SessionView]


class PasswordChange(BaseModel):
    """The password that holds and the one that shall."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"current": "the old one", "new": "three words and a river"}]},
    )

    current: SecretStr = Field(max_length=1024)
    new: SecretStr = Field(max_length=1024, description="10 to 128 characters, at least 5 different ones.")


@router.get("/sessions", operation_id="listSessions", summary="Where I am signed in")
async def list_sessions(caller: SignedIn, session: ReadSession) -> SessionList:
    """The caller's sessions that are neither revoked nor expired."""
    rows = await live_sessions(session, caller.person, datetime.now(UTC))
    return SessionList(
        items=[
            SessionView(
                id=row.id,
                agent=row.agent,
                created_at=row.created_at,
                last_seen_at=row.last_seen_at,
                expires_at=row.expires_at,
                current=row.id == caller.session,
            )
            for row in rows
        ]
    )


@router.delete(
    "/sessions/{session_id}",
    operation_id="revokeSession",
    summary="Sign out",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(404),
)
async def revoke(session_id: str, caller: SignedIn, session: WriteSession, house: House) -> None:
    """End a session of the caller's own: this one, or a forgotten one elsewhere.

    Its token is refused here at once, and by other API processes within seconds. Somebody else's session is
    as good as none.
    """
    if not await revoke_session(session, session_id, caller.person, datetime.now(UTC)):
        raise NotFound
    house.directory.forget(session_id)


@router.post(
    "/password",
    operation_id="changePassword",
    summary="Change my password",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(429),
)
async def change_password(
    change: PasswordChange, caller: SignedIn, session: WriteSession, house: House
) -> None:
    """Replace the caller's password and end every other session of the account.

    Guessing the current password is limited like signing in.
    """
    await replace_password(house, session, caller, change)


async def replace_password(
    house: Services, session: AsyncSession, caller: Caller, change: PasswordChange
) -> None:
    """Replace the caller's password and end every other session.

    Raises TooManyRequests, PasswordWrong, PasswordUnfit.
    """
    person = await session.get_one(PersonRow, caller.person)
    await house.login_limits.attempt(person.login, f"person {person.id}")
    verdict = await house.passwords.verify(change.current.get_secret_value(), person.password_hash)
    if not verdict.right:
        raise PasswordWrong
    if change.new == change.current:  # whoever gave it would still know it
        raise PasswordUnfit(Words(zh="新密码不能与当前密码相同", en="The new password must be another one"))
    at = datetime.now(UTC)
    person.password_hash = await house.passwords.hash(change.new.get_secret_value())
    person.password_changed_at = at
    person.must_change_password = False
    for ended in (*await revoke_others(session, person.id, caller.session, at), caller.session):
        house.directory.forget(ended)  # this one as well: it may have been good for nothing else
