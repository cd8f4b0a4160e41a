"""Leaving: the exit code is the one that was meant, and what was said has been said."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("ending", "code", "said"),
    [
        ("pass", 0, ""),
        ("raise SystemExit(3)", 3, ""),
        ("raise SystemExit", 0, ""),
        ("raise SystemExit('no database')", 1, "no database"),
        ("raise ValueError('broken')", 1, "ValueError: broken"),
    ],
)
def test_how_a_process_ends(ending: str, code: int, said: str) -> None:
    program = f"""
from runtime.leaving import run_and_leave
def main():
    print("done", end="")
    {ending}
run_and_leave(main)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert (ended.returncode, ended.stdout) == (code, "done")
    assert said in ended.stderr
