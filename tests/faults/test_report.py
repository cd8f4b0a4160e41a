"""The report of a run: counts by kind, figures by blow, and what was not tried."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Final

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from bench.faults import campaign
from bench.faults.__main__ import README, main
from bench.faults.campaign import KEYS, Outcome
from bench.faults.examining import LastJudgement
from bench.faults.findings import Fault, Finding
from bench.faults.report import tables, write
from bench.faults.results import BEGIN, END, renew
from bench.faults.rounds import Round

FINDING: Final = Finding(fault=Fault.LOST, number="20261012-000001", words="gone", during="worker")


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
        foretold=2,
        findings=findings,
    )


def test_a_report_says_what_was_done_and_found(tmp_path: Path) -> None:
    outcome = Outcome(
        seed=7, rounds=[_round("worker", 4.0), _round("worker", 9.0, FINDING), _round("api", 3.0)]
    )
    outcome.findings.append(FINDING)
    outcome.last.append(LastJudgement(asked_again=140, answers=150, findings=()))
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
    assert "not tried: only root may mount" in said
    assert "140 of 150" in said


async def test_a_run_that_breaks_off_keeps_what_it_saw_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> str:
        raise OSError("the table of mounts\ncannot be read")

    monkeypatch.setattr(campaign, "why_not", broken)
    outcome = await campaign.Campaign(tmp_path, 7, 1, [campaign.DISK], lambda _: None).run()
    assert outcome.broken == "OSError: the table of mounts"


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome(seed=7), 0),
        (Outcome(seed=7, left_out={"disk": "--without-disk"}), 0),
        (Outcome(seed=7, not_tried={"disk": "only root may mount a tmpfs"}), 3),
        (Outcome(seed=7, broken="OSError: no more"), 1),
        (Outcome(seed=7, findings=[FINDING], not_tried={"disk": "only root may mount a tmpfs"}), 1),
    ],
)
def test_a_run_is_good_only_if_nothing_was_found_and_everything_was_tried(
    outcome: Outcome, code: int
) -> None:
    assert outcome.exit_code == code


@pytest.mark.parametrize(("without_disk", "code"), [(False, 3), (True, 0)])
def test_what_could_not_be_tried_is_said_and_fails_unless_it_was_not_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, without_disk: bool, code: int
) -> None:
    monkeypatch.setattr(campaign, "why_not", lambda: "only root may mount a tmpfs")
    app = typer.Typer()
    app.command()(main)
    arguments = ["--only", "disk", "--out", str(tmp_path / "faults.json")]
    ran = CliRunner().invoke(app, [*arguments, "--without-disk"] if without_disk else arguments)
    assert ran.exit_code == code, ran.output
    assert ("not tried: disk: only root may mount a tmpfs" in ran.output) is not without_disk
    assert ("not tried: --without-disk" in ran.output) is without_disk


def test_the_readme_takes_a_report_between_its_marks(tmp_path: Path) -> None:
    outcome = Outcome(seed=7, rounds=[_round("worker", 4.0), _round("api", 3.0)])
    outcome.not_tried["disk"] = "only root may mount a tmpfs"
    write(tmp_path / "faults.json", outcome)
    page = tmp_path / "README.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    for _ in range(2):
        renew(page, tmp_path / "faults.json")
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert text.count("| `worker` | 1 | 2.0–2.0 | 4.0 | 4.0 | 5.0 | 50 | 0 |") == 1
    assert text.count("| `disk` | not tried: only root may mount a tmpfs |") == 1
    ours = README.read_text(encoding="utf-8")
    assert BEGIN in ours
    assert END in ours


def test_every_kind_of_blow_has_a_key_of_its_own() -> None:
    assert len(set(KEYS)) == len(KEYS) == 16
