"""`shaodao up` as its user meets it: from an empty folder to ready, through kill -9, and down again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from runtime.embedded.ports import free_port

ROOT = Path(__file__).parents[2]
READY = "Ctrl-C"  # begins the last line of the welcome's advice
PARTS = {"postgres", "temporal", "worker", "api"}
LATER_START = 20.0  # seconds, the bar


class House:
    """A state folder with ports of its own, and the `shaodao up` that runs on it."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.output = folder / "output.txt"
        self.state = folder / "state"
        self.environment = {
            **os.environ,
            "SHAODAO_STATE_DIR": str(self.state),
            "SHAODAO_PORT": str(self.port),
            "SHAODAO_TEMPORAL_PORT": "0",
            "SHAODAO_TEMPORAL_UI_PORT": "0",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run one `shaodao` command on this house."""
        return subprocess.run(
            [sys.executable, str(ROOT / "cli.py"), *words],
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def start(self, within: float) -> float:
        """Start it; return the seconds until it had said that it is ready."""
        began = time.monotonic()
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "cli.py"), "up"],
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.until(READY, within)
        return time.monotonic() - began

    def until(self, words: str, within: float) -> None:
        """Wait until it has said `words`."""
        deadline = time.monotonic() + within
        while words not in self.said:
            assert self.process is not None
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)

    @property
    def said(self) -> str:
        """Everything it has printed since its start."""
        return self.output.read_text()

    def children(self) -> dict[str, psutil.Process]:
        """Its running parts by name."""
        entries = json.loads((self.state / "processes.json").read_bytes())
        return {name: psutil.Process(entry["pid"]) for name, entry in entries.items()}

    def get(self, path: str) -> httpx.Response:
        """Ask its API."""
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", trust_env=False, timeout=10)

    def end(self, number: signal.Signals) -> int:
        """Send it a signal and return its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(60)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house after its first start; every test leaves it running."""
    house = House(tmp_path_factory.mktemp("house"))
    try:
        house.start(within=180)
        yield house
    finally:
        if house.process is not None and house.process.poll() is None:
            house.end(signal.SIGTERM)


def test_the_first_start_serves_and_says_what_to_try(house: House) -> None:
    assert house.get("/healthz").status_code == 200
    assert house.get("/readyz").status_code == 200
    assert f"http://127.0.0.1:{house.port}" in house.said
    assert "dongguan-g18" in house.said
    assert set(house.children()) == PARTS


def test_the_printed_account_signs_in(house: House) -> None:
    answer = httpx.post(
        f"http://127.0.0.1:{house.port}/api/v1/tokens",
        data={"username": "dongguan-g18", "password": "shaodao-141"},
        trust_env=False,
        timeout=10,
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["access_token"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="the lines to try are for people who have curl")
def test_the_printed_lines_report_a_case(house: House) -> None:
    lines = [line.strip() for line in house.said.splitlines() if "curl -s" in line]
    assert len(lines) == 2
    done = subprocess.run(["bash", "-c", "\n".join(lines)], capture_output=True, timeout=60, check=True)
    assert "井盖松动" in done.stdout.decode()


def test_a_second_start_on_the_same_folder_is_refused(house: House) -> None:
    assert house.process is not None
    second = house.command("up")
    assert second.returncode == 2
    assert f"already runs on {house.state} (process {house.process.pid})" in second.stderr
    assert second.stdout == ""


def test_a_busy_port_is_named_before_anything_starts(house: House, tmp_path: Path) -> None:
    elsewhere = house.command("up", SHAODAO_STATE_DIR=str(tmp_path / "other"))
    assert elsewhere.returncode == 2
    assert f"Port {house.port} (SHAODAO_PORT) is in use" in elsewhere.stderr
    assert "SHAODAO_PORT=" in elsewhere.stderr.splitlines()[-1], "and says what to do"
    assert not (tmp_path / "other" / "postgres").exists()


def test_reset_refuses_while_it_runs(house: House) -> None:
    refused = house.command("reset", "--yes")
    assert refused.returncode == 2
    assert "already runs" in refused.stderr


def test_a_killed_part_comes_back_and_it_is_said(house: House) -> None:
    before = house.children()["worker"].pid
    os.kill(before, signal.SIGKILL)
    house.until("worker serves again", within=60)
    assert "worker ended by itself (SIGKILL)" in house.said
    assert house.children()["worker"].pid != before


def test_kill_9_loses_nothing_and_leaves_nothing(house: House) -> None:
    children = house.children()
    house.end(signal.SIGKILL)
    if sys.platform == "linux":  # elsewhere the next start ends them
        _, alive = psutil.wait_procs(list(children.values()), timeout=30)
        assert alive == []
    seconds = house.start(within=60)
    assert seconds <= LATER_START
    assert "Importing" not in house.said, "what was there is there"
    assert house.get("/readyz").status_code == 200


def test_sigterm_stops_everything_in_good_order(house: House) -> None:
    children = house.children()
    assert house.end(signal.SIGTERM) == 0
    assert not any(child.is_running() for child in children.values())
    assert "Nothing is lost" in house.said
    assert "ended by itself" not in house.said
    assert "database system is shut down" in (house.state / "logs" / "postgres.log").read_text()[-400:]
    house.start(within=60)


def test_ctrl_c_is_as_good_and_reset_removes_the_folder(house: House) -> None:
    assert house.end(signal.SIGINT) == 0
    declined = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), "reset"],
        env=house.environment, input="n\n", capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert declined.returncode == 1
    assert house.state.exists()
    assert house.command("reset", "--yes").returncode == 0
    assert not house.state.exists()


def test_ctrl_c_during_the_start_leaves_nothing_and_twice_is_at_once(tmp_path: Path) -> None:
    house = House(tmp_path)
    with pytest.raises(AssertionError):
        house.start(within=0)  # does not wait
    house.until("Starting PostgreSQL", within=20)
    assert house.process is not None
    house.process.send_signal(signal.SIGINT)
    house.until("Stopping", within=20)
    house.process.send_signal(signal.SIGINT)
    assert house.process.wait(20) == 0
    assert house.children() == {}
