"""The embedded servers keep what they were given, however they end."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
from pathlib import Path

import psutil
import psycopg
import pytest
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from models.tables.base import REQUIRED_EXTENSIONS
from runtime.embedded.postgres import EmbeddedPostgres
from runtime.embedded.temporal import NAMESPACE, EmbeddedTemporal
from runtime.prepare import register_search_attributes
from runtime.processes import ServerFailed, end_orphans
from runtime.state import StateFolder
from tests.servers import plain
from workflows.search_attributes import SEARCH_ATTRIBUTES


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    """An empty state folder, below a folder that is closed to other accounts."""
    return StateFolder(tmp_path / "state")


async def test_postgres_keeps_its_data_through_kill_9(state: StateFolder) -> None:
    first = EmbeddedPostgres(state)
    await first.start()
    with psycopg.connect(plain(first.url), autocommit=True) as connection:
        for extension in REQUIRED_EXTENSIONS:
            connection.execute(f"CREATE EXTENSION {extension}")
        connection.execute("CREATE TABLE kept (words text)")
        connection.execute("INSERT INTO kept VALUES ('井盖')")
        assert connection.execute(
            "SELECT current_setting('timezone'), current_setting('fsync'), current_setting('server_encoding')"
        ).fetchone() == ("UTC", "on", "UTF8")
    assert first.child is not None
    first.child.kill()
    await first.child.stop()

    second = EmbeddedPostgres(state)
    await second.start()
    try:
        with psycopg.connect(plain(second.url)) as connection:
            assert connection.execute("SELECT words FROM kept").fetchone() == ("井盖",)
    finally:
        await second.stop()
    assert psutil.pid_exists(first.child.pid) is False


async def test_postgres_wants_its_password_and_listens_here_only(state: StateFolder) -> None:
    server = EmbeddedPostgres(state)
    await server.start()
    try:
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(
                host="127.0.0.1", port=server.port, user="shaodao", password="guess", dbname="shaodao"
            )
        assert server.child is not None
        sockets = psutil.Process(server.child.pid).net_connections(kind="inet")
        assert {connection.laddr.ip for connection in sockets} == {"127.0.0.1"}
        assert stat.S_IMODE(state.postgres.stat().st_mode) == 0o700
    finally:
        await server.stop()


async def test_a_lock_file_left_by_a_crash_does_not_keep_postgres_out(state: StateFolder) -> None:
    server = EmbeddedPostgres(state)
    await server.start()
    await server.stop()
    # After a reboot the recorded pid may belong to anyone: here to this test.
    (state.postgres / "postmaster.pid").write_text(f"{os.getpid()}\n{state.postgres}\n1\n5432\n\n127.0.0.1\n")
    await server.start()
    await server.stop()


async def test_a_server_that_nobody_remembers_is_found_by_its_lock_file(state: StateFolder) -> None:
    first = EmbeddedPostgres(state)
    await first.start()
    assert first.child is not None
    state.processes.unlink()
    second = EmbeddedPostgres(state)
    await second.start()
    await second.stop()
    assert first.child.exit_code is not None


async def test_a_postgres_that_cannot_start_says_why(state: StateFolder) -> None:
    server = EmbeddedPostgres(state, options={"no_such_option": "1"})
    with pytest.raises(ServerFailed, match="no_such_option"):
        await server.start()
    await server.stop()


async def test_temporal_keeps_its_workflows_through_kill_9(state: StateFolder) -> None:
    first = EmbeddedTemporal(state)
    await first.start()
    client = await Client.connect(first.address, namespace=NAMESPACE)
    await client.start_workflow("Waiting", id="case-1", task_queue="nobody")
    assert first.child is not None
    os.kill(first.child.pid, signal.SIGKILL)
    await first.child.stop()

    second = EmbeddedTemporal(state, port=first.port)
    await second.start()
    try:
        found = await (await Client.connect(second.address)).get_workflow_handle("case-1").describe()
        assert found.workflow_type == "Waiting"
    finally:
        await second.stop()


async def test_search_attributes_are_registered_once_and_again(state: StateFolder) -> None:
    server = EmbeddedTemporal(state, ui_port=None, in_memory=True)
    await server.start()
    try:
        client = await Client.connect(server.address)
        await register_search_attributes(client)
        handle = await client.start_workflow(
            "Waiting",
            id="case-2",
            task_queue="nobody",
            search_attributes=TypedSearchAttributes(
                [SearchAttributePair(key, "value") for key in SEARCH_ATTRIBUTES]
            ),
        )
        attributes = (await handle.describe()).typed_search_attributes
        assert {key.name for key in SEARCH_ATTRIBUTES} <= {pair.key.name for pair in attributes}
    finally:
        await server.stop()


async def test_orphans_of_a_killed_run_are_ended_first(state: StateFolder) -> None:
    server = EmbeddedTemporal(state, ui_port=None, in_memory=True)
    await server.start()
    assert server.child is not None
    assert await asyncio.to_thread(end_orphans, state) == ["temporal"]
    assert server.child.exit_code is not None
    assert end_orphans(state) == []
