"""Keeps one PostgreSQL and one Temporal server for a whole test run, whichever test process asked first.

Run as a script with a folder and the pid of the test run; it ends its servers, and removes the folder, when
it is told to or when that process is gone. Test processes come and go earlier than that, so none of them may
be the servers' parent.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from pydantic import BaseModel

from runtime.embedded.postgres import EmbeddedPostgres
from runtime.embedded.temporal import EmbeddedTemporal
from runtime.processes import ServerFailed, tail
from runtime.state import StateFolder, write_private

ROOT = Path(__file__).parents[1]
_STARTS_WITHIN = 90.0  # seconds

#: Tests want real behaviour, not durability; the tests of durability start servers of their own.
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


class Servers(BaseModel):
    """Where the servers of this test run are."""

    postgres: str  # SQLAlchemy address whose last part, the database, is "postgres"
    temporal: str  # host:port
    keeper: int  # pid of the process that keeps them

    def database(self, name: str) -> str:
        """Address of another database of the cluster."""
        return f"{self.postgres.rpartition('/')[0]}/{name}"


def plain(url: str) -> str:
    """A SQLAlchemy address as libpq spells it."""
    return url.replace("+psycopg", "", 1)


@contextmanager
def lock(path: Path) -> Iterator[None]:
    """One test process at a time."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def ask(folder: Path, run: int) -> Servers:
    """The servers of the test run whose first process is `run`; started if nobody asked before."""
    ready = folder / "servers.json"
    with lock(folder / "servers.lock"):
        if not ready.exists():
            log = folder / "keeper.log"
            with log.open("ab") as output:
                keeper = subprocess.Popen(
                    [sys.executable, str(Path(__file__)), str(folder), str(run)],
                    env={**os.environ, "PYTHONPATH": str(ROOT)},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            deadline = time.monotonic() + _STARTS_WITHIN
            while not ready.exists():
                if keeper.poll() is not None or time.monotonic() > deadline:
                    raise ServerFailed(f"the servers for the tests did not start:\n{tail(log, 40)}")
                time.sleep(0.02)
            keeper.returncode = 0  # it outlives this process on purpose
    return Servers.model_validate_json(ready.read_bytes())


def dismiss(folder: Path) -> None:
    """End the servers, if any were asked for, and wait until they are gone."""
    ready = folder / "servers.json"
    if ready.exists():
        try:
            keeper = psutil.Process(Servers.model_validate_json(ready.read_bytes()).keeper)
            keeper.terminate()
            keeper.wait(30)
        except psutil.NoSuchProcess:
            pass  # it noticed the end of the run by itself
    shutil.rmtree(folder, ignore_errors=True)


async def keep(folder: Path, run: int) -> None:
    """Start both servers, publish them, and stop them at the end of process `run` or on SIGTERM."""
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    state = StateFolder(folder / "state")
    postgres = EmbeddedPostgres(state, options=_FAST)
    temporal = EmbeddedTemporal(state, ui_port=None, in_memory=True)
    try:
        await asyncio.gather(postgres.start(), temporal.start())
        servers = Servers(postgres=postgres.url_of("postgres"), temporal=temporal.address, keeper=os.getpid())
        write_private(folder / "servers.json", servers.model_dump_json())
        while psutil.pid_exists(run) and not told.is_set():
            try:
                await asyncio.wait_for(told.wait(), 0.5)
            except TimeoutError:
                continue
    finally:
        await asyncio.gather(postgres.stop(), temporal.stop())
    shutil.rmtree(folder, ignore_errors=True)  # after a failure it stays until the run has read the logs


if __name__ == "__main__":
    asyncio.run(keep(Path(sys.argv[1]), int(sys.argv[2])))
