"""What a run did and found, as a file for programs and as tables for people."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.table import Table

from bench.faults.campaign import Outcome
from bench.faults.findings import Fault
from bench.faults.rounds import Round
from bench.figures import percentile
from bench.writing import machine
from runtime.version import version


def written(outcome: Outcome) -> dict[str, Any]:
    """The run as nested values. `lost`, `doubled`, `out_of_order` and `stuck` are counts of findings."""
    counts = Counter(finding.fault for finding in outcome.findings)
    by_blow: dict[str, list[Round]] = {}
    for done in outcome.rounds:
        by_blow.setdefault(done.blow, []).append(done)
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": version(),
        "machine": machine(),
        "seed": outcome.seed,
        "seconds": round(outcome.seconds),
        **{str(fault): counts[fault] for fault in Fault},
        "rounds": len(outcome.rounds),
        "cases": outcome.cases,
        "closed": outcome.closed,
        "answers": outcome.answers,
        "retried": sum(done.retried for done in outcome.rounds),
        "asked_again": sum(done.asked_again for done in outcome.rounds),
        "asked_again_at_the_end": sum(last.asked_again for last in outcome.last),
        "answers_at_the_end": sum(last.answers for last in outcome.last),
        "pictures": outcome.pictures,
        "residents_reports": outcome.residents,
        "whistles": outcome.whistles,
        "orders": outcome.orders,
        "lines_cut": outcome.hung_up,
        "deadlines_across": sum(done.across for done in outcome.rounds),
        "deadlines_foretold": sum(done.foretold for done in outcome.rounds),
        "told": dict(sorted(outcome.told.items())),
        "not_tried": outcome.not_tried,
        "left_out": outcome.left_out,
        "broken": outcome.broken,
        "blows": {key: _blow(rounds) for key, rounds in by_blow.items()},
        "findings": [finding.model_dump(mode="json") for finding in outcome.findings],
    }


def _blow(rounds: Sequence[Round]) -> dict[str, Any]:
    again = [done.again_s for done in rounds]
    return {
        "times": len(rounds),
        "harm_s": [done.harm_s for done in rounds],
        "again_p50_s": percentile(again, 50),
        "again_max_s": max(again),
        "longest_wait_s": max(done.longest_s for done in rounds),
        "rest_max_s": max(done.rest_s for done in rounds),
        "answers": sum(done.answers for done in rounds),
        "retried": sum(done.retried for done in rounds),
        "deadlines_across": sum(done.across for done in rounds),
        "found": sum(len(done.findings) for done in rounds),
        "remarks": sorted({done.remark for done in rounds if done.remark}),
    }


def write(path: Path, outcome: Outcome) -> None:
    """Write the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(written(outcome), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def tables(outcome: Outcome) -> list[Table]:
    """A row per blow, and a row per kind of finding."""
    values = written(outcome)
    blows = Table(title=f"Faults, seed {outcome.seed}", title_justify="left")
    blows.add_column("blow")
    for heading in ("times", "harm s", "again p50 s", "max s", "longest wait s", "answers", "retried"):
        blows.add_column(heading, justify="right")
    blows.add_column("deadlines\nacross", justify="right")
    blows.add_column("found", justify="right")
    for key, row in values["blows"].items():
        found = f"[red]{row['found']}[/red]" if row["found"] else "0"
        harm = f"{min(row['harm_s']):.1f}–{max(row['harm_s']):.1f}"
        cells = [row["times"], harm, f"{row['again_p50_s']:.1f}", f"{row['again_max_s']:.1f}"]
        cells += [f"{row['longest_wait_s']:.1f}", row["answers"], row["retried"], row["deadlines_across"]]
        blows.add_row(key, *map(str, cells), found)
    for key, why in {**outcome.not_tried, **outcome.left_out}.items():
        blows.add_row(f"[yellow]{key}[/yellow]", "0", f"[yellow]not tried: {why}[/yellow]")
    judged = Table(title="What must hold", title_justify="left")
    judged.add_column("kind")
    judged.add_column("found", justify="right")
    for fault in Fault:
        count = values[fault]
        judged.add_row(fault, f"[red]{count}[/red]" if count else "0")
    judged.add_row("of rounds", str(values["rounds"]))
    judged.add_row("of cases", str(values["cases"]))
    judged.add_row("of answers", str(values["answers"]))
    judged.add_row("of pictures", str(values["pictures"]))
    judged.add_row("of reports without an account", str(values["residents_reports"]))
    judged.add_row("of whistles reported in", str(values["whistles"]))
    judged.add_row("of orders answered", str(values["orders"]))
    judged.add_row("sent once more after the answer", str(values["asked_again"]))
    at_the_end = f"{values['asked_again_at_the_end']} of {values['answers_at_the_end']}"
    judged.add_row("sent once more at the end", at_the_end)
    judged.add_row("clients' lines cut", str(values["lines_cut"]))
    return [blows, judged]
