"""The measure *Reading* at a small size: its cases are what the product writes, and indexes can serve all."""

from __future__ import annotations

from random import Random
from typing import Any, Final

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from bench.reading import ask_all, check_plans, engine_of, scans
from bench.reading_asked import ASKED, Readers
from bench.reading_data import Loader, city
from bench.reading_plots import CLOSED, OPEN, lives
from models.case.sealing import broken_link
from models.case.state import OPEN as OPEN_STAGES
from models.case.state import Case
from models.queries.case_rows import case_row
from models.tables.cases import CaseRow

CASES: Final = 2_000


@pytest.mark.timeout(300)
async def test_everything_is_asked_and_can_be_answered_by_indexes(database_url: str) -> None:
    said: list[str] = []
    await Loader(database_url.replace("+psycopg", "", 1), CASES, said.append).load()
    engine = engine_of(database_url)
    try:
        await _check_rows(engine)
        await check_plans(engine, Readers(city(Random(141)), 7), said.append, forced=True)  # noqa: S311
    finally:
        await engine.dispose()
    figures = await ask_all(database_url, said.append, rounds=1, each=1, plans=False)
    assert {figure.key for figure in figures} == {
        f"reading.{name}.{rank}_ms" for name in ASKED for rank in ("p50", "p99")
    }
    assert all(figure.value > 0 for figure in figures)


async def _check_rows(engine: AsyncEngine) -> None:
    """The rows of open cases say what the product itself would write of them."""
    table = CaseRow.__table__  # type: ignore[attr-defined]
    async with engine.connect() as connection:
        number = col(CaseRow.number)
        assert len((await connection.scalars(select(number))).all()) >= CASES
        some = select(*table.columns).where(col(CaseRow.closed_at).is_(None)).order_by(number).limit(40)
        rows = (await connection.execute(some)).mappings().all()
    for row in rows:
        case = Case.model_validate(row["snapshot"])
        assert case.stage in OPEN_STAGES
        for name, value in case_row(case).items():
            if name not in ("snapshot", "visible_to"):
                assert _plain(row[name]) == _plain(value), (case.number, name)
        assert set(row["visible_to"]) == set(case_row(case)["visible_to"])


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


@pytest.mark.parametrize("plots", [CLOSED, OPEN])
def test_lives_are_lived_as_the_core_has_them(plots: Any) -> None:
    found = lives(plots, 1, Random(3))  # noqa: S311
    assert sum(share for _, share in found) == pytest.approx(1)
    for life, _ in found:
        assert (life.case.closed_at is None) is (plots is OPEN)
        assert broken_link(life.case.number, life.facts) is None


def test_a_plan_that_reads_all_of_a_large_table_is_seen() -> None:
    scan = {"Node Type": "Seq Scan", "Relation Name": "facts"}
    assert list(scans({"Node Type": "Sort", "Plans": [scan]})) == ["facts"]
    assert list(scans({"Node Type": "Seq Scan", "Relation Name": "policies"})) == []
    assert list(scans({"Node Type": "Index Scan", "Relation Name": "facts"})) == []
