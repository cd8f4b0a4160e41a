"""Searching by words: by pairs of neighbouring characters, for most Chinese words are two characters long.

PostgreSQL's own trigrams find nothing shorter than three. A case's words never change after its report, so
they lie in a table of their own, and no command pays for their index.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Text, bindparam, exists
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col

from models.case.state import Case
from models.tables.cases import CaseRow, CaseWordsRow


def words_of(case: Case) -> str:
    """What a search looks through: number, matter, place, address and text, in small letters."""
    parts = (case.number, case.matter.name.zh, case.place.name, case.address, case.text)
    return " ".join(parts).lower()


def pairs(text: str) -> list[str]:
    """Every two neighbouring characters of each word, sorted, each once."""
    return sorted({word[i : i + 2] for word in text.lower().split() for i in range(len(word) - 1)})


def mentions(word: str) -> ColumnElement[bool]:
    """Whether a row of `cases` has `word` somewhere in its words; taken literally, large or small letters."""
    found = exists().where(
        col(CaseWordsRow.case_number) == col(CaseRow.number),
        col(CaseWordsRow.words).contains(word.lower(), autoescape=True),
    )
    known = pairs(word)
    if known:  # a single character has none, and is looked for without the index
        found = found.where(col(CaseWordsRow.pairs).bool_op("@>")(bindparam(None, known, type_=ARRAY(Text))))
    return found
