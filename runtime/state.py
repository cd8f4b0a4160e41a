"""The state folder of an embedded run: where each thing lies, and how it is read and written."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict


class Addresses(BaseModel):
    """Where the embedded servers of the present run are reached. Rewritten at every start."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    database_url: str | None = None  # SQLAlchemy form, with its password: the file is private
    temporal_address: str | None = None  # host:port
    temporal_ui: str | None = None
    api: str | None = None


class StateFolder:
    """The one folder that holds everything an embedded run keeps; removing it is a full reset."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data directory."""
        return self.root / "postgres"

    @property
    def temporal_db(self) -> Path:
        """The SQLite file of Temporal's development server."""
        return self.root / "temporal" / "temporal.db"

    @property
    def logs(self) -> Path:
        """Folder of one log file per child process."""
        return self.root / "logs"

    @property
    def attachments(self) -> Path:
        """Folder of photographs and other evidence, unless another store is set."""
        return self.root / "attachments"

    @property
    def lock(self) -> Path:
        """Held, as an advisory lock, by the one `shaodao up` that runs on this folder."""
        return self.root / "up.lock"

    @property
    def processes(self) -> Path:
        """Record of the child processes, from which a later start finds orphans."""
        return self.root / "processes.json"

    def log(self, name: str) -> Path:
        """The log file of the child called `name`."""
        return self.logs / f"{name}.log"

    def ensure(self) -> None:
        """Create the folder, closed to other accounts, and its log folder."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.logs.mkdir(exist_ok=True)

    def addresses(self) -> Addresses:
        """Addresses of the present or latest run; empty ones when there has been none."""
        path = self.root / "addresses.json"
        if not path.exists():
            return Addresses()
        return Addresses.model_validate_json(path.read_bytes())

    def write_addresses(self, addresses: Addresses) -> None:
        """Publish where the servers are, for the worker, the API and the other `shaodao` commands."""
        write_private(self.root / "addresses.json", addresses.model_dump_json(indent=2))

    def secret(self, name: str) -> str:
        """The generated secret called `name`, made at first use; readable by the owner only (mode 0600)."""
        path = self.root / "secrets" / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private_once(path, secrets.token_urlsafe(48))
        return path.read_text().strip()

    def read_json(self, path: Path) -> Any:
        """The JSON in `path`, or None when there is no such file."""
        return json.loads(path.read_bytes()) if path.exists() else None


class AlreadyRunning(Exception):
    """Another `shaodao up` holds the state folder."""


@contextmanager
def hold(state: StateFolder) -> Iterator[None]:
    """Be the only one who runs on this folder. The lock ends with the process. Raises AlreadyRunning."""
    state.ensure()
    with state.lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise AlreadyRunning(
                f"Shaodao already runs on {state.root} (process {holder}). Use that one, stop it, "
                "or choose another folder with SHAODAO_STATE_DIR."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def write_private(path: Path, text: str) -> None:
    """Replace `path` in one step by `text`, readable by the owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _private_temporary(path, text)
    temporary.replace(path)


def write_private_once(path: Path, text: str) -> None:
    """Like write_private, but an existing file wins: two processes that start at once read one secret."""
    temporary = _private_temporary(path, text)
    with suppress(FileExistsError):  # then the other process was first, and its secret is the one
        os.link(temporary, path)
    temporary.unlink()


def _private_temporary(path: Path, text: str) -> Path:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)
