"""Passwords: argon2id, off the event loop, and no faster for accounts that do not exist."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from pwdlib import PasswordHash
from pydantic import BaseModel

from api.errors import PasswordUnfit, TooManyRequests
from models.base import Words

MIN_LENGTH: Final = 10
MAX_LENGTH: Final = 128
"""Longer ones are refused before hashing, so that nobody buys our processor time by the megabyte."""
AT_ONCE: Final = 2
"""Hashes computed at the same time: each takes 64 MiB and a core for some tens of milliseconds."""

WAITING: Final = 100
"""Who waits for one of these at most, some seconds; more are refused at once, for none of them would stay."""


class Verdict(BaseModel):
    """Whether a password is right, and its hash under today's parameters when the stored one is outdated."""

    right: bool
    renewed: str | None = None


class Passwords:
    """Hashes and verifies; one per process."""

    def __init__(self, hasher: PasswordHash | None = None) -> None:
        self._hasher = hasher or PasswordHash.recommended()
        # Verified when there is no such account, so that the answer takes as long as for a wrong password.
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._asking = 0

    async def hash(self, password: str) -> str:
        """The hash to store.

        Raises PasswordUnfit when the password is too short or too long, TooManyRequests when too many wait.
        """
        require_fit(password)
        async with self._turn():
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password: str, stored: str | None) -> Verdict:
        """Compare with the stored hash; `None` stands for an account that does not exist.

        Raises TooManyRequests when too many wait, before it is known whose password it is.
        """
        if len(password) > MAX_LENGTH:
            return Verdict(right=False)
        async with self._turn():
            right, renewed = await asyncio.to_thread(
                self._hasher.verify_and_update, password, stored or self._nobody
            )
        return Verdict(right=right, renewed=renewed) if stored else Verdict(right=False)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._asking >= AT_ONCE + WAITING:
            raise TooManyRequests(5)
        self._asking += 1
        try:
            async with self._turns:
                yield
        finally:
            self._asking -= 1


def require_fit(password: str) -> None:
    """Raise PasswordUnfit unless the password may be chosen: 10 to 128 characters, not one repeated."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise PasswordUnfit(
            Words(
                zh=f"密码长度应为 {MIN_LENGTH} 至 {MAX_LENGTH} 个字符",
                en=f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters",
            )
        )
    if len(set(password)) < 5:
        raise PasswordUnfit(
            Words(zh="密码至少应有 5 个不同的字符", en="A password has at least 5 different characters")
        )
