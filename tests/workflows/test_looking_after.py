"""What a case looks after by itself: it asks before it sends, and sends what nobody else has written."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from temporalio import activity
from temporalio.client import Client

from activities.projecting import Projecting
from api.writing import Writer
from runtime.settings import Settings
from tests.support.product import Product, serving
from tests.support.records import eventually, written
from worker import build_worker, projecting
from workflows.ids import PROJECT_ACTIVITY
from workflows.messages import Batch, Receipt

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


async def test_what_a_receipt_carried_is_only_asked_for(watched: tuple[Product, Watched]) -> None:
    product, watching = watched
    worker = await product.person("dongguan-g18")
    await worker.report(matter="other", unit=GRID)
    assert await eventually(watching.shapes, bool) == [(False, True)]
    [(question, _)] = watching.seen
    assert len(question.facts) == 1


async def test_what_no_receipt_brought_is_written(
    watched: tuple[Product, Watched], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(writer: Writer, receipt: Receipt) -> bool:
        """Whoever asked was killed when the receipt arrived."""
        del writer, receipt
        return False

    product, watching = watched
    worker = await product.person("dongguan-g18")
    monkeypatch.setattr(Writer, "write", lost)
    number = (await worker.report(matter="other", unit=GRID))["number"]
    assert await written(product, number) == []
    shapes = await eventually(watching.shapes, lambda shapes: len(shapes) > 1)
    assert shapes == [(False, False), (True, True)]
    assert len(await written(product, number)) == len((await product.timeline(number)).facts)
