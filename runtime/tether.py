"""Runs a command that ends when its parent does, and as another account when told.

A supervisor that is killed outright cannot stop its children. On Linux the kernel does it: each child asks
for a signal at its parent's death. Elsewhere the next start finds and ends what was left (processes.py).
The account is changed here, and first, because the kernel forgets the request when a process changes it.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import pwd
import signal
import sys

_PR_SET_PDEATHSIG = 1


def die_with_parent(death_signal: int) -> None:
    """Ask the kernel to send `death_signal` to this process when its parent dies. Only Linux knows how."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")


def become(account: str) -> None:
    """Give up root for good and go on as `account`."""
    entry = pwd.getpwnam(account)
    os.initgroups(account, entry.pw_gid)
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    os.environ["HOME"] = entry.pw_dir


def main() -> None:
    """Tie this process to its parent, then become the command."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--signal", type=int, default=int(signal.SIGTERM))
    parser.add_argument("--user")
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    if arguments.user:
        become(arguments.user)
    die_with_parent(arguments.signal)
    if os.getppid() != arguments.parent:
        sys.exit("the parent was gone before its child began")  # it died before the kernel was asked
    os.execv(arguments.command[0], arguments.command)  # noqa: S606


if __name__ == "__main__":
    main()
