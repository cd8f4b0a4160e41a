"""Reading while PostgreSQL is away: the records answer 503, the workflow answers for itself."""

from __future__ import annotations

from temporalio.client import Client

from runtime.settings import Settings
from tests.support.outages import behind_a_line_to_postgres

GRID = "500120001005-g18"


async def test_records_are_away_and_the_workflow_answers(
    temporal: Client, product_settings: Settings
) -> None:
    async with behind_a_line_to_postgres(temporal, product_settings) as (product, line):
        worker, stranger = await product.person("dongguan-g18"), await product.person("shengdi")
        number = (await worker.report(matter="street-lamp", unit=GRID, text="路灯不亮"))["number"]
        before = (await worker.get(f"/cases/{number}")).json()
        told = (await worker.get(f"/cases/{number}/timeline")).json()
        await line.cut()
        for path in (
            "/cases",
            f"/cases/{number}",
            f"/cases/{number}/timeline",
            "/overdue",
            "/tasks",
            "/inbox",
        ):
            away = await worker.get(path)
            assert (away.status_code, away.json()["code"]) == (503, "database_away"), path
            assert int(away.headers["retry-after"]) >= 1
        case = (await worker.get(f"/cases/{number}", **{"from": "workflow"})).json()
        for field in ("number", "version", "stage", "commands", "case"):
            assert case[field] == before[field], field
        assert [clock["why"] for clock in case["clocks"]] == [clock["why"] for clock in before["clocks"]]
        timeline = (await worker.get(f"/cases/{number}/timeline", **{"from": "workflow"})).json()
        assert timeline["entries"] == told["entries"]
        for path in (f"/cases/{number}", f"/cases/{number}/timeline"):
            assert (await stranger.get(path, **{"from": "workflow"})).status_code == 404
