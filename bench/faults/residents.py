"""Residents: they report by the page behind a building's QR code, and follow what becomes of it by a code."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from typing import Final

from api.pages.resident.ticket import LEAST
from bench.faults.client import PATIENCE, Clients, GaveUp, Refused
from bench.faults.findings import Fault, Finding
from bench.faults.memory import RESIDENTS, Followed, Sent

TO_FILL_IN: Final = LEAST.total_seconds() + 0.2
"""Seconds: who is faster is taken for a machine."""
_TICKET: Final = re.compile(r'name="ticket"\s+value="([^"]+)"')
_NUMBER: Final = re.compile(r'class="number">([0-9-]+)<')


async def begin(clients: Clients, unit: str) -> Sent:
    """Open the form of a place; the report that is to be sent with it. Raises Refused, GaveUp."""
    path = f"{RESIDENTS}{unit}/report"
    ticket = _TICKET.search(await clients.page(path))
    if ticket is None:
        raise Refused(f"{path} has no ticket")
    memory = clients.memory
    key = f"{memory.run}-{len(memory.sent)}"
    sent = Sent(login="", person="", path=path, body={"ticket": ticket[1], "text": key}, key=key)
    memory.sent[key] = sent
    return sent


async def finish(clients: Clients, sent: Sent) -> Followed:
    """Send it, and see by its code which case it became. Raises Refused, GaveUp."""
    code = await _code(clients, sent)
    until = time.monotonic() + PATIENCE
    while (number := await _number(clients, code)) is None:
        if time.monotonic() > until:
            raise GaveUp(f"{sent.path}: report {sent.key} was taken and shows no case for {PATIENCE:g} s")
        await asyncio.sleep(0.5)
    followed = Followed(sent=sent, code=code, number=number)
    clients.memory.followed.append(followed)
    return followed


async def send_again(clients: Clients, followed: Followed) -> list[Finding]:
    """The same form once more: the same code. Raises Refused, GaveUp."""
    code = await _code(clients, followed.sent)
    if code == followed.code:
        return []
    words = f"report {followed.sent.key} was answered with code {followed.code}, sent again with {code}"
    return [Finding(fault=Fault.CHANGED, number=followed.number, words=words)]


async def judge_followed(clients: Clients, numbers: Sequence[str]) -> list[Finding]:
    """Whether the codes of these cases' reports still lead to them."""
    found = []
    for one in clients.memory.followed:
        if one.number not in numbers:
            continue
        try:
            number = await _number(clients, one.code)
        except (Refused, GaveUp) as refusal:
            words = f"the code of report {one.sent.key} leads nowhere: {refusal}"
            found.append(Finding(fault=Fault.LOST, number=one.number, words=words))
            continue
        if number != one.number:
            words = f"the code of report {one.sent.key} leads to {number}"
            found.append(Finding(fault=Fault.CHANGED, number=one.number, words=words))
    return found


async def _code(clients: Clients, sent: Sent) -> str:
    where = await clients.fill_in(sent.path, sent.body)
    return where.rpartition("/")[2].partition("?")[0]


async def _number(clients: Clients, code: str) -> str | None:
    """The case a code leads to; None while there is nothing to be read."""
    shown = _NUMBER.search(await clients.page(f"/track/{code}"))
    return shown[1] if shown else None
