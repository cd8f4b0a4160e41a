"""What makes the phone able to report without a network: the service worker, and the pages it keeps."""

from __future__ import annotations

import json
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.dependencies import ReadSession
from api.pages.assets import STATIC, address
from api.pages.forms import Form
from api.pages.reader import SignedInReader
from api.pages.worker.report_page import report_page

router: Final = APIRouter(include_in_schema=False)

PARTS: Final = ("pages/worker-store.js", "pages/worker-send.js")
"""What the service worker shares with the pages: the store of waiting reports, and the sending of them."""
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""A worker keeps to the policy of its own answer, not to the page's."""


@router.get("/sw.js")
async def service_worker() -> Response:
    """The service worker: at the root, because it may only serve what lies below its own address.

    It names its parts by their content's addresses, so that a change of any of them is a change of it, which
    is what browsers look for.
    """
    parts = json.dumps([address(name) for name in PARTS])
    script = (STATIC / "pages" / "worker-sw.js").read_text("utf-8")
    return Response(
        f"const PARTS = {parts};\n{script}",
        media_type="text/javascript",
        headers={
            "Cache-Control": "no-cache",
            "Content-Security-Policy": _POLICY,
            "Service-Worker-Allowed": "/",
        },
    )


@router.get("/report/shell")
async def report_shell(request: Request, reader: SignedInReader, session: ReadSession) -> Response:
    """The report page for the phone to keep: the form, the catalogue and the reader's own places."""
    return await report_page(request, session, reader, Form.empty(person=reader.person), kept=True)
