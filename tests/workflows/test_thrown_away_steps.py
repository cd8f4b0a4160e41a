"""A step that Temporal throws away, and has taken again, leaves nothing behind in PostgreSQL."""

from __future__ import annotations

import asyncio
import uuid
from functools import partial

import httpx
from temporalio.client import Client

from api.gateway import Gateway
from api.patience import Patience
from api.turns import Turns
from api.writing import Writer
from models.case.commands import Annotate, Envelope
from models.case.sealing import SealedFact, broken_link
from models.queries.facts import fact_rows, sealed
from runtime.settings import Settings
from tests import servers as kept
from tests.support.product import Product, serving
from tests.support.records import eventually, written
from tests.support.worker_process import worker_process

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
    crowding = Gateway(
        house.engine, house.settings, house.metrics, Writer(house.database, Patience()), Turns(at_once=20)
    )

    async def note(n: int) -> None:
        command = Annotate(note=f"{n}")
        await crowding.send(number, Envelope(id=uuid.uuid4().hex, principal=principal, command=command))

    await asyncio.gather(*(note(n) for n in range(20)))

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


async def _told_alike(product: Product, number: str) -> list[SealedFact]:
    """The facts, once PostgreSQL has them all, and has them as the workflow does."""
    held = (await product.timeline(number)).facts
    await eventually(lambda: written(product, number), lambda facts: len(facts) == len(held))
    async with product.services.sessions.read() as session:
        stored = [sealed(row) for row in (await fact_rows(session, [number]))[number]]
    assert [fact.hash for fact in stored] == [fact.hash for fact in held]
    assert broken_link(number, stored) is None
    return stored
