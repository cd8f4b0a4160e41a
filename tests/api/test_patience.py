"""What a command can do without is not waited for."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest

from api.errors import DatabaseAway
from api.patience import REST, Patience

WAIT = timedelta(seconds=0.5)


async def _never() -> None:
    await asyncio.sleep(3600)


async def _at_once() -> str:
    return "here"


async def _refused() -> None:
    raise ConnectionRefusedError


async def _wrong() -> None:
    raise KeyError("a bug")


async def test_a_database_that_does_not_answer_is_given_a_moment_and_then_left_alone() -> None:
    mine = Patience(WAIT)
    began = time.monotonic()
    with pytest.raises(DatabaseAway):
        await mine.ask(_never)
    assert time.monotonic() - began == pytest.approx(WAIT.total_seconds(), abs=0.3)

    began = time.monotonic()
    with pytest.raises(DatabaseAway):
        await mine.ask(_at_once)
    assert time.monotonic() - began < 0.1
    await asyncio.sleep(REST.total_seconds())
    assert await mine.ask(_at_once) == "here"
    await mine.close()


async def test_a_database_that_refuses_is_away_with_the_reason() -> None:
    with pytest.raises(DatabaseAway) as away:
        await Patience(WAIT).ask(_refused)
    assert isinstance(away.value.__cause__, ConnectionRefusedError)


async def test_a_bug_is_no_absence() -> None:
    mine = Patience(WAIT)
    with pytest.raises(KeyError):
        await mine.ask(_wrong)
    assert await mine.ask(_at_once) == "here"


async def test_who_loses_patience_leaves_no_task_behind() -> None:
    mine = Patience(WAIT)
    with pytest.raises(DatabaseAway):
        await mine.ask(_never)
    await mine.close()
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
