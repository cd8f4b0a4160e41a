"""`/admin/units/import`: a file of units or outlines, shown first, then done whole or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.responses import Response

from api.administering.importing import carry, confirm, show
from api.dependencies import House, ReadSession
from api.errors import NotFound
from api.pages.admin.frame import Admin, SignedInAdmin, admin_page, require_reason
from api.pages.answers import done
from api.pages.forms import Form
from models.base import Words
from models.queries.import_files import SILENT, ImportGone, discard, find_file
from models.queries.import_preview import Change, ImportPreview
from models.tables.imports import ImportRow, ImportState

router: Final = APIRouter(include_in_schema=False)

CHANGES: Final[dict[Change, Words]] = {
    Change.ADDED: Words(zh="增加", en="Added"),
    Change.RENAMED: Words(zh="更名", en="Renamed"),
    Change.MOVED: Words(zh="改隶", en="Moved"),
    Change.REVIVED: Words(zh="恢复", en="Brought back"),
    Change.VANISHED: Words(zh="停用", en="Closed"),
    Change.DRAWN: Words(zh="新边界", en="New outlines"),
    Change.REDRAWN: Words(zh="更换边界", en="Outlines replaced"),
}


@router.get("/admin/units/import")
async def choose(request: Request, who: SignedInAdmin) -> Response:
    """The form for a file."""
    return admin_page(request, "import.html", who, form=Form.empty(), refused=None)


@router.post("/admin/units/import")
async def bring(request: Request, who: SignedInAdmin, house: House) -> Response:
    """Read the file and show what it would change; a bad file is shown its faults by line."""
    form = await Form.of(request)
    files = form.files("file")
    if not files:
        words = Words(zh="请选择文件", en="Choose a file")
        form.fault("file", words.in_language(form.language))
        return admin_page(request, "import.html", who, form=form, refused=None)
    name = files[0].filename or "units.csv"
    kept, preview = await show(house, who.by, name, await files[0].read())
    if kept is None:
        words = Words(
            zh=f"{name} 有 {preview.fault_count} 处问题，没有做任何改动",
            en=f"{name} has {preview.fault_count} faults; nothing was changed",
        )
        form.fault("file", words.in_language(form.language))
        return admin_page(request, "import.html", who, form=form, refused=preview)
    return done(request, f"/admin/units/import/{kept}")


@router.get("/admin/units/import/{import_id}")
async def progress(import_id: str, request: Request, who: SignedInAdmin, session: ReadSession) -> Response:
    """What it would change; while it runs, how far it has come; and afterwards what became of it."""
    try:
        row = await find_file(session, import_id, who.by.person, datetime.now(UTC))
    except ImportGone as gone:
        raise NotFound from gone
    return _shown(request, who, row, Form.empty())


@router.post("/admin/units/import/{import_id}/confirm")
async def go(import_id: str, request: Request, who: SignedInAdmin, house: House) -> Response:
    """Do what was shown. The answer does not wait for it: the page tells how far it has come."""
    form = await Form.of(request)
    reason = require_reason(form)
    if form.wrong:
        async with house.sessions.read() as session:
            try:
                row = await find_file(session, import_id, who.by.person, datetime.now(UTC))
            except ImportGone as gone:
                raise NotFound from gone
        return _shown(request, who, row, form)
    await confirm(house, who.by, import_id)
    answer = done(request, f"/admin/units/import/{import_id}")
    # After the answer has gone out, and before the server may leave.
    answer.background = BackgroundTask(carry, house, who.by, import_id, reason)
    return answer


@router.post("/admin/units/import/{import_id}/discard")
async def drop(import_id: str, request: Request, who: SignedInAdmin, house: House) -> Response:
    """Forget the file; nothing was changed."""
    async with house.sessions.write() as session:
        await discard(session, import_id, who.by.person)
    words = Words(zh="已取消，没有做任何改动", en="Cancelled; nothing was changed")
    return done(request, "/admin/units", words)


def _shown(request: Request, who: Admin, row: ImportRow, form: Form) -> Response:
    report: dict[str, Any] = row.report or {}
    problem = Words.model_validate(report["problem"]) if "problem" in report else None
    silent = row.state is ImportState.RUNNING and datetime.now(UTC) - row.touched_at > SILENT
    return admin_page(
        request,
        "import_preview.html",
        who,
        block="progress",
        form=form,
        row=row,
        preview=None if problem else ImportPreview.model_validate(report),
        problem=problem,
        change_words=CHANGES,
        cut_off=silent,
    )
