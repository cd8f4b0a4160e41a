"""Signing in under attack: guessing, flooding, wearing down, and listening to how long an answer takes.

The limits themselves are tests/api/security/test_rate_limit.py; a single account's tenth try over HTTP is
tests/api/rest/test_tokens.py.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import httpx
import pytest

from api.errors import CredentialsWrong, TooManyRequests
from api.security.passwords import AT_ONCE, WAITING, Passwords
from api.security.rate_limit import LoginLimits
from api.security.signing_in import sign_in
from tests.security import shared
from tests.support.product import API, DEMO_PASSWORD, Product

product = shared.product

FLOOD = 300


@dataclass
class Counted:
    """What the hasher was asked meanwhile."""

    verified: int = 0
    at_once: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextmanager
def counting(passwords: Passwords, pause: float = 0.0) -> Iterator[Counted]:
    """Count the verifications; with a `pause` they take that many seconds instead of a core."""
    counted = Counted()
    hasher: Any = passwords._hasher
    real = hasher.verify_and_update

    def verify(password: str, stored: str) -> tuple[bool, str | None]:
        with counted.lock:
            counted.verified += 1
            counted.at_once += 1
            counted.most = max(counted.most, counted.at_once)
        try:
            if pause:
                time.sleep(pause)
                return False, None
            return real(password, stored)  # type: ignore[no-any-return]
        finally:
            with counted.lock:
                counted.at_once -= 1

    hasher.verify_and_update = verify
    yield counted
    hasher.verify_and_update = real


def _from(product: Product, address: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(product.app, client=(address, 50_000))
    return httpx.AsyncClient(transport=transport, base_url="http://shaodao.test")


async def _tries(product: Product, login: str, address: str) -> str:
    """What becomes of one wrong password."""
    try:
        await sign_in(product.services, login, "a wrong guess", address=address, user_agent=None)
    except (TooManyRequests, CredentialsWrong) as refused:
        return refused.code
    raise AssertionError("it was right")


@pytest.fixture
def strict(product: Product) -> Iterator[Product]:
    """The limits that an installation has, instead of the wide ones of the tests."""
    held = product.services.login_limits
    object.__setattr__(product.services, "login_limits", LoginLimits("10/minute", "120/minute"))
    yield product
    object.__setattr__(product.services, "login_limits", held)


async def test_ten_thousand_logins_from_one_address_cost_a_hundred_and_twenty(strict: Product) -> None:
    """The rest is refused before anything is looked up; somebody elsewhere signs in as if nothing were."""
    began = time.monotonic()
    with counting(strict.services.passwords, pause=0.001) as counted:
        said = [await _tries(strict, f"login-{n}", "192.0.2.7") for n in range(10_000)]
    minutes = 1 + (time.monotonic() - began) / 60
    assert counted.verified <= 120 * minutes
    assert said.count("too_many_requests") == len(said) - counted.verified
    async with _from(strict, "198.51.100.3") as honest:
        form = {"username": "shengdi", "password": DEMO_PASSWORD}
        assert (await honest.post(f"{API}/tokens", data=form)).status_code == 200
    async with _from(strict, "192.0.2.7") as attacker:
        answer = await attacker.post(f"{API}/tokens", data={"username": "x", "password": "y"})
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) >= 1


async def test_a_login_that_is_worn_down_from_everywhere_stays_open_to_its_owner(strict: Product) -> None:
    form = {"username": "shengdi-2", "password": DEMO_PASSWORD}
    async with _from(strict, "198.51.100.9") as honest:
        assert (await honest.post(f"{API}/tokens", data=form)).status_code == 200
        began = time.monotonic()
        with counting(strict.services.passwords, pause=0.001) as counted:
            for n in range(2_000):
                await _tries(strict, "shengdi-2", f"203.0.113.{n % 250}")
        assert counted.verified <= 10 * (1 + (time.monotonic() - began) / 60)
        assert (await honest.post(f"{API}/tokens", data=form)).status_code == 200
    async with _from(
        strict, "203.0.113.77"
    ) as stranger:  # even with the password: it might be guessed by now
        assert (await stranger.post(f"{API}/tokens", data=form)).status_code == 429


async def test_a_flood_of_logins_takes_two_cores_at_most_and_no_endless_queue(product: Product) -> None:
    """From hundreds of addresses at once: hashing has its turns, a short queue, and the others are served."""
    with counting(product.services.passwords, pause=0.02) as counted:
        flood = [
            asyncio.create_task(_tries(product, f"flood-{n}", f"10.{n // 250}.{n % 250}.1"))
            for n in range(FLOOD)
        ]
        await asyncio.sleep(0.1)
        asked = time.monotonic()
        assert (await product.http.get("/healthz")).status_code == 200
        waited = time.monotonic() - asked
        said = await asyncio.gather(*flood)
    assert counted.most <= AT_ONCE
    assert waited < 5, "the event loop is not the one that hashes"
    assert counted.verified <= FLOOD
    assert said.count("too_many_requests") + counted.verified == FLOOD
    assert product.services.passwords._asking == 0, "everybody has left the queue"


async def test_the_queue_for_hashing_is_short() -> None:
    passwords = Passwords()
    with counting(passwords, pause=0.01) as counted:
        asked = [passwords.verify(f"guess {n}", None) for n in range(AT_ONCE + WAITING + 50)]
        said = await asyncio.gather(*asked, return_exceptions=True)
    refused = [one for one in said if isinstance(one, TooManyRequests)]
    assert len(refused) == 50
    assert counted.verified == AT_ONCE + WAITING


@pytest.mark.parametrize("login", ["nobody-at-all", "dongguan", "DONGGUAN", "x" * 90, "名字"])
async def test_an_unknown_login_costs_what_a_known_one_does(product: Product, login: str) -> None:
    """One verification each, and the same answer to the letter."""
    answers = []
    for name in (login, "bishan-audit"):
        with counting(product.services.passwords) as counted:
            form = {"username": name, "password": "a wrong guess"}
            answers.append(await product.http.post(f"{API}/tokens", data=form))
        assert counted.verified == 1
    told = [{k: v for k, v in answer.json().items() if k != "instance"} for answer in answers]
    assert told[0] == told[1]
    assert answers[0].status_code == answers[1].status_code == 401


async def test_how_long_an_answer_takes_tells_nothing(product: Product) -> None:
    """Medians of alternate tries; other work on this machine is in both of them alike."""
    taken: dict[str, list[float]] = {"nobody-at-all": [], "bishan-audit": []}
    for _ in range(7):
        for login, times in taken.items():
            began = time.perf_counter()
            await _tries(product, login, "192.0.2.50")
            times.append(time.perf_counter() - began)
    unknown, known = (median(times) for times in taken.values())
    assert 0.4 < unknown / known < 2.5
