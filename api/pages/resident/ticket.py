"""The ticket of a report's form: signed, for one place, and the secret from which all of the report grows.

It travels in a hidden field. The same ticket sent twice is the same resident, the same report and the same
tracking code, so nothing needs to be remembered between two tries; and its age tells a person from a machine
that answers at once. Only hashes of its secret are ever kept.
"""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime, timedelta
from hashlib import blake2b, sha256
from typing import Final, NamedTuple

from itsdangerous import BadData, URLSafeTimedSerializer

from api.services import Services
from models.case.tracking_code import code_from

LEAST: Final = timedelta(seconds=3)
"""Nobody takes a photo, or writes a line, faster than this."""
LONGEST: Final = timedelta(hours=12)
"""How long a form may lie open."""
_SECRET_BYTES: Final = 16


class Ticket(NamedTuple):
    """A ticket that was found good."""

    secret: bytes
    age: timedelta

    @property
    def person(self) -> str:
        """The opaque identity of the resident, for this one report."""
        digest = blake2b(self.secret, digest_size=15, person=b"resident").digest()
        return f"r_{base64.b32encode(digest).decode().lower()}"

    @property
    def code(self) -> str:
        """The tracking code of the report."""
        return code_from(self.secret)

    @property
    def hasty(self) -> bool:
        """Whether it came back sooner than a person could have filled the form in."""
        return self.age < LEAST


def issue(house: Services, place: str) -> str:
    """A fresh ticket for a report at `place`."""
    packed = base64.urlsafe_b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    ticket = _serializer(house).dumps([packed, place])
    return ticket if isinstance(ticket, str) else ticket.decode()


def read(house: Services, ticket: str, place: str) -> Ticket | None:
    """The ticket, if it is ours, for this place, and not too old."""
    try:
        (packed, issued_for), issued_at = _serializer(house).loads(
            ticket, max_age=int(LONGEST.total_seconds()), return_timestamp=True
        )
        secret = base64.urlsafe_b64decode(packed)
    except (BadData, ValueError, TypeError):
        return None
    if issued_for != place or len(secret) != _SECRET_BYTES:
        return None
    return Ticket(secret, datetime.now(UTC) - issued_at)


def _serializer(house: Services) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        list(reversed(house.settings.signing_keys)),  # itsdangerous signs with the last one
        salt="shaodao.resident.v1",
        signer_kwargs={"digest_method": sha256, "key_derivation": "hmac"},
    )
