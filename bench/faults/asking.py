"""Asking again: what was answered is sent once more under its key, and must be answered the same."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from typing import Final

from bench.faults.client import Clients, GaveUp, Refused
from bench.faults.findings import Fault, Finding
from bench.faults.judging import same_again
from bench.faults.memory import Answer, Followed
from bench.faults.residents import send_again

AT_ONCE: Final = 8
"""Requests under way at the same time."""


def those_retried_first(answers: Sequence[Answer], rng: random.Random) -> list[Answer]:
    """First those that had taken several tries: their first answers were lost. Else by chance."""
    return sorted(answers, key=lambda answer: (-answer.tries, rng.random()))


async def ask_again(
    clients: Clients, asked: Sequence[Answer | Followed], within: float
) -> tuple[int, list[Finding]]:
    """Send them once more, in that order, as many as `within` seconds allow; how many, and what was wrong."""
    until, waiting, done = time.monotonic() + within, iter(asked), 0
    found: list[Finding] = []

    async def somebody() -> None:
        nonlocal done
        for one in waiting:
            if time.monotonic() > until:
                return
            done += 1
            try:
                found.extend(await _again(clients, one))
            except (Refused, GaveUp) as refusal:
                words = f"sent again after its answer: {refusal}"
                found.append(Finding(fault=Fault.CHANGED, number=one.number, words=words))

    await asyncio.gather(*(somebody() for _ in range(AT_ONCE)))
    return done, found


async def _again(clients: Clients, one: Answer | Followed) -> list[Finding]:
    if isinstance(one, Followed):
        return await send_again(clients, one)
    return list(same_again(one, await clients.send(one.sent)))
