"""A step that Temporal throws away, and has taken again, leaves nothing behind in PostgreSQL."""

from __future__ import annotations

import asyncio
import uuid
from functools import partial

import httpx
from temporalio import activity
from temporalio.client import Client

from activities.projecting import Projecting
from api.gateway import Gateway
from api.patience import Patience
from api.turns import Turns
from api.underway import Underway
from api.writing import Writer
from models.case.commands import Annotate, Envelope
from models.case.sealing import SealedFact, broken_link
from models.queries.facts import fact_rows, sealed
from runtime.database import Standing
from runtime.settings import Settings
from tests import servers as kept
from tests.support.outages import PATIENCE
from tests.support.product import Product, serving
from tests.support.records import eventually, written
from tests.support.worker_process import worker_process
from worker import build_worker, projecting
from workflows.ids import PROJECT_ACTIVITY
from workflows.messages import Batch
from workflows.policies import LOOK_AFTER

GRID = "500120001005-g18"


async def test_more_commands_at_once_than_the_engine_takes_are_told_alike_everywhere(
    product: Product,
) -> None:
    """Without turns, twenty at once make the server drop steps that were under way: each is decided anew,
    later and in another order. What was decided in vain must not have been written.
    """
    house, worker = product.services, await product.person("dongguan-g18")
    number = (await worker.report(matter="other", unit=GRID))["number"]
    principal = house.signer.read(worker.headers["Authorization"].split()[1]).principal
    committing = Standing(house.database.execution_options(isolation_level="AUTOCOMMIT"), most=2)
    patience = Patience(PATIENCE)
    crowding = Gateway(
        house.engine,
        house.settings,
        house.metrics,
        Writer(committing, patience),
        Underway(committing, patience),
        Turns(at_once=20),
    )

    async def note(n: int) -> None:
        command = Annotate(note=f"{n}")
        await crowding.send(number, Envelope(id=uuid.uuid4().hex, principal=principal, command=command))

    await asyncio.gather(*(note(n) for n in range(20)))
    await committing.close()

    stored = await _told_alike(product, number)
    assert sorted(int(fact.body["note"]) for fact in stored if fact.body["fact"] == "annotated") == list(
        range(20)
    )


async def test_commands_under_way_when_a_worker_is_killed_happen_once(
    temporal: Client, product_settings: Settings, servers: kept.Servers
) -> None:
    """One of two workers is killed in the middle of everything; callers send again what was not answered."""
    async with (
        serving(temporal, product_settings) as app,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shaodao.test") as http,
        worker_process(product_settings, servers.temporal) as doomed,
        worker_process(product_settings, servers.temporal),
    ):
        product = Product(app, http, temporal)
        worker = await product.person("dongguan-g18")
        numbers = [(await worker.report(matter="other", unit=GRID))["number"] for _ in range(6)]

        async def notes(number: str) -> None:
            for n in range(6):
                send = partial(worker.post, f"/cases/{number}/annotate", {"note": f"{n}"}, key=f"{n}")
                answer = await eventually(send, lambda it: it.status_code != 503)
                assert answer.status_code == 200, answer.text

        under_way = asyncio.gather(*(notes(number) for number in numbers))
        await asyncio.sleep(0.1)
        await doomed.kill()
        await under_way

        for number in numbers:
            stored = await _told_alike(product, number)
            said = [fact.body["note"] for fact in stored if fact.body["fact"] == "annotated"]
            assert said == [f"{n}" for n in range(6)]


class Listening(Projecting):
    """Writes as the product does, and remembers what it was given. It has never heard of a receipt."""

    def __init__(self, product: Projecting) -> None:
        super().__init__(product.patient, product.patient)
        self._product = product
        self.batches: list[Batch] = []

    @activity.defn(name=PROJECT_ACTIVITY)
    async def project(self, batch: Batch) -> bool:
        if batch.case is None:
            return False
        self.batches.append(batch)
        return await self._product.project(batch)


async def test_what_the_case_writes_is_no_newer_than_the_facts_it_writes(
    temporal: Client, product_settings: Settings, no_promises: None
) -> None:
    """Commands come in the very steps in which the case writes by itself. The state after them may be thrown
    away with the step, so what is written beside durable facts is the state that those led to.
    """
    del no_promises
    async with (
        serving(temporal, product_settings) as app,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shaodao.test") as http,
        projecting(product_settings) as writing,
    ):
        product, listening = Product(app, http, temporal), Listening(writing)
        reporter = await product.person("dongguan-g18")

        async def busy_when_it_writes(place: int) -> None:
            await asyncio.sleep(place * 0.3)
            number = (await reporter.report(matter="other", unit=GRID))["number"]
            await asyncio.sleep(LOOK_AFTER.total_seconds() - 0.2)
            for note in range(8):
                await reporter.post(f"/cases/{number}/annotate", {"note": f"{note}"}, f"{note}")

        async with build_worker(temporal, listening, product_settings):
            await asyncio.gather(*map(busy_when_it_writes, range(10)))
            await eventually(lambda: _batches(listening), lambda batches: len(batches) >= 10)
    for batch in listening.batches:
        assert batch.case is not None
        assert batch.case.version == batch.facts[-1].seq
        assert batch.case.head == batch.facts[-1].hash


async def _batches(listening: Listening) -> list[Batch]:
    return listening.batches


async def _told_alike(product: Product, number: str) -> list[SealedFact]:
    """The facts, once PostgreSQL has them all, and has them as the workflow does."""
    held = (await product.timeline(number)).facts
    await eventually(lambda: written(product, number), lambda facts: len(facts) == len(held))
    async with product.services.sessions.read() as session:
        stored = [sealed(row) for row in (await fact_rows(session, [number]))[number]]
    assert [fact.hash for fact in stored] == [fact.hash for fact in held]
    assert broken_link(number, stored) is None
    return stored
