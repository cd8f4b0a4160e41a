"""Children: tied to their parent, recorded by pid and start time, stopped kindly and then not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from runtime.processes import Child, Program, end_orphans, tail
from runtime.state import AlreadyRunning, StateFolder, hold
from runtime.supervisor import cap_log

ROOT = Path(__file__).parents[2]
PATIENT = "import time\nprint('here', flush=True)\ntime.sleep(60)"
STUBBORN = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + PATIENT


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    """An empty state folder."""
    folder = StateFolder(tmp_path / "state")
    folder.ensure()
    return folder


def program(source: str, grace: float = 20) -> Program:
    """A Python program of a few lines."""
    return Program("api", [sys.executable, "-c", source], grace=grace)


def wait_for_words(state: StateFolder, words: str) -> None:
    """Until the child has written `words` to its log."""
    deadline = time.monotonic() + 20
    while words not in tail(state.log("api")):
        assert time.monotonic() < deadline, tail(state.log("api"))
        time.sleep(0.02)


async def test_a_child_is_stopped_by_its_signal(state: StateFolder) -> None:
    child = Child(program(PATIENT), state)
    wait_for_words(state, "here")
    await child.stop()
    assert child.exit_code == -signal.SIGTERM
    assert state.read_json(state.processes) == {}


async def test_a_child_that_does_not_listen_is_killed_after_its_grace(state: StateFolder) -> None:
    child = Child(program(STUBBORN, grace=0.3), state)
    wait_for_words(state, "here")
    await child.stop()
    assert child.exit_code == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_children_end_with_a_parent_that_was_killed(state: StateFolder) -> None:
    script = (
        "import sys, time\nfrom pathlib import Path\n"
        "from runtime.processes import Child, Program\nfrom runtime.state import StateFolder\n"
        f"Child(Program('api', [sys.executable, '-c', {PATIENT!r}]), StateFolder(Path(sys.argv[1])))\n"
        "time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, str(state.root)], cwd=ROOT)
    wait_for_words(state, "here")
    child = psutil.Process(json.loads(state.processes.read_bytes())["api"]["pid"])
    parent.kill()
    parent.wait()
    child.wait(10)


def test_a_reused_pid_is_not_taken_for_an_orphan(state: StateFolder) -> None:
    entry = {"pid": os.getpid(), "started": time.time() - 86_400, "signal": int(signal.SIGKILL)}
    state.processes.write_text(json.dumps({"api": entry, "worker": {**entry, "pid": 2**22 + 1}}))
    assert end_orphans(state) == []  # and this test is still alive to say so


def test_one_folder_has_one_holder(state: StateFolder) -> None:
    refused = pytest.raises(AlreadyRunning, match=rf"process {os.getpid()}.*SHAODAO_STATE_DIR")
    with hold(state), refused, hold(state):
        raise AssertionError("two holders")
    with hold(state):
        assert state.lock.read_text() == str(os.getpid())


def test_a_log_is_set_aside_when_it_is_full_and_writing_goes_on(state: StateFolder) -> None:
    log = state.log("api")
    with log.open("ab", buffering=0) as writer:
        writer.write(b"old\n" * 100)
        cap_log(log, 1000)
        assert log.stat().st_size == 400
        cap_log(log, 100)
        writer.write(b"new\n")
    assert log.read_bytes() == b"new\n"
    assert log.with_suffix(".log.1").read_bytes() == b"old\n" * 100
