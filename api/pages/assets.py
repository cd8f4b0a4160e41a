"""What browsers load: addresses that change with the content, kept for ever, and compressed once."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

STATIC: Final = Path(__file__).parents[1] / "static"
PREFIX: Final = "/static"
FOR_EVER: Final = "public, max-age=31536000, immutable"
A_WHILE: Final = "public, max-age=300"
_SQUEEZED: Final = frozenset({"text/css", "text/javascript", "image/svg+xml", "application/manifest+json"})
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("application/manifest+json", ".webmanifest")


@dataclass(frozen=True, slots=True)
class _Asset:
    data: bytes
    squeezed: bytes | None
    kind: str
    digest: str


@lru_cache(maxsize=256)
def _read(name: str, _changed: int) -> _Asset:
    data = (STATIC / name).read_bytes()
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    squeezed = gzip.compress(data, 9, mtime=0) if kind in _SQUEEZED else None
    return _Asset(data, squeezed, kind, hashlib.sha256(data).hexdigest()[:12])


def _asset(name: str) -> _Asset | None:
    path = (STATIC / name).resolve()
    if not path.is_relative_to(STATIC) or not path.is_file():
        return None
    return _read(str(path.relative_to(STATIC)), path.stat().st_mtime_ns)


@lru_cache(maxsize=512)
def address(name: str) -> str:
    """The address of the asset `name`, with its content's digest. Raises FileNotFoundError."""
    found = _asset(name)
    if found is None:
        raise FileNotFoundError(name)
    return f"{PREFIX}/{name}?v={found.digest}"


class Assets:
    """The ASGI application under `/static`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405)
        name = scope["path"].removeprefix(scope.get("root_path", "")).removeprefix(PREFIX).lstrip("/")
        try:
            found = _asset(name)
        except (ValueError, OSError):  # a NUL byte, or a name longer than the file system takes
            found = None
        if found is None:
            raise HTTPException(404)
        asked = Headers(scope=scope)
        headers = {
            "Cache-Control": FOR_EVER if f"v={found.digest}".encode() in scope["query_string"] else A_WHILE,
            "ETag": f'"{found.digest}"',
            "Vary": "Accept-Encoding",
        }
        if asked.get("if-none-match") == headers["ETag"]:
            await Response(status_code=304, headers=headers)(scope, receive, send)
            return
        data = found.data
        if found.squeezed is not None and "gzip" in asked.get("accept-encoding", ""):
            data = found.squeezed
            headers["Content-Encoding"] = "gzip"
        await Response(data, media_type=found.kind, headers=headers)(scope, receive, send)
