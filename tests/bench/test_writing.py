"""Figures as a file, as a table, and in the README."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console

from bench.bars import BARS
from bench.figures import Bar, Figure, median
from bench.readme import BEGIN, END, renew
from bench.writing import Verdict, first_things_first, judge, read, table, write

RATIO = median("closed_loop.gateway.ratio", [0.8, 0.6, 0.9])
EVENTS = Figure(key="case.events", value=61)
ALONE = Figure(key="case.alone.events", value=13)
BYTES = Figure(key="case.history_bytes", value=78461, unit="B")
FIGURES = [RATIO, EVENTS, ALONE, BYTES]


def test_what_is_written_can_be_read_by_its_keys_and_by_us(tmp_path: Path) -> None:
    file = tmp_path / "build" / "bench.json"
    write(file, FIGURES, BARS, 612.4)
    tree = json.loads(file.read_bytes())
    assert tree["closed_loop"]["gateway"]["ratio"] == {"value": 0.8, "unit": "", "rounds": [0.8, 0.6, 0.9]}
    assert tree["case"]["events"]["value"] == 61
    assert tree["machine"]["cores"] >= 1
    assert tree["seconds"] == 612
    assert {bar["key"]: bar["holds"] for bar in tree["bars"]}["case.events"] is False
    assert sorted(read(file), key=lambda it: it.key) == sorted(FIGURES, key=lambda it: it.key)


def test_a_bar_is_judged_by_all_figures_it_names_and_by_none_if_there_are_none() -> None:
    every = Bar(key="reading.*.p99_ms", must_be="at most", limit=50)
    quick, slow = Figure(key="reading.inbox.p99_ms", value=3), Figure(key="reading.search.p99_ms", value=51)
    assert judge([quick], [every]) == [Verdict(every, True)]
    assert judge([quick, slow], [every]) == [Verdict(every, False)]
    assert judge([RATIO], [every]) == [Verdict(every, None)]


def test_what_a_bar_judges_comes_first_and_then_the_other_ratios() -> None:
    ratio = Figure(key="closed_loop.api.ratio", value=0.5)
    ordered = first_things_first([ALONE, ratio, EVENTS, RATIO], BARS)
    assert [figure.key for figure in ordered] == [RATIO.key, EVENTS.key, ratio.key, ALONE.key]


def test_the_table_shows_values_spread_and_bars() -> None:
    console = Console(record=True, width=120)
    console.print(table(FIGURES, BARS))
    shown = {line.split("│")[2].strip(): line for line in console.export_text().splitlines() if "│" in line}
    assert "✓" in shown["closed_loop.gateway.ratio"]
    assert "0.6–0.9 (3)" in shown["closed_loop.gateway.ratio"]
    assert "≥ 0.7 (aim 0.85)" in shown["closed_loop.gateway.ratio"]
    assert "✗" in shown["case.events"]
    assert "78,461 B" in shown["case.history_bytes"]
    assert "not measured" in shown["clocks.missing"]


def test_the_readme_takes_the_figures_between_its_marks(tmp_path: Path) -> None:
    page, file = tmp_path / "README.md", tmp_path / "bench.json"
    write(file, FIGURES, BARS, 612.4)
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    renew(page, file)
    renew(page, file)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert text.count("| `case.events` | 61 |") == 1
    page.write_text("no place", encoding="utf-8")
    with pytest.raises(ValueError, match="no place for results"):
        renew(page, file)


def test_every_bar_stands_once_and_our_readme_has_the_marks() -> None:
    keys = [bar.key for bar in BARS]
    assert len(keys) == len(set(keys))
    text = (Path(__file__).parents[2] / "bench" / "README.md").read_text(encoding="utf-8")
    assert BEGIN in text
    assert END in text
