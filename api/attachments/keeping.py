"""Keeping a picture: its bytes in the store, and the row that says whose it is."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.attachments.store import PictureStore
from models.queries.attachments import add_attachment
from models.tables.attachments import AttachmentRow


async def keep(store: PictureStore, session: AsyncSession, person: str, data: bytes) -> AttachmentRow:
    """Decode, clean and store the picture in `data` for `person`; commands refer to it by the row's id.

    Raises PictureUnreadable, PictureTooLarge.
    """
    picture = await store.take(data)
    row = AttachmentRow(
        id=f"at_{secrets.token_urlsafe(16)}",
        sha256=picture.sha256,
        media_type=picture.media_type,
        size=len(picture.data),
        width=picture.width,
        height=picture.height,
        taken_at=picture.taken_at,
        latitude=picture.latitude,
        longitude=picture.longitude,
        uploaded_by=person,
        uploaded_at=datetime.now(UTC),
    )
    await add_attachment(session, row)
    return row
