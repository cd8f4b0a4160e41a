"""PostgreSQL refuses to run as root: the unprivileged account it gets then, and the way to its files."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import sys
from pathlib import Path

ACCOUNT = "shaodao"


class NoAccount(RuntimeError):
    """Running as root, and no unprivileged account can be made. The message says what to do."""


def unprivileged_account() -> str | None:
    """None for an ordinary user; for root, the system account `shaodao`, made at first use."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(ACCOUNT)
    except KeyError:
        useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
        if useradd is None or sys.platform != "linux":
            raise NoAccount("PostgreSQL does not run as root: start Shaodao as an ordinary user") from None
        command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
    return ACCOUNT


def hand_over(folder: Path, account: str) -> None:
    """Make `folder` the private property of `account`."""
    entry = pwd.getpwnam(account)
    folder.mkdir(parents=True, exist_ok=True)
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    folder.chmod(0o700)


def open_way(path: Path) -> list[Path]:
    """Let other accounts pass through (not list) the folders above `path`; returns those that were changed.

    Root's home and temporary folders are closed to others, and PostgreSQL's account has to reach its data
    and its programs below them. Search permission on the way is the least that allows it.
    """
    changed = []
    for folder in path.absolute().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
            changed.append(folder)
    return changed


def open_tree(root: Path) -> None:
    """Let other accounts read `root` and all below it: installed under a strict umask, they could not."""
    for path in (root, *root.rglob("*")):
        if path.is_symlink():
            continue
        mode = path.stat().st_mode
        wanted = mode | stat.S_IROTH | (stat.S_IXOTH if path.is_dir() or mode & stat.S_IXUSR else 0)
        if wanted != mode:
            path.chmod(wanted)
