"""The measurement of open cases, on a real product whose worker and API are killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.house import house
from bench.open_cases import held_open_in
from tests.servers import Servers


async def test_on_a_real_product(
    seeded_url: str, servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", servers.temporal)
    environment = {
        "SHAODAO_DATABASE_URL": seeded_url,
        "SHAODAO_SECRET_KEY": "a test's own key: 0123456789abcdef",
    }
    async with house(tmp_path / "house", environment=environment) as at:
        found = {figure.key: figure.value for figure in await held_open_in(at, 20, lambda _: None)}
    assert found["open_cases.cases"] == 20
    # Servers of somebody else's are neither weighed nor killed.
    assert "open_cases.postgres_mb" not in found
    assert found["open_cases.memory_mb"] == found["open_cases.worker_mb"] + found["open_cases.api_mb"] > 100
    assert found["open_cases.ready_s"] > 0
    assert 0 < found["open_cases.first_deadline_s"] <= found["open_cases.last_deadline_s"]
    assert 0 < found["open_cases.wake_p50_ms"] <= found["open_cases.wake_p99_ms"]
