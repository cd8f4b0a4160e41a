"""The product under fire, in short: parts are killed, paused and starved of disk, deadlines moved meanwhile.

Then somebody tampers with what is stored, and the same judge has to see it: it can fail.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import text
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest

from bench.faults.asking import ask_again
from bench.faults.blows import PARTS, Blow, FullDisk, HangUp, Kill, MovedDeadlines, Pause
from bench.faults.campaign import at_work
from bench.faults.disk import NoDisk, SmallDisk, small_disk, why_not
from bench.faults.examining import LastJudgement, examine, final_judgement
from bench.faults.findings import Fault, Finding
from bench.faults.home import FROM_ONE_ADDRESS
from bench.faults.memory import Answer, Followed, Memory
from bench.faults.pictures import send_up
from bench.faults.residents import TO_FILL_IN, begin, finish
from bench.faults.rounds import Round, play
from bench.faults.scene import Scene
from bench.house import Part, house
from models.base import Frozen
from workflows.policies import LOOK_AFTER

pytestmark = pytest.mark.timeout(900)  # everything happens in the first test's fixture

ROOT: Final = Path(__file__).parents[2]
SEED: Final = 141
DOWN: Final = (0.2, 1.0)
BEFORE: Final = (0.5, 1.5)
BLOWS: Final[tuple[Blow, ...]] = (
    *(Kill(part, part, down=DOWN) for part in PARTS),
    HangUp(seconds=3.0),
    Pause("pause-postgres", Part.POSTGRES, seconds=3.0),
    MovedDeadlines("deadline-all", *PARTS),
    FullDisk(seconds=3.0),
)
GRID: Final = "500120001005-g18"
NOTHING_TO_WAIT_FOR: Final = 1.0
"""Seconds given to what will never come to rest."""


class Played(Frozen):
    """What came of it all."""

    rounds: dict[str, Round]
    no_disk: str
    """Why no disk was filled; empty if one was."""
    done: dict[str, int]
    """How often the load did what it does on some cases only."""
    last: LastJudgement
    tampered: dict[str, tuple[Finding, ...]]
    """What was found after each tampering, each with a case of its own."""
    other_answers: tuple[Finding, ...]
    """What was found when the product answered something else than what was remembered."""
    cut: Answer
    """The answer to a request whose line was cut at the first try."""


@pytest.fixture(scope="module")
def played() -> Played:
    """One house, struck and judged, and tampered with at the end."""
    # Not in a temporary folder of pytest's: every start of another run takes PostgreSQL's way to it away.
    folder = ROOT / "build" / f"faults-{os.getpid()}"
    with ExitStack() as stack:
        no_disk, disk = why_not(), None
        if not no_disk:
            try:
                disk = stack.enter_context(small_disk(folder))
            except NoDisk as refused:
                no_disk = f"mounting is not permitted here: {refused}"
        return asyncio.run(_play(folder if disk is None else folder / "house", disk, no_disk))


async def _play(folder: Path, disk: SmallDisk | None, no_disk: str) -> Played:
    said: list[str] = []
    memory, rng = Memory(), random.Random(SEED)  # noqa: S311
    async with (
        house(folder, environment=FROM_ONE_ADDRESS, say=said.append) as home,
        at_work(home, memory, rng, said.append, disk, loops=5) as scene,
    ):
        blows = [blow for blow in BLOWS if disk is not None or not isinstance(blow, FullDisk)]
        rounds = {blow.key: await play(scene, blow, BEFORE) for blow in blows}
        last = await final_judgement(scene, within=120)
        done = {
            name: sum(one.sent.name == name for one in memory.answers) for name in ("report-in", "answer")
        }
        done |= {"pictures": len(memory.pictures), "residents": len(memory.followed)}
        tampered = await _tamper(scene)
        other_answers = await _other_answers(scene)
        cut = await _cut(scene)
    return Played(
        rounds=rounds,
        no_disk=no_disk,
        done=done,
        last=last,
        tampered=tampered,
        other_answers=tuple(other_answers),
        cut=cut,
    )


async def _cut(scene: Scene) -> Answer:
    number = await _untouched(scene)
    scene.clients.hang_up_share = 1.0
    answer = await scene.clients.post("dongguan", f"/cases/{number}/annotate", {"note": "请带梯子"})
    scene.clients.hang_up_share = 0.0
    return answer


async def _tamper(scene: Scene) -> dict[str, tuple[Finding, ...]]:
    """What is found of each case after something was done to it; before that, nothing was."""
    numbers = [await (_from_a_resident if name == FORGOTTEN else _untouched)(scene) for name in TAMPERING]
    # Each case looks after its facts once more, and would put back what is missing.
    await asyncio.sleep(LOOK_AFTER.total_seconds() + 1)
    _, found = await examine(scene, numbers)
    assert found == []
    for tamper, number in zip(TAMPERING.values(), numbers, strict=True):
        await tamper(scene, number)
    looked = await asyncio.gather(*(examine(scene, [one], within=NOTHING_TO_WAIT_FOR) for one in numbers))
    return {name: tuple(wrong) for name, (_, wrong) in zip(TAMPERING, looked, strict=True)}


async def _untouched(scene: Scene) -> str:
    """A case that nobody has tampered with, with a picture."""
    picture = await send_up(scene.clients, "dongguan-g18", scene.rng)
    sent = {"matter": "other", "unit": GRID, "attachments": [picture]}
    number = (await scene.clients.post("dongguan-g18", "/cases", sent)).number
    await scene.clients.post("dongguan", f"/cases/{number}/accept", {})
    return number


async def _from_a_resident(scene: Scene) -> str:
    form = await begin(scene.clients, GRID)
    await asyncio.sleep(TO_FILL_IN)
    return (await finish(scene.clients, form)).number


async def _other_answers(scene: Scene) -> list[Finding]:
    """What is found when an answer and a code are remembered otherwise than they were given."""
    answer, followed = scene.clients.memory.answers[0], scene.clients.memory.followed[0]
    others: list[Answer | Followed] = [
        answer.model_copy(update={"version": answer.version + 1}),
        followed.model_copy(update={"code": "another"}),
    ]
    assert await ask_again(scene.clients, others, within=-1) == (0, []), "its time was over"
    _, found = await ask_again(scene.clients, others, within=30)
    return found


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


def _pictures(scene: Scene, number: str) -> list[Path]:
    """The files in which a case's pictures lie."""
    memory, store = scene.clients.memory, scene.home.settings.state.attachments
    shown = [memory.pictures[one].sha256 for one in memory.of(number)[0].sent.body["attachments"]]
    return [store / sha256[:2] / sha256 for sha256 in shown]


async def _lose_picture(scene: Scene, number: str) -> None:
    for file in _pictures(scene, number):
        file.unlink()


async def _change_picture(scene: Scene, number: str) -> None:
    for file in _pictures(scene, number):
        file.write_bytes(file.read_bytes() + b"more")


async def _gone(scene: Scene, number: str) -> bool:
    _, found = await examine(scene, [number], within=0)
    return any("no workflow" in finding.words for finding in found)


FORGOTTEN: Final = "a resident's code forgotten"
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
    "a picture's bytes lost": _lose_picture,
    "a picture's bytes changed": _change_picture,
    "a picture no longer the case's": _statement("UPDATE attachments SET case_no = NULL WHERE case_no = :n"),
    FORGOTTEN: _statement("DELETE FROM trackings WHERE case_no = :n"),
}
EXPECTED: Final = {
    "the last fact deleted": {Fault.LOST, Fault.CHANGED},
    "a fact in the middle deleted": {Fault.CHANGED},
    "a fact doubled": {Fault.CHANGED},
    "a fact changed": {Fault.CHANGED},
    "a message deleted": {Fault.LOST},
    "a clock's row moved": {Fault.CHANGED},
    "the workflow deleted": {Fault.LOST, Fault.CHANGED},
    "a picture's bytes lost": {Fault.LOST},
    "a picture's bytes changed": {Fault.CHANGED},
    "a picture no longer the case's": {Fault.LOST},
    FORGOTTEN: {Fault.LOST},
}


@pytest.mark.parametrize("blow", [blow.key for blow in BLOWS])
def test_nothing_is_lost_doubled_out_of_order_or_stuck(played: Played, blow: str) -> None:
    if blow not in played.rounds:
        pytest.skip(played.no_disk)
    done = played.rounds[blow]
    assert done.findings == ()
    assert done.answers > 0
    assert done.cases > 0
    assert done.asked_again > 0


def test_nothing_is_wrong_in_the_end_when_everything_is_asked_for_again(played: Played) -> None:
    assert played.last.findings == ()
    assert played.last.asked_again == played.last.answers > sum(it.answers for it in played.rounds.values())


@pytest.mark.parametrize("what", ["pictures", "residents", "report-in", "answer"])
def test_people_did_more_than_the_loop(played: Played, what: str) -> None:
    assert played.done[what] > 0


def test_clients_had_to_send_again(played: Played) -> None:
    assert sum(done.retried for done in played.rounds.values()) > 0, "nobody noticed that anything was away"


def test_a_request_begins_with_the_try_whose_line_was_cut(played: Played) -> None:
    """It may have been accepted, and others that were answered meanwhile stand after it."""
    assert played.cut.began < played.cut.asked


def test_deadlines_fell_due_while_nobody_was_there(played: Played) -> None:
    assert played.rounds["deadline-all"].across > 0
    assert played.rounds["deadline-all"].foretold > 0, "all were moved too late to be judged"


@pytest.mark.parametrize("what", EXPECTED)
def test_the_judge_sees_what_is_wrong(played: Played, what: str) -> None:
    assert {finding.fault for finding in played.tampered[what]} >= EXPECTED[what]


def test_another_answer_to_the_same_request_is_found(played: Played) -> None:
    assert [finding.fault for finding in played.other_answers] == [Fault.CHANGED, Fault.CHANGED]
