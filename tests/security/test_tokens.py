"""Bearer tokens over HTTP: expired, revoked, changed, signed by others, or saying more than they may.

What a token is made of is tests/api/security/test_tokens.py; signing in is tests/api/rest/test_tokens.py.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import text

from api.security.tokens import TokenSigner
from models.city.people import Post, Principal, Role
from models.city.units import UnitKind, UnitRef
from tests.security import shared
from tests.security.cookies import browser_of
from tests.support.product import API, Person, Product

product = shared.product


async def _asks(product: Product, token: str) -> tuple[int, str]:
    answer = await product.http.get(f"{API}/cases", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, str(answer.json().get("code", ""))


def _token(person: Person) -> str:
    return person.headers["Authorization"].split()[1]


async def test_a_token_of_another_key_is_nobodys(product: Product) -> None:
    person = await product.admitted("bicheng-dispatch")
    claims = product.services.signer.read(_token(person))
    forged = TokenSigner(["another installation's key: 0123456789"], timedelta(hours=1))
    assert await _asks(product, forged.issue(claims.session, claims.principal)) == (401, "token_invalid")
    assert await _asks(product, _token(person)) == (200, "")


async def test_an_expired_token_is_over_by_api_and_by_page(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await product.admitted("bicheng-dispatch")
    monkeypatch.setattr(product.services.signer, "ttl", timedelta(seconds=-2))
    assert await _asks(product, _token(person)) == (401, "token_expired")
    assert (await browser_of(product, person).get("/cases")).status_code == 303


async def test_every_part_of_a_token_is_under_its_signature(product: Product) -> None:
    """Another person, another post, another time: whatever is changed, it is not ours any more."""
    token = _token(await product.admitted("dongguan-g18"))
    said, stamp, signature = token.lstrip(".").rsplit(".", 2)
    other = base64.urlsafe_b64encode(
        json.dumps(["s", "p_x", [["post", "commander", "", "city", "重庆市", "50", 0]]]).encode()
    ).decode()
    tries = [
        f"{other}.{stamp}.{signature}",
        f".{said}x.{stamp}.{signature}",
        f".{said}.{stamp}A.{signature}",
        f".{said}.{stamp}.{signature[:-2]}",
        f".{said}.{stamp}.",
        f".{said}",
        f"{token}.{signature}",
        token.swapcase(),
    ]
    for forged in tries:
        assert await _asks(product, forged) == (401, "token_invalid"), forged


async def test_what_a_token_says_counts_less_than_the_records(product: Product) -> None:
    """Signed by us, with a post that the person does not hold (any more): the posts come from the records."""
    worker = await product.admitted("dongguan-g18")
    claims = product.services.signer.read(_token(worker))
    city = UnitRef(id="50", kind=UnitKind.CITY, name="重庆市", path="50")
    inflated = Principal(
        person=claims.principal.person, posts=(Post(id="p", unit=city, role=Role.COMMANDER),)
    )
    token = product.services.signer.issue(claims.session, inflated)
    me = await product.http.get(f"{API}/me", headers={"Authorization": f"Bearer {token}"})
    assert [post["role"] for post in me.json()["posts"]] == ["grid_worker"]
    other = await product.admitted("bicheng-dispatch")
    swapped = claims.principal.model_copy(
        update={"person": product.services.signer.read(_token(other)).principal.person}
    )
    token = product.services.signer.issue(claims.session, swapped)
    me = await product.http.get(f"{API}/me", headers={"Authorization": f"Bearer {token}"})
    assert me.json()["name"] == (await worker.get("/me")).json()["name"], "the session is whose it is"


async def test_a_revoked_token_is_over_within_the_five_seconds_that_it_is_remembered(
    product: Product,
) -> None:
    """Revoked elsewhere, as another process does it: nobody tells this one, and it finds out by itself."""
    person = await product.admitted("minzhu-g5")
    assert await _asks(product, _token(person)) == (200, "")
    ended = "UPDATE sessions SET revoked_at = :at WHERE id = :id"
    values = {"at": datetime.now(UTC), "id": product.services.signer.read(_token(person)).session}
    async with product.services.sessions.write() as session:
        await session.execute(text(ended), values)
    began = time.monotonic()
    while await _asks(product, _token(person)) == (200, ""):  # asking does not keep it alive
        assert time.monotonic() - began < 5.5
        await asyncio.sleep(0.1)
    assert await _asks(product, _token(person)) == (401, "session_ended")
    assert (await browser_of(product, person).get("/mine")).status_code == 303


@pytest.mark.parametrize(
    "ends",
    [
        "UPDATE sessions SET revoked_at = :at WHERE id = :id",
        "UPDATE sessions SET expires_at = :at WHERE id = :id",
        "DELETE FROM sessions WHERE id = :id",
        "UPDATE people SET active = false WHERE id = (SELECT person_id FROM sessions WHERE id = :id)",
    ],
)
async def test_a_session_that_is_over_is_over_for_its_token_and_its_cookie(
    product: Product, ends: str
) -> None:
    person = await product.admitted("minzhu-g5")
    session_id = product.services.signer.read(_token(person)).session
    values = {"id": session_id, "at": datetime.now(UTC) - timedelta(seconds=1)}
    try:
        async with product.services.sessions.write() as session:
            await session.execute(text(ends), {k: v for k, v in values.items() if f":{k}" in ends})
        product.services.directory.forget(session_id)
        assert await _asks(product, _token(person)) == (401, "session_ended")
        assert (await browser_of(product, person).get("/mine")).status_code == 303
        command = await person.post("/cases/20260101-000001/claim", {})
        assert command.status_code == 401
    finally:
        async with product.services.sessions.write() as session:
            await session.execute(text("UPDATE people SET active = true WHERE login = 'minzhu-g5'"))


async def test_a_post_that_is_taken_away_is_gone_with_the_next_look(product: Product) -> None:
    person = await product.admitted("minzhu-g1")
    session_id = product.services.signer.read(_token(person)).session
    assert len((await person.get("/me")).json()["posts"]) == 1
    ended = "UPDATE posts SET until = :at FROM people WHERE people.id = person_id AND login = 'minzhu-g1'"
    async with product.services.sessions.write() as session:
        await session.execute(text(ended), {"at": datetime.now(UTC)})
    product.services.directory.forget(session_id)
    assert (await person.get("/me")).json()["posts"] == []
    refused = await person.post("/cases", {"matter": "other", "unit": "500107003003-g1"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_yours")


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic YTpi", "bearer  x", "Bearer a b", "Token x", "Bearer " + "x" * 60_000],
)
async def test_what_is_no_bearer_token_is_401(product: Product, header: str) -> None:
    answer = await product.http.get(f"{API}/me", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_cookie_opens_no_program_interface_and_a_token_no_page(product: Product) -> None:
    person = await product.admitted("dongguan")
    browser = browser_of(product, person)
    assert (await browser.http.get(f"{API}/me")).status_code == 401
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(product.app), base_url="http://shaodao.test"
    ) as http:
        assert (await http.get("/me", headers=person.headers)).status_code == 303
