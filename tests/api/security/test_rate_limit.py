"""Limits on guessing."""

from __future__ import annotations

import pytest

from api.errors import TooManyRequests
from api.security.rate_limit import LoginLimits


async def test_one_login_is_tried_so_often_and_no_more_from_wherever() -> None:
    limits = LoginLimits("3/minute", "100/minute")
    for n in range(3):
        await limits.attempt("grid", f"10.0.0.{n}")
    with pytest.raises(TooManyRequests) as refused:
        await limits.attempt("GRID", "10.0.0.9")
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 60
    await limits.attempt("another", "10.0.0.9")


async def test_one_address_tries_so_many_logins_and_no_more() -> None:
    limits = LoginLimits("100/minute", "4/minute")
    for n in range(4):
        await limits.attempt(f"login-{n}", "10.0.0.1")
    with pytest.raises(TooManyRequests):
        await limits.attempt("login-5", "10.0.0.1")
    await limits.attempt("login-5", "10.0.0.2")


async def test_a_right_password_forgets_the_wrong_ones_before() -> None:
    limits = LoginLimits("3/minute", "100/minute")
    for _ in range(5):
        await limits.attempt("grid", "10.0.0.1")
        await limits.attempt("grid", "10.0.0.1")
        await limits.succeeded("Grid", "10.0.0.1")


async def test_who_wears_a_login_down_does_not_lock_its_owner_out() -> None:
    limits = LoginLimits("3/minute", "100/minute")
    await limits.attempt("grid", "10.0.0.1")
    await limits.succeeded("grid", "10.0.0.1")
    for n in range(3):
        await limits.attempt("grid", f"192.0.2.{n}")
    with pytest.raises(TooManyRequests):
        await limits.attempt("grid", "192.0.2.3")
    for _ in range(3):
        await limits.attempt("Grid", "10.0.0.1")
    with pytest.raises(TooManyRequests):  # and the owner's own network is limited too
        await limits.attempt("grid", "10.0.0.1")


async def test_of_ipv6_a_whole_line_is_one_address() -> None:
    limits = LoginLimits("100/minute", "4/minute")
    for n in range(4):
        await limits.attempt(f"login-{n}", f"2001:db8:1:2::{n}")
    with pytest.raises(TooManyRequests):
        await limits.attempt("login-5", "2001:db8:1:2:ffff::5")
    await limits.attempt("login-5", "2001:db8:1:3::5")
