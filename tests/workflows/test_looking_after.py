"""What a case looks after by itself, and what it leaves to whoever has promised to see to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from temporalio import activity
from temporalio.client import Client

from activities.projecting import Projecting
from api import underway
from api.underway import FRESH
from api.writing import Writer
from models.tables.underway import UnderwayRow
from runtime.settings import Settings
from tests.support.product import Product, serving
from tests.support.records import eventually, rows, written
from worker import build_worker, projecting
from workflows.ids import PROJECT_ACTIVITY
from workflows.messages import Batch, Receipt
from workflows.policies import LOOK_AFTER, WAITING_LIMIT

GRID = "500120001005-g18"


class Watched(Projecting):
    """Writes as the product does, and remembers what it was asked and what it answered."""

    def __init__(self, product: Projecting) -> None:
        super().__init__(product.patient, product.patient)
        self._product = product
        self.seen: list[tuple[Batch, bool]] = []

    @activity.defn(name=PROJECT_ACTIVITY)
    async def project(self, batch: Batch) -> bool:
        answer = await self._product.project(batch)
        self.seen.append((batch, answer))
        return answer

    async def shapes(self) -> list[tuple[bool, bool]]:
        """Of each batch: whether it brought the state, and what the answer was."""
        return [(batch.case is not None, answer) for batch, answer in self.seen]


@pytest.fixture
async def watched(temporal: Client, product_settings: Settings) -> AsyncIterator[tuple[Product, Watched]]:
    """The product, with an eye on what its cases write."""
    async with (
        serving(temporal, product_settings) as app,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shaodao.test") as http,
        projecting(product_settings) as writing,
    ):
        watching = Watched(writing)
        async with build_worker(temporal, watching, product_settings):
            yield Product(app, http, temporal), watching


async def lost(writer: Writer, receipt: Receipt) -> bool:
    """Whoever asked was killed when the receipt arrived."""
    del writer, receipt
    return False


async def _promises(product: Product, number: str) -> int:
    return len(await rows(product, "SELECT 1 FROM underway WHERE case_no = :n", n=number))


async def _events(product: Product, number: str) -> int:
    handle = product.client.get_workflow_handle(number)
    return len((await handle.fetch_history()).events)


async def test_a_case_leaves_to_others_what_they_have_promised(watched: tuple[Product, Watched]) -> None:
    """A lone command costs the five events of a command, and no step of its own afterwards."""
    product, watching = watched
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    number = (await worker.report(matter="other", unit=GRID))["number"]
    reported = await _events(product, number)
    assert await _promises(product, number) == 1
    await officer.sends(number, "accept")
    await asyncio.sleep(LOOK_AFTER.total_seconds() + 1)
    # Accepting moves the deadline to an earlier one: one timer goes, another comes.
    assert await _events(product, number) - reported <= 7
    assert watching.seen == []
    assert await _promises(product, number) == 0
    assert len(await written(product, number)) == len((await product.timeline(number)).facts)


async def test_a_promise_that_nobody_kept_is_kept_by_others(
    watched: tuple[Product, Watched], monkeypatch: pytest.MonkeyPatch
) -> None:
    product, watching = watched
    worker = await product.person("dongguan-g18")
    monkeypatch.setattr(underway, "LEFT", timedelta(seconds=3))
    monkeypatch.setattr(Writer, "write", lost)
    number = (await worker.report(matter="other", unit=GRID))["number"]
    assert await written(product, number) == []
    assert await _promises(product, number) == 1
    shapes = await eventually(watching.shapes, lambda shapes: len(shapes) > 1, within=15)
    assert shapes == [(False, False), (True, True)]
    assert len(await written(product, number)) == len((await product.timeline(number)).facts)
    assert await eventually(lambda: _promises(product, number), lambda left: left == 0) == 0


async def test_a_case_that_is_kept_busy_is_looked_after_all_the_same(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What follows on missing facts is not written either; new promises do not put off the old one."""
    worker = await product.person("dongguan-g18")
    monkeypatch.setattr(underway, "LEFT", timedelta(seconds=3))
    with monkeypatch.context() as once:
        once.setattr(Writer, "write", lost)
        number = (await worker.report(matter="other", unit=GRID))["number"]

    async def noted() -> bool:
        await asyncio.sleep(0.5)
        return bool((await worker.sends(number, "annotate", note="仍在现场"))["projected"])

    assert not await noted()
    assert await eventually(noted, bool)


async def test_the_promise_of_a_process_that_is_gone_is_kept_too(watched: tuple[Product, Watched]) -> None:
    """Also where there is nothing left to be done, and where there never was such a case."""
    product, watching = watched
    worker = await product.person("dongguan-g18")
    number = (await worker.report(matter="other", unit=GRID))["number"]
    async with product.services.sessions.write() as session:
        for one in (number, "20200101-000000"):
            session.add(
                UnderwayRow(id=f"gone {one}", case_no=one, since=datetime.now(UTC) - timedelta(hours=1))
            )
    gone = "SELECT case_no FROM underway WHERE id LIKE 'gone%'"
    assert await eventually(lambda: rows(product, gone), lambda left: not left, within=15) == []
    assert await eventually(watching.shapes, bool) == [(False, True)]


async def test_what_nobody_promised_the_case_asks_for_and_sends_only_if_it_is_missing(
    watched: tuple[Product, Watched], no_promises: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    del no_promises
    product, watching = watched
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    number = (await worker.report(matter="other", unit=GRID))["number"]
    assert await _promises(product, number) == 0
    assert await eventually(watching.shapes, bool, within=15) == [(False, True)]
    [(question, _)] = watching.seen
    assert len(question.facts) == 1

    monkeypatch.setattr(Writer, "write", lost)
    before = await written(product, number)
    await officer.sends(number, "accept")
    assert await written(product, number) == before
    shapes = await eventually(watching.shapes, lambda shapes: len(shapes) > 2, within=15)
    assert shapes[1:] == [(False, False), (True, True)]
    assert len(await written(product, number)) == len((await product.timeline(number)).facts)


async def test_a_case_looks_by_itself_when_too_much_waits_for_others(
    watched: tuple[Product, Watched],
) -> None:
    product, watching = watched
    worker = await product.person("dongguan-g18")
    number = (await worker.report(matter="other", unit=GRID))["number"]
    for note in range(WAITING_LIMIT):
        await worker.sends(number, "annotate", note=f"{note}")
    assert await eventually(watching.shapes, bool, within=15) == [(False, True)]


async def test_one_promise_covers_the_commands_of_a_moment(product: Product) -> None:
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    number = (await worker.report(matter="other", unit=GRID))["number"]
    [first] = await rows(product, "SELECT since FROM underway WHERE case_no = :n", n=number)
    await officer.sends(number, "accept")
    [second] = await rows(product, "SELECT since FROM underway WHERE case_no = :n", n=number)
    assert second == first
    await asyncio.sleep(FRESH.total_seconds())
    await officer.sends(number, "annotate", note="另一时刻")
    [third] = await rows(product, "SELECT max(since) AS since FROM underway WHERE case_no = :n", n=number)
    assert third["since"] > first["since"]
