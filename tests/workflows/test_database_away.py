"""PostgreSQL is away: commands go on, reads say so, and what happened meanwhile is written afterwards."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from temporalio.client import Client

from models.case.sealing import broken_link
from runtime.settings import Settings
from tests.support.outages import behind_a_line_to_postgres
from tests.support.product import Person, Product
from tests.support.records import eventually, row, written
from tests.support.rolling import runs_of
from workflows.policies import BATCH_LIMIT

GRID = "500120001005-g18"
WITHIN = 3.0  # seconds


async def _in_time(person: Person, number: str, command: str, **body: Any) -> None:
    """The command is accepted, soon, and says that lists do not show it yet."""
    began = time.monotonic()
    receipt = await person.sends(number, command, **body)
    assert time.monotonic() - began < WITHIN
    assert receipt["projected"] is False
    assert "commands" in receipt


async def _caught_up(product: Product, number: str) -> None:
    """By itself: every fact once, in order, and the state as the workflow has it."""
    case = await product.state(number)
    held = await product.timeline(number)
    stored = await eventually(
        lambda: written(product, number), lambda facts: len(facts) == case.version, within=30
    )
    assert [fact["hash"] for fact in stored] == [fact.hash for fact in held.facts]
    assert broken_link(number, held.facts) is None
    listed = await row(product, "SELECT version, head, stage FROM cases WHERE number = :n", n=number)
    assert listed == {"version": case.version, "head": case.head, "stage": case.stage.value}
    clocks = await row(
        product,
        "SELECT array_agg(clock_id ORDER BY clock_id) AS ids FROM clocks"
        " WHERE case_number = :n AND valid_until IS NULL",
        n=number,
    )
    assert clocks["ids"] == sorted(clock.id for clock in case.clocks if clock.state == "running")


@pytest.mark.parametrize("how", ["cut", "silent"])
async def test_commands_are_accepted_reads_are_not_and_it_catches_up_by_itself(
    temporal: Client, product_settings: Settings, how: str
) -> None:
    async with behind_a_line_to_postgres(temporal, product_settings) as (product, line):
        worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
        number = (await worker.report(matter="other", unit=GRID))["number"]
        await product.services.units.refs([GRID])  # some command of the last minute named it

        if how == "cut":
            await line.cut()
        else:
            line.silence()
        await _in_time(officer, number, "accept")
        await _in_time(officer, number, "dispatch", lead=GRID)
        await _in_time(worker, number, "claim")
        refused = await worker.is_refused(number, "claim", 409, "wrong_stage")
        assert refused["state"] == "claimed"
        for path in (f"/cases/{number}", "/cases", "/overdue", "/tasks") if how == "cut" else ("/cases",):
            answer = await worker.get(path)
            assert answer.status_code == 503, f"{path}: {answer.text}"
            assert answer.json()["code"] == "database_away"
            assert int(answer.headers["Retry-After"]) > 0
        seen = await officer.get(f"/cases/{number}", **{"from": "workflow"})
        assert (seen.status_code, seen.json()["stage"]) == (200, "handling")

        await line.mend()
        await _caught_up(product, number)
        await eventually(
            lambda: worker.sends(number, "annotate", note="恢复供电"),
            lambda receipt: bool(receipt["projected"]),
        )


async def test_what_was_accepted_just_before_a_blip_is_written_within_seconds(
    temporal: Client, product_settings: Settings
) -> None:
    """The receipt could not be written and nobody asks again: the case looks after it itself."""
    async with behind_a_line_to_postgres(temporal, product_settings) as (product, line):
        worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
        number = (await worker.report(matter="other", unit=GRID))["number"]
        await line.cut()
        await _in_time(officer, number, "accept")
        await line.mend()

        await _caught_up(product, number)


async def test_a_report_needs_its_number_and_is_sent_again(
    temporal: Client, product_settings: Settings
) -> None:
    async with behind_a_line_to_postgres(temporal, product_settings) as (product, line):
        worker = await product.person("dongguan-g18")
        report = {"matter": "other", "unit": GRID}
        await line.cut()
        sent = await worker.post("/cases", report, key="once")
        assert (sent.status_code, sent.json()["code"]) == (503, "database_away")
        assert int(sent.headers["Retry-After"]) > 0
        await line.mend()

        again = await eventually(
            lambda: worker.post("/cases", report, key="once"), lambda answer: answer.status_code != 503
        )

        assert again.status_code == 201, "nothing had begun"


async def test_in_a_long_outage_histories_roll_over_and_every_command_is_kept(
    temporal: Client, product_settings: Settings
) -> None:
    """More facts than are written in one go, over several runs, while PostgreSQL is away all the time."""
    async with behind_a_line_to_postgres(temporal, product_settings, rolls_at=150) as (product, line):
        worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
        number = (await worker.report(matter="other", unit=GRID))["number"]
        await line.cut()

        async def notes(person: Person, many: int) -> None:
            for n in range(many):
                await person.sends(number, "annotate", note=f"{n}")

        await asyncio.gather(*(notes(officer, 60) for _ in range(4)))
        assert await runs_of(product, number) > 1
        waiting = (await product.state(number)).version
        assert waiting > BATCH_LIMIT + 1
        await line.mend()

        await _caught_up(product, number)
