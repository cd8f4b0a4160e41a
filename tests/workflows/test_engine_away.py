"""Temporal, or every worker, is away: the caller hears it, and the same key has one effect afterwards."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from temporalio.client import Client

from runtime.settings import Settings
from tests import servers as kept
from tests.support.outages import behind_a_line_to_temporal
from tests.support.product import Product, running, serving, working
from tests.support.records import eventually, rows

GRID = "500120001005-g18"


@pytest.fixture
def impatient(product_settings: Settings) -> Settings:
    """The product's settings, with callers that are told after two seconds."""
    return product_settings.model_copy(update={"rpc_timeout": timedelta(seconds=2)})


def _away(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()["code"]) == (503, "engine_away"), answer.text
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("how", ["cut", "silent"])
async def test_while_the_engine_is_away_nothing_is_lost_on_a_retry_with_the_same_key(
    temporal: Client, impatient: Settings, servers: kept.Servers, how: str
) -> None:
    async with behind_a_line_to_temporal(temporal, impatient, servers.temporal) as (product, line):
        worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
        number = (await worker.report(matter="other", unit=GRID))["number"]
        report = {"matter": "other", "unit": GRID, "text": f"停电 {how}"}

        if how == "cut":
            await line.cut()
        else:
            line.silence()
        _away(await worker.post("/cases", report, key=f"while-{how}"))
        _away(await officer.post(f"/cases/{number}/accept", key="accept-1"))
        read = await officer.get(f"/cases/{number}")
        assert (read.status_code, read.json()["stage"]) == (200, "reported"), "reading needs no engine"
        await line.mend()

        reported = await eventually(
            lambda: worker.post("/cases", report, key=f"while-{how}"), lambda it: it.status_code != 503
        )
        assert reported.status_code in (200, 201), reported.text
        accepted = await eventually(
            lambda: officer.post(f"/cases/{number}/accept", key="accept-1"), lambda it: it.status_code != 503
        )
        assert accepted.status_code == 200, accepted.text
        assert len(await product.facts(number, "accepted")) == 1
        cases = "SELECT number FROM cases WHERE snapshot->>'text' = :said"
        assert [it["number"] for it in await rows(product, cases, said=f"停电 {how}")] == [
            reported.json()["number"]
        ]


async def test_without_a_worker_the_caller_hears_it_and_the_same_key_has_one_effect_afterwards(
    temporal: Client, impatient: Settings
) -> None:
    async with running(temporal, impatient) as before:
        worker = await before.person("dongguan-g18")
        number = (await worker.report(matter="other", unit=GRID))["number"]
    async with (
        serving(temporal, impatient) as app,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shaodao.test") as http,
    ):
        product = Product(app, http, temporal)
        worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
        report = {"matter": "other", "unit": GRID, "text": "无人值守"}
        _away(await officer.post(f"/cases/{number}/accept", key="accept-1"))
        _away(await worker.post("/cases", report, key="nobody-there"))

        async with working(temporal, impatient):
            accepted = await eventually(
                lambda: officer.post(f"/cases/{number}/accept", key="accept-1"),
                lambda it: it.status_code != 503,
            )
            assert accepted.status_code == 200, accepted.text
            reported = await worker.post("/cases", report, key="nobody-there")
            assert reported.status_code == 200, "it had been taken in, with its number"
            assert len(await product.facts(number, "accepted")) == 1
            cases = "SELECT number FROM cases WHERE snapshot->>'text' = '无人值守'"
            found = await eventually(lambda: rows(product, cases), bool)
            assert [it["number"] for it in found] == [reported.json()["number"]]


async def test_a_report_whose_step_fails_may_be_sent_again_and_then_succeeds(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in the worker, or a pause so long that Temporal takes it for one."""
    worker = await product.person("dongguan-g18")
    report = {"matter": "other", "unit": GRID, "text": "台阶松动"}
    with monkeypatch.context() as broken:
        broken.setattr("models.case.views.stage_name", None)
        _away(await worker.post("/cases", report, key="again"))
    reported = await eventually(
        lambda: worker.post("/cases", report, key="again"), lambda answer: answer.status_code != 503
    )
    assert reported.status_code in (200, 201), reported.text
