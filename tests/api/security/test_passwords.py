"""Passwords: right, wrong, outdated, unfit, and no faster for nobody."""

from __future__ import annotations

import statistics
import time

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from api.errors import PasswordUnfit
from api.security.passwords import MAX_LENGTH, Passwords


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    return Passwords()


async def test_the_right_password_is_right_and_nothing_else_is(passwords: Passwords) -> None:
    stored = await passwords.hash("a sound of whistles")
    assert stored.startswith("$argon2id$")
    assert (await passwords.verify("a sound of whistles", stored)).right
    assert not (await passwords.verify("a sound of whistle", stored)).right
    assert not (await passwords.verify("", stored)).right


async def test_a_hash_of_weaker_parameters_is_renewed(passwords: Passwords) -> None:
    weak = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8192, parallelism=1),)).hash(
        "once upon a time"
    )
    verdict = await passwords.verify("once upon a time", weak)
    assert verdict.right
    assert verdict.renewed is not None
    assert (await passwords.verify("once upon a time", verdict.renewed)).renewed is None


async def test_nobody_is_refused_after_the_same_work(passwords: Passwords) -> None:
    stored = await passwords.hash("a sound of whistles")

    async def seconds(hashed: str | None) -> float:
        taken = []
        for _ in range(5):
            began = time.perf_counter()
            assert not (await passwords.verify("not the password", hashed)).right
            taken.append(time.perf_counter() - began)
        return statistics.median(taken)

    somebody, nobody = await seconds(stored), await seconds(None)
    assert nobody > somebody / 3


async def test_an_endless_password_is_wrong_without_being_hashed(passwords: Passwords) -> None:
    began = time.process_time()
    assert not (await passwords.verify("x" * 1_000_000, None)).right
    assert time.process_time() - began < 0.01


@pytest.mark.parametrize("unfit", ["", "too short", "x" * (MAX_LENGTH + 1), "ababababababab"])
async def test_an_unfit_password_is_not_hashed(passwords: Passwords, unfit: str) -> None:
    with pytest.raises(PasswordUnfit):
        await passwords.hash(unfit)
