"""Searching by words: by characters and pairs of them, for most Chinese words are two characters long.

PostgreSQL's own trigrams find nothing shorter than three. What a search needs lies in a table and an index of
its own, which no command pays for but those that let somebody new see the case: who may see it is looked up
together with the words, or a district's search would go through the whole city's finds.

Common words have more finds than anybody reads. So a list that is ordered by the report's instant looks into
the newest days first, and further back only for what those do not fill: `stretches`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, SQLColumnExpression, Text, bindparam, exists
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col

from models.case.state import Case
from models.tables.cases import CaseRow, CaseWordsRow

DAYS: Final = 4
"""What is looked through first: the present day, two before it and one after it."""
MONTHS: Final = 2
"""And then. Each is some fifteen times as long as the one before, and so are its finds at most."""


def words_of(case: Case) -> str:
    """What a search looks through: number, matter, place, address and text, in small letters."""
    parts = (case.number, case.matter.name.zh, case.place.name, case.address, case.text)
    return " ".join(parts).lower()


def keys(text: str, reported_at: datetime) -> list[str]:
    """By what a case is found: each character, every two neighbouring ones, and when it was reported."""
    found = {day_key(reported_at), month_key(reported_at)}
    for word in text.lower().split():
        found.update(word, pairs(word))
    return sorted(found)


def pairs(word: str) -> set[str]:
    """Every two neighbouring characters; the character itself where there is only one."""
    word = word.lower()
    return {word[i : i + 2] for i in range(len(word) - 1)} or {word}


def day_key(at: datetime) -> str:
    """The day in which an instant lies, UTC; longer than any pair, so never one."""
    return f"#{at.astimezone(UTC):%Y%m%d}"


def month_key(at: datetime) -> str:
    """The same for the month."""
    return f"#{at.astimezone(UTC):%Y%m}"


def stretches(newest: datetime) -> Iterator[tuple[str, ...]]:
    """Which days or months to look through, one after the other until a page is full; at last, all (none).

    Each holds the ones before, and goes back without a gap from the day after `newest`: a case may be dated
    by a clock that is a little ahead.
    """
    newest += timedelta(days=1)
    yield tuple(day_key(newest - timedelta(days=back)) for back in range(DAYS))
    months, first = [], newest.astimezone(UTC).replace(day=1)
    for _ in range(MONTHS):
        months.append(month_key(first))
        first = (first - timedelta(days=1)).replace(day=1)
    yield tuple(months)
    yield ()


def mentions(
    words: Collection[str], eyes: Collection[str] = (), stretch: Sequence[str] = ()
) -> ColumnElement[bool]:
    """Whether a row of `cases` has all `words` in its words; taken literally, large or small letters.

    With `eyes` and `stretch` only among the cases that these may see, reported in these days or months.
    """
    found = exists().where(
        col(CaseWordsRow.case_number) == col(CaseRow.number),
        *(col(CaseWordsRow.words).contains(word.lower(), autoescape=True) for word in words),
    )
    known = sorted(set[str]().union(*map(pairs, words)))
    found = found.where(_has(col(CaseWordsRow.keys), "@>", known))
    if stretch:
        found = found.where(_has(col(CaseWordsRow.keys), "&&", stretch))
    if eyes:
        found = found.where(_has(col(CaseWordsRow.seen_by), "&&", sorted(eyes)))
    return found


def _has(column: SQLColumnExpression[list[str]], operator: str, values: Sequence[str]) -> ColumnElement[bool]:
    return column.bool_op(operator)(bindparam(None, [*values], type_=ARRAY(Text)))
