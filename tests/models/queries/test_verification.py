"""`verify` finds what does not hold, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from models.base import Urgency
from models.case.commands import Accept, Claim, Decline, Dispatch, Handle
from models.case.state import Case
from models.queries.checking import Discrepancy
from models.queries.verification import NoAnswer, NoWorkflow, verify
from runtime.database import Sessions
from tests.support import world
from tests.support.play import Play
from tests.support.reading import write
from tests.support.ruins import BUSY, EASY, discrepancies, empty, kinds, refill, running, tamper


@pytest.fixture
async def written(engine: AsyncEngine) -> AsyncEngine:
    """The played cases, freshly written."""
    await refill(engine)
    return engine


async def records(engine: AsyncEngine) -> list[Discrepancy]:
    """What is found in the records alone, however few cases there are."""
    return [wrong async for wrong in verify(Sessions(engine).read, None, lambda _what, _done, _all: None)]


async def test_nothing_is_found_where_nothing_is_wrong(written: AsyncEngine) -> None:
    assert await discrepancies(written) == []
    assert await discrepancies(written, None) == []
    assert await discrepancies(written, only=[BUSY]) == []


async def test_nothing_is_found_when_every_step_was_written_by_itself(engine: AsyncEngine) -> None:
    await empty(engine)
    play = Play.reported(world.dossier(number=EASY))
    await write(engine, play, steps=True)
    steps: tuple[Callable[[], Play], ...] = (
        lambda: play.send(world.OFFICER, Accept()),
        lambda: play.send(world.OFFICER, Dispatch(lead=world.GRID)),
        lambda: play.wait(days=6),
        lambda: play.send(world.WORKER, Claim()),
        lambda: play.send(world.WORKER, Handle(note="已修好")),
    )
    for step in steps:
        step()
        await write(engine, play, steps=True)
        assert await records(engine) == []


@pytest.mark.parametrize("receipts", range(1, 6))
async def test_nothing_is_found_when_receipts_were_lost_and_the_case_wrote_all_of_it(
    engine: AsyncEngine, receipts: int
) -> None:
    """The first steps are written by whoever received them, then everything by the case's own projector."""
    await empty(engine)
    play = Play.reported(world.dossier(number=EASY))
    steps: tuple[Callable[[], object], ...] = (
        lambda: play,
        lambda: play.send(world.OFFICER, Accept()),
        lambda: play.send(world.OFFICER, Dispatch(lead=world.GRID)),
        lambda: play.send(world.WORKER, Claim()),
        lambda: play.send(world.WORKER, Handle(note="已修好")),
    )
    for number, step in enumerate(steps, start=1):
        step()
        if number <= receipts:
            await write(engine, play, steps=True)
            early = play.case, list(play.facts)
        else:
            await write(engine, play)
            assert await records(engine) == []
    late = Play.reported(world.dossier(number=EASY))
    late.case, late.facts = early
    await write(engine, late)  # an attempt that was given up, and arrives after all
    assert await records(engine) == []


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE facts SET body = jsonb_set(body, '{text}', '\"别的\"') WHERE {n} AND seq = 1", "chain"),
        ("UPDATE facts SET at = at + interval '1 second' WHERE {n} AND seq = 2", "chain"),
        ("UPDATE facts SET actor = jsonb_set(actor, '{person}', '\"p-x\"') WHERE {n} AND seq = 1", "chain"),
        ("DELETE FROM facts WHERE {n} AND seq = 2", "chain"),
        ("DELETE FROM facts WHERE {n} AND seq = (SELECT max(seq) FROM facts WHERE {n})", "facts"),
        ("DELETE FROM facts WHERE {n}", "facts"),
        ('UPDATE facts SET body = \'{"fact": "unheard"}\' WHERE {n} AND seq = 1', "facts"),
        ("UPDATE facts SET actor = '{}' WHERE {n} AND seq = 1", "facts"),
        ("UPDATE cases SET stage = 'accepted' WHERE number = :n", "row"),
        ("UPDATE cases SET red_at = red_at + interval '1 day' WHERE number = :n", "row"),
        ("UPDATE cases SET visible_to = '{}' WHERE number = :n", "row"),
        ("UPDATE cases SET snapshot = snapshot - 'text' WHERE number = :n", "row"),
        ("UPDATE cases SET head = 'x' WHERE number = :n", "facts"),
        ("UPDATE cases SET version = version + 1 WHERE number = :n", "facts"),
        ("DELETE FROM cases WHERE number = :n", "row"),
        ("DELETE FROM case_words WHERE {n}", "words"),
        ("UPDATE case_words SET keys = '{}' WHERE {n}", "words"),
        ("UPDATE case_words SET seen_by = '{}' WHERE {n}", "words"),
        ("DELETE FROM clocks WHERE {n} AND clock_id = 'accept:r1.h1'", "clocks"),
        ("UPDATE clocks SET red_at = red_at + interval '1 day' WHERE {n}", "clocks"),
        ("UPDATE clocks SET owner_id = '50' WHERE {n}", "clocks"),
        ("INSERT INTO tasks SELECT :n, 't9', 'lead', '50', 'open', 1, false, false, null, now()", "tasks"),
        ("INSERT INTO orders SELECT :n, 'o9', 9, '50', '50', null, false, now(), null, true, null", "orders"),
    ],
)
async def test_whatever_was_changed_is_found(written: AsyncEngine, statement: str, kind: str) -> None:
    await tamper(written, statement.replace("{n}", "case_number = :n"), n=EASY)
    wrong = await discrepancies(written, None)
    assert (EASY, kind) in kinds(wrong), wrong
    assert {number for number, _ in kinds(wrong)} == {EASY}
    assert all("别的" not in discrepancy.words for discrepancy in wrong)


async def test_facts_cut_off_with_their_row_set_back_are_found_by_the_workflow(written: AsyncEngine) -> None:
    """Somebody removed the last facts and made the row fit: the chain holds, the workflow knows better."""
    shorter = Play.reported(
        world.dossier(number=BUSY, urgency=Urgency.URGENT, chain=(*world.CHAIN, world.MICRO_GRID))
    )
    await tamper(written, "DELETE FROM facts WHERE case_number = :n", n=BUSY)
    await tamper(written, "DELETE FROM tasks WHERE case_number = :n", n=BUSY)
    await tamper(written, "DELETE FROM orders WHERE case_number = :n", n=BUSY)
    await tamper(written, "DELETE FROM clocks WHERE case_number = :n", n=BUSY)
    await tamper(written, "DELETE FROM messages WHERE case_number = :n", n=BUSY)
    await tamper(written, "DELETE FROM cases WHERE number = :n", n=BUSY)
    await write(written, shorter)
    assert kinds(await discrepancies(written, None)) == set()
    assert kinds(await discrepancies(written)) == {(BUSY, "behind")}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (lambda case: case.but(version=case.version - 1, head="older"), "workflow"),
        (lambda case: case.but(text="别的"), "workflow"),
        (lambda case: case.but(head="another"), "workflow"),
        (lambda case: case.but(version=case.version + 1), "behind"),
        (NoWorkflow(), "workflow"),
        (NoAnswer("deadline_exceeded"), "unanswered"),
    ],
)
async def test_a_workflow_that_says_otherwise_is_found(
    written: AsyncEngine, answer: Callable[[Case], Case] | Exception, kind: str
) -> None:
    async def ask(number: str) -> Case:
        case = await running(number)
        if number != EASY:
            return case
        if isinstance(answer, Exception):
            raise answer
        return answer(case)

    assert kinds(await discrepancies(written, ask)) == {(EASY, kind)}


async def test_a_projection_that_catches_up_within_its_grace_is_no_fault(written: AsyncEngine) -> None:
    ahead = Play.reported(world.dossier(number=EASY)).send(world.OFFICER, Accept())
    asked = 0

    async def ask(number: str) -> Case:
        nonlocal asked
        if number == EASY:
            asked += 1
            if asked == 2:
                await write(written, ahead)
            return ahead.case
        return await running(number)

    assert await discrepancies(written, ask, grace=5.0) == []
    assert asked == 3


async def test_a_case_that_ends_while_it_is_looked_at_is_no_fault(written: AsyncEngine) -> None:
    ended = Play.reported(world.dossier(number=EASY)).send(world.OFFICER, Decline(reason="不属受理范围"))

    async def ask(number: str) -> Case:
        if number == EASY:
            await write(written, ended)
            raise NoWorkflow(number)
        return await running(number)

    assert await discrepancies(written, ask) == []


async def test_an_unknown_number_is_told(written: AsyncEngine) -> None:
    assert kinds(await discrepancies(written, only=["20261012-999999"])) == {("20261012-999999", "row")}
