"""Complaint: an escalation is lost, late or doubled after a restart."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import httpx
from temporalio.client import Client

from runtime.settings import Settings
from tests import servers as kept
from tests.support.limits import matter_under, seconds
from tests.support.product import Product, serving
from tests.support.records import eventually, row, written
from tests.support.worker_process import worker_process

GRID = "500120001005-g18"
CLOCK = "accept:r1.h1"


async def test_no_deadline_is_lost_or_doubled_when_every_worker_is_killed_across_it(
    temporal: Client, product_settings: Settings, servers: kept.Servers
) -> None:
    """Every worker is killed before yellow and comes back after red: urge, supervision and climb happen once,
    under the instants at which they were due.
    """
    limits = {"accept": {"budget": seconds(4), "yellow": 0.5, "at_red": ["supervise", "escalate"]}}
    async with (
        serving(temporal, product_settings) as app,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shaodao.test") as http,
    ):
        product = Product(app, http, temporal)
        matter = await matter_under(product, "restart", limits)
        reporter = await product.person("dongguan-g18")
        async with (
            worker_process(product_settings, servers.temporal) as one,
            worker_process(product_settings, servers.temporal) as two,
        ):
            number = (await reporter.report(matter=matter, unit=GRID))["number"]
            await asyncio.gather(one.kill(), two.kill())
        [started] = await written(product, number, "reported")
        await asyncio.sleep(5)
        assert not await written(product, number, "threshold_passed"), "killed too late"

        async with worker_process(product_settings, servers.temporal):
            await eventually(lambda: written(product, number, "escalated"), bool)
            await asyncio.sleep(1)  # whatever would come twice would come now
            facts = await written(product, number)
            case = await row(product, "SELECT * FROM cases WHERE number = :number", number=number)

    due = {"yellow": started["at"] + timedelta(seconds=2), "red": started["at"] + timedelta(seconds=4)}
    fired = [fact["body"] for fact in facts if fact["kind"] == "threshold_passed"]
    passed = [body for body in fired if body["clock"]["id"] == CLOCK]
    assert {body["threshold"]: body["scheduled"] for body in passed} == {
        threshold: at.isoformat().replace("+00:00", "Z") for threshold, at in due.items()
    }
    assert len(passed) == len(due)
    told = Counter(
        fact["kind"] for fact in facts if fact["body"].get("clock") == CLOCK
        or fact["body"].get("order", {}).get("clock") == CLOCK
    )  # fmt: skip
    assert told == {"urged": 1, "supervised": 1, "escalated": 1}
    [climb] = [f["body"] for f in facts if f["kind"] == "escalated" and f["body"]["clock"] == CLOCK]
    assert climb["scheduled"] == due["red"].isoformat().replace("+00:00", "Z")
    assert all(fact["at"] >= due["red"] for fact in facts if fact["command"] == "clock"), "nobody was there"
    assert case["version"] == len(facts)
