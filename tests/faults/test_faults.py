"""The product under fire, in short: parts are killed, and all at once, and deadlines moved across an outage.

Then somebody tampers with what is stored, and the same judge has to see it: it can fail.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import text
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest

from bench.faults.blows import PARTS, Blow, HangUp, Kill, MovedDeadlines
from bench.faults.campaign import at_work
from bench.faults.examining import examine, final_judgement
from bench.faults.findings import Fault, Finding
from bench.faults.memory import Memory
from bench.faults.rounds import Round, play
from bench.faults.scene import Scene
from bench.house import house
from models.base import Frozen
from workflows.policies import LOOK_AFTER

pytestmark = pytest.mark.timeout(900)  # everything happens in the first test's fixture

ROOT: Final = Path(__file__).parents[2]
SEED: Final = 141
DOWN: Final = (0.2, 1.0)
BLOWS: Final[tuple[Blow, ...]] = (
    *(Kill(part, part, down=DOWN) for part in PARTS),
    HangUp(seconds=3.0),
    MovedDeadlines(),
    Kill("all", *PARTS, down=DOWN),
)
NOTHING_TO_WAIT_FOR: Final = 1.0
"""Seconds given to what will never come to rest."""


class Played(Frozen):
    """What came of it all."""

    rounds: dict[str, Round]
    last: tuple[Finding, ...]
    tampered: dict[str, tuple[Finding, ...]]
    """What was found after each tampering, each with a case of its own."""


@pytest.fixture(scope="module")
def played() -> Played:
    """One house, struck and judged, and tampered with at the end."""
    # Not in a temporary folder of pytest's: every start of another run takes PostgreSQL's way to it away.
    return asyncio.run(_play(ROOT / "build" / f"faults-{os.getpid()}"))


async def _play(folder: Path) -> Played:
    said: list[str] = []
    async with (
        house(folder, say=said.append) as home,
        at_work(home, Memory(), random.Random(SEED), said.append, loops=5) as scene,  # noqa: S311
    ):
        rounds = {blow.key: await play(scene, blow) for blow in BLOWS}
        last = tuple(await final_judgement(scene))
        tampered = await _tamper(scene)
    return Played(rounds=rounds, last=last, tampered=tampered)


async def _tamper(scene: Scene) -> dict[str, tuple[Finding, ...]]:
    """What is found of each case after something was done to it; before that, nothing was."""
    numbers = [await _untouched(scene) for _ in TAMPERING]
    # Each case looks after its facts once more, and would put back what is missing.
    await asyncio.sleep(LOOK_AFTER.total_seconds() + 1)
    _, found = await examine(scene, numbers)
    assert found == []
    tampered = {}
    for (name, tamper), number in zip(TAMPERING.items(), numbers, strict=True):
        await tamper(scene, number)
        _, found = await examine(scene, [number], within=NOTHING_TO_WAIT_FOR)
        tampered[name] = tuple(found)
    return tampered


async def _untouched(scene: Scene) -> str:
    """A case that nobody has tampered with."""
    sent = {"matter": "other", "unit": "500120001005-g18"}
    number = (await scene.clients.post("dongguan-g18", "/cases", sent)).number
    await scene.clients.post("dongguan", f"/cases/{number}/accept", {})
    return number


def _statement(sql: str) -> Callable[[Scene, str], Awaitable[None]]:
    """Somebody with all rights on the database, past the trigger that keeps facts as they are."""

    async def tamper(scene: Scene, number: str) -> None:
        async with scene.home.engine().begin() as connection:
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
            done = await connection.execute(text(sql), {"n": number})
            assert done.rowcount == 1

    return tamper


async def _delete_workflow(scene: Scene, number: str) -> None:
    client = await scene.home.client()
    execution = WorkflowExecution(workflow_id=number)
    await client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(namespace=client.namespace, workflow_execution=execution)
    )
    for _ in range(100):
        if await _gone(scene, number):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the workflow outlives its deletion")


async def _gone(scene: Scene, number: str) -> bool:
    _, found = await examine(scene, [number], within=0)
    return any("no workflow" in finding.words for finding in found)


LAST: Final = "seq = (SELECT max(seq) FROM facts WHERE case_number = :n)"
COPY: Final = (
    "INSERT INTO facts SELECT case_number, seq + 1, at, actor, command, kind, body, previous, hash, stage,"
    " holder_id, round FROM facts WHERE case_number = :n AND "
)
TAMPERING: Final[dict[str, Callable[[Scene, str], Awaitable[None]]]] = {
    "the last fact deleted": _statement(
        f"DELETE FROM facts WHERE case_number = :n AND {LAST}"  # noqa: S608
    ),
    "a fact in the middle deleted": _statement("DELETE FROM facts WHERE case_number = :n AND seq = 2"),
    "a fact doubled": _statement(COPY + LAST),
    "a fact changed": _statement(
        "UPDATE facts SET at = at + interval '1 s' WHERE case_number = :n AND seq = 1"
    ),
    "a message deleted": _statement(
        "DELETE FROM messages WHERE (case_number, seq, place) ="
        " (SELECT case_number, seq, place FROM messages WHERE case_number = :n LIMIT 1)"
    ),
    "a clock's row moved": _statement(
        "UPDATE clocks SET red_at = red_at + interval '1 s' WHERE (case_number, clock_id, revision) ="
        " (SELECT case_number, clock_id, revision FROM clocks WHERE case_number = :n LIMIT 1)"
    ),
    "the workflow deleted": _delete_workflow,
}
EXPECTED: Final = {
    "the last fact deleted": {Fault.LOST, Fault.CHANGED},
    "a fact in the middle deleted": {Fault.CHANGED},
    "a fact doubled": {Fault.CHANGED},
    "a fact changed": {Fault.CHANGED},
    "a message deleted": {Fault.LOST},
    "a clock's row moved": {Fault.CHANGED},
    "the workflow deleted": {Fault.LOST, Fault.CHANGED},
}


@pytest.mark.parametrize("blow", [blow.key for blow in BLOWS])
def test_nothing_is_lost_doubled_out_of_order_or_stuck(played: Played, blow: str) -> None:
    done = played.rounds[blow]
    assert done.findings == ()
    assert done.answers > 0
    assert done.cases > 0
    assert done.asked_again > 0


def test_nothing_is_wrong_in_the_end(played: Played) -> None:
    assert played.last == ()


def test_clients_had_to_send_again(played: Played) -> None:
    assert sum(done.retried for done in played.rounds.values()) > 0, "nobody noticed that anything was away"


def test_deadlines_fell_due_while_nobody_was_there(played: Played) -> None:
    assert played.rounds["deadline"].across > 0


@pytest.mark.parametrize("what", EXPECTED)
def test_the_judge_sees_what_is_wrong(played: Played, what: str) -> None:
    assert {finding.fault for finding in played.tampered[what]} >= EXPECTED[what]
