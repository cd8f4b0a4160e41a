"""Figures as a file for programs, and as a table for people."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from rich.table import Table

from bench.figures import Bar, Figure
from runtime.version import version


class Verdict(NamedTuple):
    """What became of a bar."""

    bar: Bar
    holds: bool | None
    """None where none of its figures was measured."""


def machine() -> dict[str, str | int]:
    """What these figures were measured on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def judge(figures: Sequence[Figure], bars: Sequence[Bar]) -> list[Verdict]:
    """Each bar beside its figures; a `*` in a bar's key stands for any one part, `reading.*.p99_ms`."""
    verdicts = []
    for bar in bars:
        values = [figure.value for figure in figures if _fits(bar, figure)]
        verdicts.append(Verdict(bar, all(map(bar.holds, values)) if values else None))
    return verdicts


def _fits(bar: Bar, figure: Figure) -> bool:
    wanted, key = bar.key.split("."), figure.key.split(".")
    return len(wanted) == len(key) and all(part in ("*", own) for part, own in zip(wanted, key, strict=True))


def write(path: Path, figures: Sequence[Figure], bars: Sequence[Bar], seconds: float) -> None:
    """Write the figures, nested by their keys; what they were measured on; how the bars stand.

    `seconds` is how long it all took.
    """
    tree: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": version(),
        "machine": machine(),
        "seconds": round(seconds),
        "bars": [{**bar.model_dump(), "holds": holds} for bar, holds in judge(figures, bars)],
    }
    for figure in first_things_first(figures, bars):
        branch = tree
        for part in figure.key.split("."):
            branch = branch.setdefault(part, {})
        branch |= {"value": figure.value, "unit": figure.unit, "rounds": list(figure.rounds)}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(tree, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read(path: Path) -> list[Figure]:
    """The figures of a file that `write` made. Raises OSError or ValueError where there is no such file."""
    return list(_leaves(json.loads(path.read_bytes()), ()))


def _leaves(branch: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[Figure]:
    if isinstance(branch.get("value"), int | float) and "rounds" in branch:
        rounds = tuple(branch["rounds"])
        yield Figure(key=".".join(above), value=branch["value"], unit=branch["unit"], rounds=rounds)
    for part, below in branch.items():
        if isinstance(below, Mapping):
            yield from _leaves(below, (*above, part))


def table(figures: Sequence[Figure], bars: Sequence[Bar]) -> Table:
    """What was measured, with its spread, and the bar where there is one."""
    found = Table("", "figure", "value", "rounds", "bar", title="Shaodao", title_justify="left")
    for column in (2, 3, 4):
        found.columns[column].justify = "right"
    for figure in first_things_first(figures, bars):
        bar = bar_of(figure, bars)
        mark = "" if bar is None else "[green]✓[/green]" if bar.holds(figure.value) else "[red]✗[/red]"
        found.add_row(mark, figure.key, said(figure), spread(figure), "" if bar is None else wanted(bar))
    for bar, holds in judge(figures, bars):
        if holds is None:
            found.add_row("[yellow]?[/yellow]", bar.key, "not measured", "", wanted(bar))
    return found


def first_things_first(figures: Sequence[Figure], bars: Sequence[Bar]) -> list[Figure]:
    """The figures that a bar judges, in the order of the bars; the other ratios; then all the rest."""
    places = {bar.key: place for place, bar in enumerate(bars)}

    def place(figure: Figure) -> tuple[int, int]:
        bar = bar_of(figure, bars)
        if bar is not None:
            return 0, places[bar.key]
        return (1 if figure.key.endswith("ratio") else 2), 0

    return sorted(figures, key=place)


def bar_of(figure: Figure, bars: Sequence[Bar]) -> Bar | None:
    """The bar that a figure must clear, if there is one."""
    return next((bar for bar in bars if _fits(bar, figure)), None)


def said(figure: Figure) -> str:
    """The value as people read it."""
    return f"{number(figure.value)} {figure.unit}".strip()


def spread(figure: Figure) -> str:
    """Smallest and largest round, and how many there were."""
    if figure.spread is None or len(figure.rounds) < 2:
        return ""
    low, high = figure.spread
    return f"{number(low)}–{number(high)} ({len(figure.rounds)})"


def wanted(bar: Bar) -> str:
    """What the bar demands."""
    aim = "" if bar.aim is None else f" (aim {number(bar.aim)})"
    return f"{'≥' if bar.must_be == 'at least' else '≤'} {number(bar.limit)}{aim}"


def number(value: float) -> str:
    """Three digits are what a measurement is worth; counts are told whole."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _processor() -> str:
    """The processor's name where the system tells it."""
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
