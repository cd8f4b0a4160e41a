"""`POST /report/photos`: a photo goes up while the rest of the report is still being written."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, File, Request, UploadFile
from fastapi import Form as FormField
from starlette.responses import JSONResponse

from api.attachments.keeping import keep
from api.dependencies import House
from api.errors import AnotherPerson, ApiError
from api.language import language_of
from api.pages.reader import SignedInReader

PATH: Final = "/report/photos"
router: Final = APIRouter(include_in_schema=False)


@router.post(PATH)
async def upload(
    request: Request,
    file: Annotated[UploadFile, File()],
    reader: SignedInReader,
    house: House,
    person: Annotated[str, FormField(max_length=64)] = "",
) -> JSONResponse:
    """Keep a photo; its id goes with the report. One that waits for another's sign-in is not taken."""
    try:
        if person not in ("", reader.person):
            raise AnotherPerson
        async with house.sessions.write() as session:
            row = await keep(house.pictures, session, reader.person, await file.read())
    except ApiError as error:
        said = {"code": error.code, "refusal": error.detail.in_language(language_of(request))}
        return JSONResponse(said, status_code=error.status)
    where = {"latitude": row.latitude, "longitude": row.longitude}
    return JSONResponse({"id": row.id, "at": f"/pictures/{row.id}", **where}, status_code=201)
