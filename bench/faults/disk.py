"""A small disk: a tmpfs of its own, which can be filled to the last byte and emptied again."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

SIZE_MB: Final = 512
"""Room for a seeded database, its write-ahead log of a few minutes, Temporal's file and all logs."""
_BLOCK: Final = bytes(64 * 1024)


def why_not() -> str:
    """Why no small disk can be had here; empty if it can."""
    if sys.platform != "linux":
        return "a tmpfs is Linux's own"
    if os.geteuid() != 0:
        return "only root may mount a tmpfs"
    if shutil.which("mount") is None or shutil.which("umount") is None:
        return "there is no mount program"
    return ""


class NoDisk(RuntimeError):
    """The disk could not be had after all; says what mount said."""


class SmallDisk:
    """A mounted tmpfs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> int:
        """Take every byte that is left; how many there were."""
        taken = 0
        with self._ballast.open("wb", buffering=0) as file:
            for block in (_BLOCK, b"\0"):
                try:
                    while True:
                        taken += file.write(block)
                except OSError as full:
                    if full.errno != errno.ENOSPC:
                        raise
        return taken

    def free(self) -> None:
        """Give them back."""
        self._ballast.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, size_mb: int = SIZE_MB) -> Iterator[SmallDisk]:
    """Mount one at `folder`, and take it away in the end. Raises NoDisk where mounting is not permitted."""
    folder.mkdir(parents=True, exist_ok=True)
    options = f"size={size_mb}m,mode=0755"
    command = ["mount", "-t", "tmpfs", "-o", options, "shaodao-faults", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise NoDisk(done.stderr.strip() or f"mount ended with {done.returncode}")
    try:
        yield SmallDisk(folder)
    finally:
        # Lazily: whoever still has a file open there is on their way out.
        subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, check=False)  # noqa: S603, S607
        folder.rmdir()
