"""The stage: patient where the product asks for patience, plain where it cannot go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from runtime.stories.faults import NotReady, Refused
from runtime.stories.stage import TRIES, Stage

ADDRESS = "http://shaodao.test"


def stage_with(answer: Callable[[httpx.Request], httpx.Response]) -> Stage:
    """A stage whose product answers like this."""
    return Stage(httpx.AsyncClient(base_url=ADDRESS, transport=httpx.MockTransport(answer)), "word")


def signed_in(answers: Iterator[httpx.Response]) -> Stage:
    """A stage on which anybody can sign in, and whatever is sent then is answered in turn."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/tokens"):
            return httpx.Response(200, json={"access_token": "t"})
        return next(answers)

    return stage_with(answer)


async def test_a_product_that_asks_for_patience_is_asked_again_under_the_same_key() -> None:
    keys: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/tokens"):
            return httpx.Response(200, json={"access_token": "t"})
        keys.append(request.headers["idempotency-key"])
        if len(keys) < 3:
            return httpx.Response((429, 503)[len(keys) - 1], headers={"Retry-After": "0"})
        return httpx.Response(201, json={"number": "20260302-000017"})

    stage = stage_with(answer)
    await stage.sign_in("dongguan")
    assert (await stage.post("dongguan", "/cases", {}, "k1"))["number"] == "20260302-000017"
    assert keys == ["k1"] * 3


async def test_patience_ends() -> None:
    stage = signed_in(iter([httpx.Response(503, headers={"Retry-After": "0"})] * TRIES))
    await stage.sign_in("dongguan")
    with pytest.raises(Refused, match="503"):
        await stage.post("dongguan", "/cases", {}, "k1")


async def test_a_product_that_asks_for_too_much_patience_is_not_waited_for() -> None:
    stage = signed_in(iter([httpx.Response(429, headers={"Retry-After": "3600"})]))
    await stage.sign_in("dongguan")
    with pytest.raises(Refused, match="429"):
        await stage.post("dongguan", "/cases", {}, "k1")


async def test_a_refusal_is_told_in_the_products_words() -> None:
    problem = {"code": "wrong_stage", "title": "冲突", "detail": "当前阶段不能“处置”"}
    stage = signed_in(iter([httpx.Response(409, json=problem)]))
    await stage.sign_in("dongguan")
    with pytest.raises(Refused, match="409 wrong_stage: 当前阶段不能“处置”"):
        await stage.post("dongguan", "/cases/20260302-000017/handle", {}, "k1")


async def test_a_product_that_does_not_answer_is_said_plainly() -> None:
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(NotReady, match="make run"):
        await stage_with(away).sign_in("dongguan")


async def test_missing_people_are_said_plainly() -> None:
    with pytest.raises(NotReady, match=r"(?s)dongguan.*SHAODAO_DEMO_PASSWORD"):
        await stage_with(lambda _: httpx.Response(401, json={})).sign_in("dongguan")


async def test_on_a_running_product_no_time_passes() -> None:
    stage = signed_in(iter([]))
    before = await stage.now()
    await stage.wait_until(datetime.now(UTC) + timedelta(days=121))
    assert await stage.now() - before < timedelta(seconds=5)
