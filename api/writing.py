"""Writing what a receipt says happened: when it arrives, its facts are durable in Temporal's history.

Whoever asked for a command thereby sees it in every list at once. If the write does not come about
(PostgreSQL is away, this process is killed here) the case's own flusher does it, asked by whoever keeps the
promises (`api.underway`), or by itself where none could be made; both may do it.
"""

from __future__ import annotations

import asyncio
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from api.errors import DatabaseAway
from api.patience import Patience, once_more
from models.case.state import Case
from models.queries.projection import Forked, has_version, project
from runtime.database import Standing
from workflows.messages import Receipt

log = structlog.get_logger(__name__)

LOOK_AGAIN: Final = (0.01, 0.02, 0.04, 0.08, 0.16)
"""Seconds between looks for the facts before these, which a command of the same moment is still writing."""


class Writer:
    """Writes the facts of receipts; one per process."""

    def __init__(self, database: Standing, patience: Patience) -> None:
        """`database` commits every statement: there is only one, and BEGIN would be another."""
        self._database = database
        self._patience = patience

    async def write(self, receipt: Receipt) -> bool:
        """Write what the receipt carries; whether PostgreSQL has the case as the receipt shows it."""
        try:
            return await self._patience.ask(lambda: once_more(lambda: self._written(receipt)))
        except Forked as forked:
            # Accepted, durable, and for a repair to bring together: not a fault of the caller's.
            log.error("receipt_forked", case_no=forked.number, seq=forked.seq)
        except DatabaseAway as away:
            why = type(away.__cause__).__name__ if away.__cause__ else "no answer in time"
            log.warning("receipt_not_written", case_no=receipt.number, why=why)
        except SQLAlchemyError:
            # Our fault, and neither the caller's nor the case's: what was accepted stays accepted.
            log.exception("receipt_not_written", case_no=receipt.number)
        return False

    async def _written(self, receipt: Receipt) -> bool:
        if not receipt.facts:
            async with self._database.connect() as connection:
                return await has_version(connection, receipt.number, receipt.version)
        case = Case.model_validate(receipt.snapshot)
        for pause in (*LOOK_AGAIN, None):
            async with self._database.connect() as connection:
                if await project(connection, case, receipt.facts, shown=receipt.snapshot, in_order=True):
                    return True
            if pause is not None:
                await asyncio.sleep(pause)
        return False  # the receipt before this one reached nobody; the flusher has all of it
