"""The overdue board as a page shows it: what is asked for, the counts, the rows with their timelines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from api.errors import NotFound
from api.pages.forms import Form
from api.pages.reader import Reader
from api.pages.supervise.access import PRESSING, pressing
from api.pages.supervise.addresses import Address
from api.pages.supervise.sparkline import Spark, spark
from api.pages.supervise.times import moment
from api.pages.wording import Speech
from api.rest.overdue import BoardQuery
from models.base import Language, Words
from models.city.units import UnitRef, within
from models.clocks.explain import stage_name
from models.queries.case_filters import CaseFilter
from models.queries.commandable import commandable
from models.queries.overdue import OverdueCase, list_overdue
from models.queries.overdue_summary import OverdueSummary, summarize_overdue
from models.queries.units import UnitNotFound, chain

ROWS: Final = 50
"""A page, and so the most that one tick of “select all” can press at once."""
PATH: Final = "/overdue"
FILTERS: Final = ("unit", "holder", "level", "matter", "policy", "urgency", "section", "q", "drill")
"""The API's parameters that the board has, besides the instant."""


@dataclass(frozen=True)
class Row:
    """One overdue case."""

    item: OverdueCase
    spark: Spark
    may: tuple[str, ...]
    """The commands of pressure that the reader may send it; none on a past date."""

    @property
    def limits(self) -> list[tuple[Words, int]]:
        """Which steps are late, the longest overdue first, and how many limits of each."""
        stages = [clock.stage for clock in self.item.clocks]
        return [(stage_name(stage), stages.count(stage)) for stage in dict.fromkeys(stages)]


@dataclass
class Board:
    """What the page shows; `summary` is none where the address cannot be read, and `form` says why."""

    form: Form
    address: Address
    now: datetime
    at: datetime
    wanted: CaseFilter
    summary: OverdueSummary | None = None
    crumbs: tuple[UnitRef, ...] = ()
    rows: tuple[Row, ...] = ()
    next: str | None = None
    may: tuple[str, ...] = ()

    @property
    def past(self) -> bool:
        """Whether it shows how it was, not how it is."""
        return bool(self.form["at"])


def asked(params: Mapping[str, str], language: Language, now: datetime) -> Board:
    """The board that the address asks for, still empty; faults stand beside the fields that make no sense."""
    form = Form({name: [value] for name, value in params.items()}, language=language)
    at = moment(form, "at", now)
    query = form.read(BoardQuery, FILTERS)
    wanted = query.wanted() if query is not None else CaseFilter()
    narrowed = {name: form[name] for name in ("at", *FILTERS)}
    return Board(form, Address(PATH, narrowed), now, at, wanted)


async def fill(board: Board, session: AsyncSession, reader: Reader, cursor: str | None) -> None:
    """Read what the board shows, in nine queries or fewer. Raises NotFound for a unit that is not there."""
    principal = reader.principal
    try:
        board.summary = await summarize_overdue(session, principal, board.wanted, board.at, board.now)
        board.crumbs = await _crumbs(session, reader, board)
    except UnitNotFound as error:
        raise NotFound from error
    found = await list_overdue(
        session, principal, board.wanted, board.at, board.now, cursor=cursor, limit=ROWS
    )
    numbers = [item.case.number for item in found.items]
    board.may = () if board.past else pressing(reader)
    below = {
        command: await commandable(session, principal, PRESSING[command], numbers) for command in board.may
    }
    speech = Speech(board.form.language, board.now)
    board.rows = tuple(
        Row(
            item=item,
            spark=spark(item, board.at, speech),
            may=tuple(command for command in board.may if item.case.number in below[command]),
        )
        for item in found.items
    )
    board.next = board.address.but(cursor=found.next) if found.next else None


async def _crumbs(session: AsyncSession, reader: Reader, board: Board) -> tuple[UnitRef, ...]:
    """From the top of what the reader sees down to where the board stands."""
    here = board.wanted.unit or (board.summary.root if board.summary else None)
    if here is None:
        return ()
    tops = [post.unit.path for post in reader.principal.posts]
    units = await chain(session, here)
    seen = [unit for unit in units if any(within(unit.path, top) or unit.path == top for top in tops)]
    return tuple(seen) or units[-1:]
