"""A step that Temporal throws away, and has taken again, leaves nothing behind in PostgreSQL."""

from __future__ import annotations

import asyncio
import uuid

from api.gateway import Gateway
from api.patience import Patience
from api.turns import Turns
from api.writing import Writer
from models.case.commands import Annotate, Envelope
from models.case.sealing import broken_link
from models.queries.facts import fact_rows, sealed
from tests.support.product import Product
from tests.support.records import eventually, written

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

    held = (await product.timeline(number)).facts
    await eventually(lambda: written(product, number), lambda facts: len(facts) == len(held))
    async with house.sessions.read() as session:
        stored = [sealed(row) for row in (await fact_rows(session, [number]))[number]]
    assert [fact.hash for fact in stored] == [fact.hash for fact in held]
    assert broken_link(number, stored) is None
    assert sorted(int(fact.body["note"]) for fact in stored if fact.body["fact"] == "annotated") == list(
        range(20)
    )
