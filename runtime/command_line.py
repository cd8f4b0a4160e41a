"""What every `shaodao` command shares: reading settings, and refusing in a line, not a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from pydantic import ValidationError

from runtime.backing_up.archive import BadBackup
from runtime.embedded.account import NoAccount
from runtime.embedded.ports import PortBusy
from runtime.processes import ServerFailed
from runtime.restore_command import NotEmpty, NotOurs
from runtime.settings import NotRunning, Settings
from runtime.state import AlreadyRunning
from runtime.stories.faults import NotReady


def read_settings() -> Settings:
    """The settings; when they do not hold, say which and why, and leave with exit code 2."""
    try:
        return Settings()
    except ValidationError as invalid:
        lines = []
        for error in invalid.errors():
            name = f"SHAODAO_{str(error['loc'][0]).upper()}: " if error["loc"] else ""
            lines.append(name + error["msg"].removeprefix("Value error, "))
        refuse("\n".join(lines))


def refuse(words: str, *, code: int = 2) -> NoReturn:
    """Leave with these words on standard error: 2 for something to set right first, 1 for a failure."""
    typer.secho(words, err=True, fg="yellow" if code == 2 else "red")
    raise typer.Exit(code)


@contextmanager
def plainly() -> Iterator[None]:
    """Turn the failures a person can do something about into their words and an exit code."""
    try:
        yield
    except (AlreadyRunning, PortBusy, NotRunning, NotReady, FileExistsError, NotEmpty, NotOurs) as refusal:
        refuse(str(refusal))
    except (ServerFailed, NoAccount, BadBackup) as failure:
        refuse(str(failure), code=1)
