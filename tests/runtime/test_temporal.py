"""Connecting to Temporal: its own variables first, a personal file only when asked, else the embedded one."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio.service import RPCError

from runtime.settings import NotRunning, Settings
from runtime.state import Addresses
from runtime.temporal import connect
from tests.servers import Servers


@pytest.fixture
def alone(tmp_path: Path) -> Settings:
    """Settings of an embedded run that has not begun."""
    return Settings.model_validate({"state_dir": tmp_path})


async def test_temporals_own_variables_decide(
    alone: Settings, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", servers.temporal)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "elsewhere")
    client = await connect(alone, identity="api-1")
    assert (client.namespace, client.identity) == ("elsewhere", "api-1")


async def test_the_embedded_server_is_found_in_the_state_folder(alone: Settings, servers: Servers) -> None:
    with pytest.raises(NotRunning, match="TEMPORAL_ADDRESS"):
        await connect(alone)
    alone.state.write_addresses(Addresses(temporal_address=servers.temporal))
    assert await (await connect(alone)).service_client.check_health()


async def test_a_file_counts_only_when_it_is_asked_for(
    alone: Settings, servers: Servers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for folder in (tmp_path / ".config" / "temporalio", tmp_path / "Library/Application Support/temporalio"):
        folder.mkdir(parents=True)
        (folder / "temporal.toml").write_text('[profile.default]\nnamespace = "of-the-file"\n')
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    alone.state.write_addresses(Addresses(temporal_address=servers.temporal))
    assert (await connect(alone)).namespace == "default"
    monkeypatch.setenv("TEMPORAL_ADDRESS", servers.temporal)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(folder / "temporal.toml"))
    assert (await connect(alone)).namespace == "of-the-file"


async def test_a_lazy_client_waits_for_its_first_call(
    alone: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    client = await connect(alone, lazy=True)
    with pytest.raises((RPCError, RuntimeError)):
        await client.get_workflow_handle("C-1").describe()
