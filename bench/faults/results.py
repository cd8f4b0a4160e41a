"""Renewing the results of a run of faults in bench/README.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from bench.faults.findings import Fault
from bench.readme import measured_on, put

BEGIN: Final = "<!-- faults, by `python -m bench.faults --readme` -->"
END: Final = "<!-- end of faults -->"


def renew(page: Path, file: Path) -> None:
    """Put the report in `file` between the marks in `page`. Raises ValueError where they are missing."""
    put(page, BEGIN, END, results(json.loads(file.read_bytes())))


def results(run: dict[str, Any]) -> str:
    """A report as Markdown: what was judged, what was found, and how soon the product was back."""
    found = ", ".join(f"{fault} {run[fault]}" for fault in Fault)
    lines = [
        f"{measured_on(run)} Seed {run['seed']}, {run['seconds'] / 60:.0f} minutes.",
        "",
        f"{run['rounds']} blows, {run['cases']:,} cases ({run['residents_reports']} reported without an "
        f"account, {run['whistles']} whistles, {run['orders']} orders, {run['pictures']} pictures), "
        f"{run['answers']:,} answers, {run['asked_again_at_the_end']:,} of {run['answers_at_the_end']:,} "
        f"asked for once more at the end, {run['deadlines_across']} deadlines across an outage. "
        f"Found: {found}.",
        "",
        "| blow | times | harm, s | again p50, s | max, s | longest wait, s | answers | found |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for key, blow in run["blows"].items():
        harm = f"{min(blow['harm_s']):.1f}–{max(blow['harm_s']):.1f}"
        again = f"{blow['again_p50_s']:.1f} | {blow['again_max_s']:.1f} | {blow['longest_wait_s']:.1f}"
        lines.append(
            f"| `{key}` | {blow['times']} | {harm} | {again} | {blow['answers']} | {blow['found']} |"
        )
    not_struck = {**run["not_tried"], **run["left_out"]}
    lines += [f"| `{key}` | not tried: {why} | | | | | | |" for key, why in not_struck.items()]
    if run["broken"]:
        lines += ["", f"Ended before its end: {run['broken']}"]
    return "\n".join(lines)
