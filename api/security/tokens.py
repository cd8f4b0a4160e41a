"""Bearer tokens: signed by us, readable without a database, small enough for a header.

A token carries the session, the person and the posts, so that a command is accepted while PostgreSQL is
away (docs/decisions/0003). It is signed, not encrypted: it holds identities and unit names, no names of
people.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from api.errors import TokenExpired, TokenInvalid
from models.base import Frozen
from models.city.people import Post, Principal, Rank, Role
from models.city.units import UnitKind, UnitRef


class Claims(Frozen):
    """What a token says, once its signature and age are found good."""

    session: str
    principal: Principal
    issued_at: datetime
    """To the second, UTC."""


class TokenSigner:
    """Makes and reads tokens. `keys` is newest first: the first signs, the others still verify."""

    def __init__(self, keys: Sequence[str], ttl: timedelta) -> None:
        self.ttl = ttl
        self._serializer = URLSafeTimedSerializer(
            list(reversed(keys)),  # itsdangerous signs with the last one
            salt="shaodao.token.v1",
            signer_kwargs={"digest_method": sha256, "key_derivation": "hmac"},
        )

    def issue(self, session: str, principal: Principal) -> str:
        """A token for `principal` in `session`, good for `ttl` from now."""
        posts = [_packed(post) for post in principal.posts]
        token = self._serializer.dumps([session, principal.person, posts])
        return token if isinstance(token, str) else token.decode()

    def read(self, token: str) -> Claims:
        """What the token says. Raises TokenExpired when it is too old, TokenInvalid when it is not ours."""
        try:
            (session, person, posts), issued_at = self._serializer.loads(
                token, max_age=int(self.ttl.total_seconds()), return_timestamp=True
            )
            principal = Principal(person=person, posts=tuple(_unpacked(post) for post in posts))
        except SignatureExpired as error:
            raise TokenExpired from error
        except (BadData, ValueError, TypeError) as error:  # the latter two: signed by us, in an older shape
            raise TokenInvalid from error
        return Claims(session=session, principal=principal, issued_at=issued_at.astimezone(UTC))


def _packed(post: Post) -> list[Any]:
    """A post without field names, and without the unit's id, which ends its path."""
    unit = post.unit
    return [
        post.id,
        post.role.value,
        post.rank.value if post.rank else "",
        unit.kind.value,
        unit.name,
        unit.path,
        int(unit.has_deputy),
    ]


def _unpacked(packed: list[Any]) -> Post:
    post_id, role, rank, kind, name, path, has_deputy = packed
    return Post(
        id=post_id,
        role=Role(role),
        rank=Rank(rank) if rank else None,
        unit=UnitRef(
            id=path.rpartition(".")[2],
            kind=UnitKind(kind),
            name=name,
            path=path,
            has_deputy=bool(has_deputy),
        ),
    )
