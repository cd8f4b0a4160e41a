"""Tokens: what they carry, what breaks them, and how keys are rotated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api.errors import TokenExpired, TokenInvalid
from api.security.tokens import TokenSigner
from models.city.people import Post, Principal, Rank, Role
from models.city.units import UnitKind, UnitRef

HOUR = timedelta(hours=1)
GRID = UnitRef(
    id="500120001005-g18",
    kind=UnitKind.GRID,
    name="18网格",
    path="50.500120.500120001.500120001005.500120001005-g18",
    has_deputy=True,
)
STREET = UnitRef(id="500120001", kind=UnitKind.STREET, name="璧城街道", path="50.500120.500120001")
PRINCIPAL = Principal(
    person="p_li",
    posts=(
        Post(id="post_1", unit=GRID, role=Role.GRID_HEAD, rank=Rank.B),
        Post(id="post_2", unit=STREET, role=Role.SUPERVISOR),
    ),
)


def test_a_token_gives_back_the_session_the_person_and_the_posts() -> None:
    claims = TokenSigner(["key"], HOUR).read(TokenSigner(["key"], HOUR).issue("s1", PRINCIPAL))
    assert claims.session == "s1"
    assert claims.principal == PRINCIPAL
    assert abs(datetime.now(UTC) - claims.issued_at) < timedelta(seconds=5)


def test_a_token_with_ten_posts_fits_well_into_a_header() -> None:
    many = Principal(
        person="p_li", posts=tuple(Post(id=f"post_{n}", unit=GRID, role=Role.GRID_WORKER) for n in range(10))
    )
    assert len(TokenSigner(["key"], HOUR).issue("s" * 22, many)) < 1000


def test_any_changed_character_makes_it_invalid() -> None:
    signer = TokenSigner(["key"], HOUR)
    token = signer.issue("s1", PRINCIPAL)
    for place in range(0, len(token), 7):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(TokenInvalid):
            signer.read(changed)


@pytest.mark.parametrize("nonsense", ["", ".", "..", "a.b.c", "令牌", "\0", "x" * 10_000])
def test_nonsense_is_invalid(nonsense: str) -> None:
    with pytest.raises(TokenInvalid):
        TokenSigner(["key"], HOUR).read(nonsense)


def test_a_token_signed_for_something_else_is_invalid() -> None:
    signer = TokenSigner(["key"], HOUR)
    older_shape = signer._serializer.dumps(["s1", "p_li"])
    with pytest.raises(TokenInvalid):
        signer.read(str(older_shape))


def test_a_token_expires() -> None:
    token = TokenSigner(["key"], HOUR).issue("s1", PRINCIPAL)
    with pytest.raises(TokenExpired):
        TokenSigner(["key"], timedelta(seconds=-1)).read(token)


def test_the_newest_key_signs_and_retired_ones_still_verify() -> None:
    before = TokenSigner(["old"], HOUR).issue("s1", PRINCIPAL)
    rotated = TokenSigner(["new", "old"], HOUR)
    after = rotated.issue("s1", PRINCIPAL)
    assert rotated.read(before).session == rotated.read(after).session == "s1"
    assert TokenSigner(["new"], HOUR).read(after).session == "s1"
    with pytest.raises(TokenInvalid):
        TokenSigner(["new"], HOUR).read(before)
