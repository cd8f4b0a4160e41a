"""Pictures: sent up by whoever works on a case, and shown to whoever may see it, byte by byte."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from io import BytesIO
from typing import Final

from PIL import Image

from api.attachments.pictures import clean
from bench.faults.client import Clients, GaveUp, Refused
from bench.faults.findings import Fault, Finding
from bench.faults.memory import Memory, Picture

SIDE: Final = 48
"""Pixels. Noise, so that no picture is like another: the same bytes would be stored once."""


async def send_up(clients: Clients, login: str, rng: random.Random) -> str:
    """Send a picture up that nobody has seen; its id. Raises Refused, GaveUp."""
    out = BytesIO()
    Image.frombytes("RGB", (SIDE, SIDE), rng.randbytes(3 * SIDE * SIDE)).save(out, "PNG")
    taken = await clients.send_up(login, out.getvalue())
    shown = clean(out.getvalue(), SIDE * SIDE)
    clients.memory.pictures[taken] = Picture(id=taken, login=login, sha256=shown.sha256)
    return taken


async def judge_pictures(clients: Clients, numbers: Sequence[str]) -> list[Finding]:
    """What is wrong with the pictures of these cases, as colleagues of who sent them up are shown them."""
    found = []
    for number in numbers:
        for picture, reader in _of(clients.memory, number):
            try:
                data = await clients.picture(reader, picture.id)
            except (Refused, GaveUp) as refusal:
                words = f"picture {picture.id} was taken in and is not shown: {refusal}"
                found.append(Finding(fault=Fault.LOST, number=number, words=words))
                continue
            if hashlib.sha256(data).hexdigest() != picture.sha256:
                words = f"picture {picture.id} is shown as another one"
                found.append(Finding(fault=Fault.CHANGED, number=number, words=words))
    return found


def _of(memory: Memory, number: str) -> list[tuple[Picture, str]]:
    """The pictures that answered requests put to a case, each with somebody else's login who works on it."""
    answers = memory.of(number)
    pictures = [memory.pictures[one] for answer in answers for one in answer.sent.body.get("attachments", ())]
    people = [answer.sent.login for answer in answers]
    return [
        (picture, next((login for login in people if login != picture.login), picture.login))
        for picture in pictures
    ]
