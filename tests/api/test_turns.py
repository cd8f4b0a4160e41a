"""Queues in front of cases."""

from __future__ import annotations

import asyncio

from api.turns import Turns


async def test_so_many_at_a_time_in_the_order_they_came() -> None:
    turns, inside, most, done = Turns(at_once=2), 0, 0, list[int]()

    async def command(n: int) -> None:
        nonlocal inside, most
        async with turns.of("20261012-000001"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.001)
            inside -= 1
            done.append(n)

    await asyncio.gather(*(command(n) for n in range(9)))

    assert most == 2
    assert done == list(range(9))


async def test_one_case_does_not_wait_for_another() -> None:
    turns = Turns(at_once=1)
    async with turns.of("20261012-000001"), asyncio.timeout(1), turns.of("20261012-000002"):
        pass


async def test_who_gives_up_waiting_holds_no_place() -> None:
    turns = Turns(at_once=1)

    async def wait() -> None:
        async with turns.of("20261012-000001"):
            raise AssertionError("there was no turn to have")

    async with turns.of("20261012-000001"):
        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(1), turns.of("20261012-000001"):
        pass
