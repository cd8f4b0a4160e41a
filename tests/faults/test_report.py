"""The report of a run: counts by kind, figures by blow, and what was not tried."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bench.faults import campaign
from bench.faults.campaign import KEYS, Outcome
from bench.faults.findings import Fault, Finding
from bench.faults.report import tables, write
from bench.faults.rounds import Round


def _round(blow: str, again: float, *findings: Finding) -> Round:
    return Round(
        blow=blow,
        harm_s=2.0,
        again_s=again,
        longest_s=again + 1,
        rest_s=0.5,
        answers=50,
        retried=3,
        asked_again=30,
        cases=9,
        facts=200,
        across=1,
        findings=findings,
    )


def test_a_report_says_what_was_done_and_found(tmp_path: Path) -> None:
    finding = Finding(fault=Fault.LOST, number="20261012-000001", words="gone", during="worker")
    outcome = Outcome(
        seed=7, rounds=[_round("worker", 4.0), _round("worker", 9.0, finding), _round("api", 3.0)]
    )
    outcome.findings.append(finding)
    outcome.not_tried["disk"] = "only root may mount a tmpfs"
    write(tmp_path / "deep" / "faults.json", outcome)
    written = json.loads((tmp_path / "deep" / "faults.json").read_bytes())
    assert {key: written[key] for key in ("lost", "doubled", "out_of_order", "stuck", "rounds", "seed")} == {
        "lost": 1,
        "doubled": 0,
        "out_of_order": 0,
        "stuck": 0,
        "rounds": 3,
        "seed": 7,
    }
    assert (written["blows"]["worker"]["times"], written["blows"]["worker"]["again_max_s"]) == (2, 9.0)
    assert written["not_tried"] == {"disk": "only root may mount a tmpfs"}
    assert written["version"]
    assert written["machine"]["cores"]
    console = Console(file=StringIO(), width=160)
    for table in tables(outcome):
        console.print(table)
    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert "worker" in said
    assert "only root may mount" in said


async def test_a_run_that_breaks_off_keeps_what_it_saw_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> str:
        raise OSError("the table of mounts\ncannot be read")

    monkeypatch.setattr(campaign, "why_not", broken)
    outcome = await campaign.Campaign(tmp_path, 7, 1, [campaign.DISK], lambda _: None).run()
    assert outcome.broken == "OSError: the table of mounts"


def test_every_kind_of_blow_has_a_key_of_its_own() -> None:
    assert len(set(KEYS)) == len(KEYS) == 13
