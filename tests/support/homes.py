"""Whole houses in folders of their own, on real servers with their data on disk: lost and brought back."""

from __future__ import annotations

import asyncio
import io
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from sqlalchemy import text

from models.queries.seeding import is_seeded, seed
from runtime.database import create_engine
from runtime.embedded.postgres import EmbeddedPostgres
from runtime.embedded.temporal import EmbeddedTemporal
from runtime.prepare import prepare
from runtime.report import Report
from runtime.settings import Settings
from runtime.state import Addresses
from runtime.temporal import connect
from tests.support.product import DEMO_PASSWORD, Person, Product, running

GRID = "500120001005-g18"
SHORT = 6
"""Seconds within which a critical matter must be accepted here: deadlines that a test can wait for."""


def settings_of(folder: Path) -> Settings:
    """Settings of a house in this folder."""
    return Settings.model_validate(
        {
            "state_dir": folder,
            "demo_password": DEMO_PASSWORD,
            "login_rate": "1000/minute",
            "login_rate_per_address": "1000/minute",
        }
    )


@asynccontextmanager
async def at_home(folder: Path) -> AsyncIterator[Product]:
    """The product in this folder, furnished if it is new, with everything stopped at the end."""
    settings = settings_of(folder)
    quick = {"fsync": "off"}  # the machine does not lose power here
    postgres = EmbeddedPostgres(settings.state, options=quick)
    temporal = EmbeddedTemporal(settings.state, ui_port=None)
    try:
        await postgres.start()
        await temporal.start()
        settings.state.write_addresses(
            Addresses(database_url=postgres.url, temporal_address=temporal.address)
        )
        await prepare(settings)
        await _furnish(settings)
        client = await connect(settings)
        async with running(client, settings) as product:
            yield product
    finally:
        await temporal.stop()
        await postgres.stop()
        settings.state.write_addresses(Addresses())


async def _furnish(settings: Settings) -> None:
    engine = create_engine(settings)
    try:
        if await is_seeded(engine):
            return
        await seed(engine, lambda _what, _done, _all: None, demo_password=DEMO_PASSWORD)
        async with engine.begin() as connection:
            budget = f'{{"kind": "continuous", "amount": {SHORT}}}'
            path = "{variants,critical,stages,accept,budget}"
            changed = await connection.execute(
                text(
                    "UPDATE policies"
                    " SET body = jsonb_set(body, CAST(:path AS text[]), CAST(:budget AS jsonb))"
                    " WHERE body #> CAST(:path AS text[]) IS NOT NULL"
                ),
                {"path": path, "budget": budget},
            )
            assert changed.rowcount > 0
    finally:
        await engine.dispose()


def told() -> tuple[Report, io.StringIO]:
    """A report, and what it said."""
    said = io.StringIO()
    return Report(Console(file=said, width=250)), said


async def lamp(product: Product, **more: Any) -> str:
    """Report a street lamp that is out; the case's number."""
    worker = await product.person("dongguan-g18")
    receipt = await worker.report(matter="street-lamp", unit=GRID, text="路灯不亮", **more)
    number: str = receipt["number"]
    return number


async def close(product: Product, number: str) -> None:
    """Take a case, at whatever step of the loop it is, to its closing."""
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    case = (await product.state(number)).model_dump(mode="json")
    done = {"reported": 0, "accepted": 1, "handling": 2, "verifying": 4}[case["stage"]]
    if done == 2 and case["tasks"][0]["state"] != "open":
        done = 3
    steps: list[tuple[Person, str, dict[str, Any]]] = [
        (officer, "accept", {}),
        (officer, "dispatch", {"lead": GRID}),
        (worker, "claim", {}),
        (worker, "handle", {"note": "已换灯泡"}),
        (officer, "verify", {}),
        (officer, "call-back", {"reached": True, "resolved": True, "satisfied": True}),
    ]
    for person, command, body in steps[done:]:
        receipt = await persistently(person, number, command, **body)
    assert receipt["stage"] == "closed", receipt
    assert receipt["projected"]


async def persistently(
    person: Person, number: str, command: str, key: str | None = None, **body: Any
) -> dict[str, Any]:
    """Send a command as phones do: while a server is busy with its own return, again under the same key."""
    key = key or uuid.uuid4().hex
    for _ in range(5):
        answer = await person.post(f"/cases/{number}/{command}", body, key)
        if answer.status_code != 503:
            break
        await asyncio.sleep(1)
    assert answer.status_code == 200, f"{command}: {answer.text}"
    receipt: dict[str, Any] = answer.json()
    return receipt
