"""Renewing the results in bench/README.md from the files of figures."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bench.bars import BARS
from bench.writing import bar_of, first_things_first, read, said, spread, wanted

BEGIN: Final = "<!-- results, by `python -m bench --readme` -->"
END: Final = "<!-- end of results -->"


def renew(page: Path, file: Path) -> None:
    """Put the figures of `file` between the marks in `page`. Raises ValueError where they are missing."""
    put(page, BEGIN, END, results(file))


def put(page: Path, begin: str, end: str, words: str) -> None:
    """Put `words` between two marks in `page`. Raises ValueError where they are missing."""
    text = page.read_text(encoding="utf-8")
    if begin not in text or end not in text:
        raise ValueError(f"{page.name} has no place for results")
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    page.write_text(pattern.sub(lambda _: f"{begin}\n\n{words}\n\n{end}", text), encoding="utf-8")


def measured_on(head: Mapping[str, Any]) -> str:
    """What was measured, when, and on which machine: a file of figures begins with it."""
    on = head["machine"]
    return (
        f"Shaodao {head['version']}, {head['at'][:10]}: {on['cores']} cores of {on['processor']}, "
        f"{on['memory_gb']} GB, {on['system']}, Python {on['python']}."
    )


def results(file: Path) -> str:
    """The figures of `file` as Markdown, with the machine they were measured on."""
    head: dict[str, Any] = json.loads(file.read_bytes())
    lines = [
        f"{measured_on(head)} The whole run took {head['seconds']} s.",
        "",
        "| figure | value | rounds | bar | |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for figure in first_things_first(read(file), BARS):
        bar = bar_of(figure, BARS)
        verdict = "" if bar is None else "✓" if bar.holds(figure.value) else "✗"
        demand = "" if bar is None else wanted(bar)
        lines.append(f"| `{figure.key}` | {said(figure)} | {spread(figure)} | {demand} | {verdict} |")
    return "\n".join(lines)
