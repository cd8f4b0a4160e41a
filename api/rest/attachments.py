"""Pictures as evidence: sent up, and looked at by those who may."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, File, Header, Response, UploadFile, status
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from api.attachments.keeping import keep
from api.dependencies import House, ReadSession, SignedIn, WriteSession
from api.errors import NotFound
from api.paths import API
from api.problems import SIGNED_IN, problems
from api.services import Services
from models.city.people import Principal
from models.queries.attachments import readable_attachment

PATH: Final = f"{API}/attachments"
router: Final = APIRouter(prefix=PATH, tags=["attachments"], responses=problems(*SIGNED_IN))

MULTIPART_OVERHEAD: Final = 16 * 1024
"""Bytes that the form around the picture may take."""


class AttachmentView(BaseModel):
    """A stored picture, with what the camera knew."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "at_3vXUu2nq0bN4cW8tHk1yJg",
                    "media_type": "image/jpeg",
                    "size": 412388,
                    "width": 2560,
                    "height": 1920,
                    "taken_at": "2026-03-02T01:12:45Z",
                    "latitude": 29.5921,
                    "longitude": 106.2279,
                    "uploaded_at": "2026-03-02T01:13:02Z",
                }
            ]
        }
    )

    id: str = Field(description="What commands refer to.")
    media_type: str
    size: int = Field(description="Bytes as stored.")
    width: int
    height: int
    taken_at: datetime | None = Field(description="By the camera's clock.")
    latitude: float | None = Field(description="WGS-84; no longer in the picture itself.")
    longitude: float | None
    uploaded_at: datetime


@router.post(
    "",
    operation_id="uploadAttachment",
    summary="Send a picture up",
    status_code=status.HTTP_201_CREATED,
    responses=problems(413),
)
async def upload(
    file: Annotated[UploadFile, File(description="JPEG, PNG, WebP or HEIC, judged by its content.")],
    caller: SignedIn,
    session: WriteSession,
    house: House,
    response: Response,
) -> AttachmentView:
    """Store a picture. Place and time are read from it, then everything but the pixels is dropped.

    It is turned upright, scaled to at most 2560 pixels and encoded anew. Commands refer to it by its id.
    """
    row = await keep(house.pictures, session, caller.person, await file.read())
    response.headers["Location"] = f"{PATH}/{row.id}"
    return AttachmentView.model_validate(row, from_attributes=True)


_PICTURES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The picture",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("image/jpeg", "image/webp")
        },
    },
    304: {"description": "The picture that the caller has is still the one"},
}


@router.get(
    "/{attachment_id}",
    operation_id="getAttachment",
    summary="Look at a picture",
    response_class=Response,
    responses={**_PICTURES, **problems(404)},
)
async def look(
    attachment_id: str,
    caller: SignedIn,
    session: ReadSession,
    house: House,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The picture, for whoever sent it up and for those in whose jurisdiction that happened."""
    return await picture_for(house, session, caller.principal, attachment_id, if_none_match)


async def picture_for(
    house: Services, session: AsyncSession, principal: Principal, attachment_id: str, known: str | None
) -> Response:
    """The picture if `principal` may see it, or 304 if the browser has it already. Raises NotFound."""
    row = await readable_attachment(session, principal, attachment_id)
    if row is None:
        raise NotFound
    headers = {
        "ETag": f'"{row.sha256}"',
        "Cache-Control": "private, max-age=86400, immutable",
        # Ours, not the uploader's: that one is never asked for.
        "Content-Disposition": f'inline; filename="{row.id}.{row.media_type.rpartition("/")[2]}"',
    }
    if known == headers["ETag"]:
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    return Response(await house.pictures.read(row.sha256), media_type=row.media_type, headers=headers)
