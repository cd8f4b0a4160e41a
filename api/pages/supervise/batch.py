"""`/overdue/batch`: urge or supervise several cases at once, each told apart in the answer.

Every case gets a command of its own, with an identity made of the form's key, so that sending the form again
does nothing twice. With JavaScript the page sends a few cases at a time, and shows how far it has come.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from api.dependencies import House
from api.errors import ApiError, Away, NotAllowed, TooManyRequests
from api.gateway import Refused
from api.pages.answers import own_path
from api.pages.commanding import BODIES, new_key
from api.pages.forms import Form
from api.pages.reader import Reader
from api.pages.rendering import page
from api.pages.supervise.access import Watcher, pressing
from api.pages.supervise.board import PATH, ROWS, asked, fill
from api.pages.supervise.overdue import show
from api.rest.commands import send
from api.services import Services
from models.base import Words
from models.case.refusals import Refusal
from models.queries.cases import CaseLine
from models.queries.related import lines_of

router: Final = APIRouter(include_in_schema=False)

AT_ONCE: Final = 4
"""Commands in flight at a time: enough to be quick, few enough to leave the engine to everybody else."""
_NUMBER: Final = re.compile(r"[0-9]{8}-[0-9]{6,12}")
_SAID: Final = {"urge": "note", "supervise": "text"}
"""What each command calls the words that are sent along."""


@dataclass(frozen=True)
class Result:
    """What became of one case."""

    number: str
    line: CaseLine | None
    """The case as it was before; none for one that the reader may not see."""
    done: bool
    why: Words | None = None
    """Why it was not done."""
    again: bool = False
    """Whether the same may work in a moment."""


@router.post("/overdue/batch")
async def press(request: Request, reader: Watcher, house: House) -> Response:
    """Press the ticked cases; the list of what was done and what was refused, and why."""
    form = await Form.of(request)
    command, numbers = form["command"], list(dict.fromkeys(form.all("case")))
    if command not in pressing(reader):
        raise NotAllowed
    _check(form, numbers)
    field = _SAID[command]
    body = form.read(BODIES[command], (), **({field: form["text"]} if form["text"] else {}))
    if field in form.faults:
        form.fault("text", form.faults.pop(field))
    back = own_path(form["back"], PATH)
    if body is None or form.wrong:
        now = datetime.now(UTC)
        board = asked(dict(parse_qsl(urlsplit(back).query)), form.language, now)
        async with house.sessions.read() as session:
            await fill(board, session, reader, None)
        board.form.values |= {name: form.values.get(name, []) for name in ("case", "text", "key")}
        board.form.faults, board.form.status = form.faults, form.status
        return show(request, reader, board)
    async with house.sessions.read() as session:  # given back before the commands, which take their time
        known = await lines_of(session, reader.principal, numbers, datetime.now(UTC))
    results = await _press(house, reader, command, body, form, numbers, known)
    return page(
        request,
        "supervise/batch.html",
        block="results",
        reader=reader,
        form=form,
        command=command,
        results=results,
        done=sum(result.done for result in results),
        unsure=[result for result in results if result.again],
        back=back,
    )


def _check(form: Form, numbers: Sequence[str]) -> None:
    words = None
    if not numbers:
        words = Words(zh="请先勾选案件", en="Tick some cases first")
    elif len(numbers) > ROWS:
        words = Words(zh=f"一次最多 {ROWS} 件", en=f"At most {ROWS} cases at once")
    elif not all(map(_NUMBER.fullmatch, numbers)):
        words = Words(zh="案件编号有误", en="That is no case number")
    if words is not None:
        form.fault("case", words.in_language(form.language))


async def _press(
    house: Services,
    reader: Reader,
    command: str,
    body: BaseModel,
    form: Form,
    numbers: Sequence[str],
    known: dict[str, CaseLine],
) -> list[Result]:
    """Send the command to each of the cases, a few at a time, in the order of the list."""
    gate = asyncio.Semaphore(AT_ONCE)
    # Other words are another command; the same words to the same case, sent again, are the same one.
    said = "\0".join((form["key"] or new_key(), command, form["text"]))
    identity = hashlib.sha256(said.encode()).hexdigest()[:24]

    async def one(number: str) -> Result:
        line = known.get(number)
        try:
            async with gate:
                await send(house, reader, number, command, body, f"{identity}:{number}")
        except ApiError as error:
            again = isinstance(error, Away | TooManyRequests)
            return Result(number, line, done=False, why=error.detail, again=again)
        except (Refused, Refusal) as refusal:
            return Result(number, line, done=False, why=refusal.words)
        return Result(number, line, done=True)

    return await asyncio.gather(*map(one, numbers))
