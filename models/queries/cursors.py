"""Keyset cursors: where a page ended, as an opaque word the caller hands back.

A cursor holds the sort key of the last row. It is not signed: whatever it says, the filter of jurisdiction
is applied again, so a forged one shows nothing that an honest one would not.
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")

LONGEST = 400
"""Characters a cursor may have; ours are far shorter."""


class BadCursor(ValueError):
    """The cursor was not made by this list."""


def encode(key: object) -> str:
    """A cursor for the sort key `key` (values that JSON can hold, and instants)."""
    text = TypeAdapter(object).dump_json(key)
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def decode(cursor: str, kind: type[T]) -> T:
    """The sort key in the cursor. Raises BadCursor when it holds no `kind`."""
    try:
        if len(cursor) > LONGEST:
            raise BadCursor("too long")
        padded = cursor + "=" * (-len(cursor) % 4)
        content = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
        key: T = TypeAdapter(kind).validate_python(content, strict=False)
        _require_instants(key)
    except (UnicodeError, binascii.Error, ValueError, OverflowError, RecursionError) as error:
        raise BadCursor("not a cursor of this list") from error
    return key


def _require_instants(key: object) -> None:
    """Raise ValueError or OverflowError for a time without a zone, or one that no calendar of ours has."""
    for part in key if isinstance(key, tuple) else (key,):
        if isinstance(part, datetime):
            if part.tzinfo is None:
                raise ValueError("a time without a zone")
            part.astimezone(UTC)
