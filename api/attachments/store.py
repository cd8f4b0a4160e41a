"""Where picture bytes lie: a local folder, or any object store that `SHAODAO_ATTACHMENTS_URL` names."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog
from obstore.exceptions import GenericError
from obstore.store import LocalStore, ObjectStore, from_url

from api.attachments.pictures import Picture, clean
from api.errors import Away
from runtime.settings import Settings

log = structlog.get_logger(__name__)

AT_ONCE: Final = 2
"""Pictures decoded at the same time: each may take some hundred megabytes for a moment."""


class PictureStore:
    """Cleans, stores and returns pictures; one per process."""

    def __init__(self, settings: Settings) -> None:
        self._max_pixels = settings.max_image_pixels
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._store: ObjectStore = (
            from_url(settings.attachments_url)
            if settings.attachments_url
            else LocalStore(settings.state.attachments, mkdir=True)
        )

    async def take(self, data: bytes) -> Picture:
        """Clean the uploaded bytes and store the result under its hash; the same picture is stored once.

        Raises PictureUnreadable or PictureTooLarge; Away when nothing can be stored at the moment.
        """
        async with self._turns:
            picture = await asyncio.to_thread(clean, data, self._max_pixels)
        with _answering():
            await self._store.put_async(_key(picture.sha256), picture.data)
        return picture

    async def read(self, sha256: str) -> bytes:
        """The stored bytes. Raises FileNotFoundError when the store has lost them, Away when it is away."""
        with _answering():
            found = await self._store.get_async(_key(sha256))
            return bytes(await found.bytes_async())


@contextmanager
def _answering() -> Iterator[None]:
    """A full disk, or an object store that does not answer: later the same may go well."""
    try:
        yield
    except GenericError as error:
        log.warning("pictures_away", error=type(error).__name__)
        raise Away from error


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"
