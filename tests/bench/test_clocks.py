"""The measurement of clocks: it counts what is missing and what came twice, and it runs on a real product."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.clocks import Kept, figures, kept_in
from bench.figures import Figure
from bench.house import Part, house
from models.clocks.clock import Threshold
from tests.servers import Servers

NOON = datetime(2026, 10, 12, 4, tzinfo=UTC)


def kept(case: str, threshold: Threshold, late: float, written: float | None = None) -> Kept:
    return Kept(
        case=case,
        threshold=threshold,
        scheduled=NOON,
        recorded=NOON + timedelta(seconds=late),
        written=None if written is None else NOON + timedelta(seconds=written),
    )


def values(found: list[Figure]) -> dict[str, float]:
    return {figure.key: figure.value for figure in found}


def test_what_is_missing_or_came_twice_is_counted() -> None:
    both = [kept("a", Threshold.YELLOW, 1), kept("a", Threshold.RED, 1)]
    again = kept("a", Threshold.RED, 3)
    found = values(figures([*both, again, kept("b", Threshold.YELLOW, 2)], {"a", "b", "c"}))
    # b never turned red, and c neither yellow nor red.
    assert (found["clocks.missing"], found["clocks.doubled"], found["clocks.cases"]) == (3, 1, 3)


def test_lateness_is_told_of_the_record_and_of_the_row() -> None:
    many = [kept(str(place), Threshold.YELLOW, place / 100, place / 10) for place in range(1, 101)]
    found = values(figures(many, {one.case for one in many}))
    assert (found["clocks.late_p50_s"], found["clocks.late_p99_s"]) == (0.5, 0.99)
    assert (found["clocks.written_p50_s"], found["clocks.written_p99_s"]) == (5, 9.9)


def test_an_announcement_that_was_not_heard_gives_no_figure_of_the_row() -> None:
    found = values(figures([kept("a", Threshold.YELLOW, 1)], {"a"}))
    assert found["clocks.late_p50_s"] == 1
    assert "clocks.written_p50_s" not in found


async def test_on_a_real_product(
    seeded_url: str, servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", servers.temporal)
    told: list[str] = []
    environment = {
        "SHAODAO_DATABASE_URL": seeded_url,
        "SHAODAO_SECRET_KEY": "a test's own key: 0123456789abcdef",
    }
    async with house(
        tmp_path / "house", parts=(Part.WORKER,), environment=environment, say=told.append
    ) as at:
        two, three = timedelta(seconds=2), timedelta(seconds=3)
        found = values(await kept_in(at, 8, told.append, minute=two, margin=three))
    assert (found["clocks.cases"], found["clocks.missing"], found["clocks.doubled"]) == (8, 0, 0)
    assert 0 <= found["clocks.late_p50_s"] <= found["clocks.late_p99_s"]
    assert found["clocks.late_p99_s"] <= found["clocks.written_p99_s"]
    # Spread over the two seconds, but for the last case's share of them and what opening took.
    assert 1 < found["clocks.within_s"] < 4
    assert any("deadlines fall between" in words for words in told)
