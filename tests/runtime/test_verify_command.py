"""`shaodao verify` and `shaodao rebuild` on the running product."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from sqlalchemy import text
from temporalio.client import Client

from models.queries.verification import NoAnswer, NoWorkflow
from runtime.processes import ServerFailed
from runtime.rebuild_command import rebuild_all
from runtime.report import Report
from runtime.settings import Settings
from runtime.verify_command import asking, verify_all
from tests.support.product import Product


def report() -> tuple[Report, io.StringIO]:
    """A report, and what it said."""
    said = io.StringIO()
    return Report(Console(file=said, width=200)), said


async def reported(product: Product) -> str:
    worker = await product.person("dongguan-g18")
    receipt = await worker.report(matter="street-lamp", unit="500120001005-g18", text="路灯不亮")
    number: str = receipt["number"]
    return number


async def ruin(product: Product, statement: str, number: str) -> None:
    async with product.services.database.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(text(statement), {"n": number})


async def test_a_running_system_is_verified_ruined_found_out_and_rebuilt(
    product: Product, product_settings: Settings
) -> None:
    number = await reported(product)
    officer = await product.person("dongguan")
    await officer.sends(number, "accept")
    told, said = report()
    assert await verify_all(product_settings, told, only=[], workflows=True) == 0
    assert "nothing is wrong" in said.getvalue()

    await ruin(product, "UPDATE cases SET stage = 'closed' WHERE number = :n", number)
    await ruin(product, "DELETE FROM clocks WHERE case_number = :n", number)
    told, said = report()
    assert await verify_all(product_settings, told, only=[], workflows=True) > 1
    assert f"{number}  row: the row differs from the facts in stage" in said.getvalue()

    told, said = report()
    assert await rebuild_all(product_settings, told, only=[number]) == 0
    assert "1 cases rebuilt" in said.getvalue()
    told, said = report()
    assert await verify_all(product_settings, told, only=[number], workflows=True) == 0
    await officer.sends(number, "dispatch", lead="500120001005-g18")
    assert await verify_all(product_settings, told, only=[number], workflows=True) == 0


async def test_a_changed_fact_is_found_and_not_built_upon(
    product: Product, product_settings: Settings
) -> None:
    number = await reported(product)
    await ruin(product, "UPDATE facts SET command = 'x' WHERE case_number = :n AND seq = 1", number)
    told, said = report()
    assert await verify_all(product_settings, told, only=[number], workflows=False) == 1
    assert "the chain breaks at fact 1" in said.getvalue()
    told, said = report()
    assert await rebuild_all(product_settings, told, only=[number]) == 1
    assert "0 cases rebuilt, 1 left as they were" in said.getvalue()


async def test_workflows_are_asked_for_their_state(
    product: Product, product_settings: Settings, temporal: Client
) -> None:
    number = await reported(product)
    ask = asking(temporal, product_settings)
    assert (await ask(number)).number == number
    with pytest.raises(NoWorkflow):
        await ask("20200101-000001")
    impatient = product_settings.model_copy(update={"rpc_timeout": product_settings.rpc_timeout / 10_000})
    with pytest.raises(NoAnswer):
        await asking(temporal, impatient)(number)


async def test_a_server_that_is_away_is_said_plainly(
    product_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = product_settings.dsn.rpartition("@")[0] + "@127.0.0.1:9/none"
    away = Settings.model_validate(
        {
            "database_url": nowhere,
            "state_dir": product_settings.state_dir,
            "secret_key": "0123456789abcdef" * 3,
        }
    )
    told, _ = report()
    with pytest.raises(ServerFailed, match="PostgreSQL does not answer"):
        await verify_all(away, told, only=[], workflows=False)
    with pytest.raises(ServerFailed, match="PostgreSQL does not answer"):
        await rebuild_all(away, told, only=[])
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:9")
    with pytest.raises(ServerFailed, match="Temporal does not answer"):
        await verify_all(product_settings, told, only=[], workflows=True)
