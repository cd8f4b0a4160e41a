"""Renewing the results in bench/README.md from the file of figures."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from bench.bars import BARS
from bench.writing import bar_of, read, said, spread, wanted

BEGIN: Final = "<!-- results, by `python -m bench --readme` -->"
END: Final = "<!-- end of results -->"


def renew(page: Path, file: Path) -> None:
    """Put the figures of `file` between the marks in `page`. Raises ValueError where they are missing."""
    text = page.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise ValueError(f"{page.name} has no place for results")
    pattern = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    page.write_text(pattern.sub(lambda _: f"{BEGIN}\n\n{results(file)}\n\n{END}", text), encoding="utf-8")


def results(file: Path) -> str:
    """The figures of `file` as Markdown, with the machine they were measured on."""
    head: dict[str, Any] = json.loads(file.read_bytes())
    on = head["machine"]
    lines = [
        f"Shaodao {head['version']}, {head['at'][:10]}: {on['cores']} cores of {on['processor']}, "
        f"{on['memory_gb']} GB, {on['system']}, Python {on['python']}.",
        "",
        "| figure | value | rounds | bar | |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for figure in read(file):
        bar = bar_of(figure, BARS)
        verdict = "" if bar is None else "✓" if bar.holds(figure.value) else "✗"
        demand = "" if bar is None else wanted(bar)
        lines.append(f"| `{figure.key}` | {said(figure)} | {spread(figure)} | {demand} | {verdict} |")
    return "\n".join(lines)
