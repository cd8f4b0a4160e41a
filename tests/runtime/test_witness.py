"""What a case's workflow, and the histories of all its runs, can still say."""

from __future__ import annotations

from temporalio.client import Client

from models.queries.facts import facts_of
from runtime.repairing.witness import Held, Witnesses
from runtime.settings import Settings
from tests.support.rolling import rolling, runs_of


async def test_facts_that_a_workflow_has_dropped_are_found_in_its_histories(
    temporal: Client, product_settings: Settings
) -> None:
    async with rolling(temporal, product_settings, at_events=30) as product:
        worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
        receipt = await worker.report(matter="street-lamp", unit="500120001005-g18", text="路灯不亮")
        number = receipt["number"]
        await officer.sends(number, "accept")
        for place in range(8):
            await officer.sends(number, "annotate", note=f"第 {place} 次联系")
        assert await runs_of(product, number) > 1

        witnesses = Witnesses(temporal, product_settings)
        held = await witnesses.ask(number)
        assert held is not None
        assert held.running
        newest = Held(running=True, run_id=held.run_id, facts=held.facts[-2:])
        found = await witnesses.further_back(number, newest, 1)
        async with product.services.sessions.read() as session:
            assert [fact.hash for fact in found] == [fact.hash for fact in await facts_of(session, number)]
        assert await witnesses.ask("20200101-000001") is None
