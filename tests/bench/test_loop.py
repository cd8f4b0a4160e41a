"""The closed loop and its cost, measured for moments on a real house; and the arithmetic of the ratios."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import cost, loop
from bench.bars import BARS
from bench.house import ForeignServer, Part, house
from bench.loop import Pace, Size
from runtime.processes import ServerFailed


def test_ratios_are_made_within_a_round() -> None:
    paces = {
        ("floor", 1): [Pace(10, 5, 9), Pace(20, 4, 9)],
        ("gateway", 1): [Pace(8, 10, 20), Pace(14, 6, 20)],
        ("api", 1): [Pace(5, 13, 30), Pace(10, 10, 30)],
        ("floor", 10): [Pace(40, 20, 90), Pace(20, 40, 90)],
        ("gateway", 10): [Pace(30, 30, 99), Pace(18, 60, 99)],
        ("api", 10): [Pace(20, 40, 99), Pace(10, 80, 99)],
    }
    found = {figure.key: figure for figure in loop.figures(paces)}
    assert found["closed_loop.gateway.at_1.ratio"].rounds == (0.8, 0.7)
    assert found["closed_loop.gateway.ratio"].rounds == (0.75, 0.9)
    assert found["closed_loop.gateway.p50_ratio"].value == pytest.approx(1.5)
    assert found["closed_loop.api.added_p50_ms"].rounds == (3, 4)
    assert found["closed_loop.floor.at_10.cases_per_s"].value == 30


async def test_loop_and_cost_on_a_house_whose_parts_can_be_killed(tmp_path: Path) -> None:
    said: list[str] = []
    folder = tmp_path / "house"
    async with house(folder, postgres_options=cost.OPTIONS, say=said.append) as at:
        costs = {figure.key: figure.value for figure in await cost.measured(at, said.append, 2, quiet=0)}
        size = Size(rounds=1, window=1.0, warm_up=0.0, parallel=(1, 2))
        paces = {figure.key: figure for figure in await loop.measured(at, said.append, size)}

        before = at.pid(Part.WORKER)
        at.kill(Part.WORKER)
        with pytest.raises(ServerFailed, match=r"worker is not ready within 0\.1 s"):
            await at.ready(Part.WORKER, within=0.1)
        await at.start(Part.WORKER)
        assert at.pid(Part.WORKER) != before
        assert at.memory_mb(Part.WORKER) > 1
    assert not folder.exists(), "a good end leaves nothing"

    assert costs["case.commands"] == 7
    assert 7 * 5 < costs["case.events"] <= 60
    assert costs["case.escalated.commands"] == 9
    assert costs["case.escalated.events"] > costs["case.events"]
    assert costs["case.history_bytes"] > 10_000
    limit = next(bar for bar in BARS if bar.key == "case.statements_per_command")
    assert limit.holds(costs["case.statements_per_command"])
    assert costs["case.rows"] > 7

    for way in ("floor", "gateway", "api"):
        assert paces[f"closed_loop.{way}.at_2.cases_per_s"].value > 0
    assert paces["closed_loop.gateway.at_1.ratio"].value > 0
    assert any("gateway × 2" in line for line in said)


async def test_what_belongs_to_others_is_neither_killed_nor_paused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    secrets = {"SHAODAO_SECRET_KEY": "a test's own key: 0123456789abcdef"}
    foreign = {**secrets, "SHAODAO_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    async with house(tmp_path / "house", parts=(), environment=foreign) as at:
        for part in (Part.POSTGRES, Part.TEMPORAL):
            with pytest.raises(ForeignServer, match="not this house's own"):
                at.kill(part)
            with pytest.raises(ForeignServer, match="not this house's own"):
                at.pause(part)
        with pytest.raises(ForeignServer, match="SHAODAO_DEMO_PASSWORD"):
            _ = at.password
