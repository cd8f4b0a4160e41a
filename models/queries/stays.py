"""Time spent in each stage, for many cases at once: `models.case.stays`, by one window query."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from pydantic import ConfigDict
from sqlalchemy import Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from models.base import Frozen
from models.case.state import Stage
from models.case.stays import RESUMES, SUSPENDS
from models.clocks.ledger import Span
from models.queries.names import Named
from models.tables.types import Instant


class StayLine(Frozen):
    """One stay, as far as it had come at the instant asked about."""

    model_config = ConfigDict(ser_json_timedelta="float")

    round: int
    stage: Stage
    holder: Named
    """The unit that held the case."""
    since: datetime
    until: datetime | None
    """None: it was there still."""
    spent: timedelta
    """Without the time in which the case was suspended."""
    paused: timedelta
    pauses: tuple[Span, ...] = ()
    """The stretches of it in which the case was suspended; one that lasts still has no end."""


# Facts in the order of their numbers; a new island begins where round, stage or holder changes. Only these
# facts, and those that begin or end a pause, have to be looked at twice: few of them. What only sets a clock
# is two facts in three, and comes in the same breath as what it follows from. Suspended is a fact's time if
# the last suspension before it is later than the last resumption.
_STAYS: Final = text(
    """
    WITH told AS (
        SELECT case_number, seq, at, kind, round, stage, holder_id,
            (lag(round) OVER w, lag(stage) OVER w, lag(holder_id) OVER w)
                IS DISTINCT FROM (round, stage, holder_id) AS begins
        FROM facts
        WHERE case_number = ANY(:numbers) AND at <= :at AND kind <> :clock_set
        WINDOW w AS (PARTITION BY case_number ORDER BY seq)
    ), steps AS (
        SELECT *, lead(at) OVER w AS next, count(*) FILTER (WHERE begins) OVER w AS island,
            coalesce(max(seq) FILTER (WHERE kind = ANY(:suspends)) OVER w, 0)
                > coalesce(max(seq) FILTER (WHERE kind = ANY(:resumes)) OVER w, 0) AS suspended
        FROM told
        WHERE begins OR kind = ANY(:suspends) OR kind = ANY(:resumes)
        WINDOW w AS (PARTITION BY case_number ORDER BY seq)
    ), islands AS (
        SELECT *, coalesce(next, :at) - at AS length FROM steps
    )
    SELECT case_number, min(round) AS round, min(stage) AS stage, holder_id,
        (SELECT name FROM units WHERE id = holder_id) AS holder_name, min(at) AS since,
        CASE WHEN bool_and(next IS NOT NULL) THEN max(next) END AS until,
        coalesce(sum(length) FILTER (WHERE NOT suspended), interval '0') AS spent,
        coalesce(sum(length) FILTER (WHERE suspended), interval '0') AS paused,
        coalesce(
            jsonb_agg(jsonb_build_object('start', at, 'end', next) ORDER BY seq) FILTER (WHERE suspended),
            '[]'
        ) AS pauses
    FROM islands
    GROUP BY case_number, island, holder_id
    HAVING max(next) IS DISTINCT FROM min(at) OR bool_or(next IS NULL)
    ORDER BY case_number, island
    """
).bindparams(
    bindparam("numbers", type_=ARRAY(Text)),
    bindparam("at", type_=Instant),
    bindparam("clock_set", "clock_set", type_=Text),
    bindparam("suspends", sorted(SUSPENDS), type_=ARRAY(Text)),
    bindparam("resumes", sorted(RESUMES), type_=ARRAY(Text)),
)


async def stays_of(
    session: AsyncSession, numbers: Sequence[str], at: datetime
) -> dict[str, tuple[StayLine, ...]]:
    """The stays of each of these cases up to the instant `at`, in order, in one query.

    A case that was reported later has none.
    """
    found: dict[str, list[StayLine]] = {number: [] for number in numbers}
    if found:
        rows = await session.execute(_STAYS, {"numbers": list(found), "at": at})
        for row in rows.mappings():
            values = dict(row)
            holder = Named(id=values.pop("holder_id"), name=values.pop("holder_name"))
            number = values.pop("case_number")
            found[number].append(StayLine.model_validate(values | {"holder": holder}))
    return {number: tuple(lines) for number, lines in found.items()}
