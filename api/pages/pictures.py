"""`/pictures/{id}`: a picture, for the cookie's reader; `/pictures` takes one while a form is filled in."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, File, Header, UploadFile
from starlette.responses import JSONResponse, Response

from api.attachments.keeping import keep
from api.dependencies import House, ReadSession, WriteSession
from api.pages.reader import SignedInReader
from api.rest.attachments import picture_for

router: Final = APIRouter(include_in_schema=False)
PATH: Final = "/pictures"


@router.get("/pictures/{attachment_id}")
async def look(
    attachment_id: str,
    reader: SignedInReader,
    session: ReadSession,
    house: House,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The picture, for whoever sent it up and for those in whose jurisdiction that happened."""
    return await picture_for(house, session, reader.principal, attachment_id, if_none_match)


@router.post(PATH)
async def upload(
    file: Annotated[UploadFile, File()], reader: SignedInReader, session: WriteSession, house: House
) -> JSONResponse:
    """Keep a photo while the rest of the form is still being filled in; its id goes with the form.

    Answers with problem documents, as the script that sends it reads them.
    """
    row = await keep(house.pictures, session, reader.person, await file.read())
    return JSONResponse({"id": row.id, "latitude": row.latitude, "longitude": row.longitude}, status_code=201)
