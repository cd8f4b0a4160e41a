"""Settings: what is refused, what is derived, and whose secrets are good enough."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from runtime.settings import DEMO_PASSWORD, NotRunning, Settings
from runtime.state import Addresses

STRONG = "f3J9-kQ2z-88Lm-Vb7w-Xs1p-Tt4r-Ye6u"
SERVER = "postgresql://shaodao@db.example/shaodao"


def settings(**values: Any) -> Settings:
    """Settings from plain values, as the environment would give them."""
    return Settings.model_validate(values)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Temporal's server is not the embedded one."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal.example:7233")


def test_alone_on_a_machine_everything_has_a_default(tmp_path: Path) -> None:
    house = settings(state_dir=tmp_path)
    assert house.embedded
    assert house.demonstration_password == DEMO_PASSWORD


def test_the_embedded_run_makes_one_secret_and_keeps_it_to_itself(tmp_path: Path) -> None:
    first, second = settings(state_dir=tmp_path).signing_key, settings(state_dir=tmp_path).signing_key
    assert first == second
    assert len(first) >= 48
    assert stat.S_IMODE((tmp_path / "secrets" / "signing_key").stat().st_mode) == 0o600


@pytest.mark.usefixtures("elsewhere")
def test_external_servers_refuse_a_missing_secret() -> None:
    with pytest.raises(ValidationError, match="SHAODAO_SECRET_KEY is required"):
        settings(database_url=SERVER)


def test_one_external_server_is_enough_to_ask_for_a_secret() -> None:
    with pytest.raises(ValidationError, match="SHAODAO_SECRET_KEY is required"):
        settings(database_url=SERVER)


@pytest.mark.parametrize("weak", ["secret", "changeme" * 2, "x" * 64, "abcabcabc" * 6])
def test_a_weak_secret_is_refused_everywhere(weak: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="too weak"):
        settings(secret_key=weak, state_dir=tmp_path)


@pytest.mark.usefixtures("elsewhere")
def test_external_servers_get_no_demonstration_people_by_themselves() -> None:
    house = settings(database_url=SERVER, secret_key=STRONG)
    assert not house.embedded
    assert house.demonstration_password is None
    assert house.signing_keys == (STRONG,)


@pytest.mark.usefixtures("elsewhere")
def test_external_servers_refuse_the_known_password() -> None:
    with pytest.raises(ValidationError, match="everyone knows"):
        settings(database_url=SERVER, secret_key=STRONG, demo_password=DEMO_PASSWORD)


def test_the_known_password_is_refused_on_an_open_address(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="SHAODAO_DEMO_PASSWORD"):
        settings(host="0.0.0.0", state_dir=tmp_path)  # noqa: S104
    assert settings(host="0.0.0.0", state_dir=tmp_path, demo_password="our own words")  # noqa: S104
    assert settings(host="::1", state_dir=tmp_path)
    assert settings(host="localhost", state_dir=tmp_path)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_usual_spellings_of_a_database_address_are_one(scheme: str) -> None:
    house = settings(database_url=f"{scheme}://u:p@h/d", secret_key=STRONG)
    assert house.dsn == "postgresql+psycopg://u:p@h/d"
    assert "u:p" not in repr(house)


def test_another_database_is_refused() -> None:
    with pytest.raises(ValidationError, match="must begin with postgresql://"):
        settings(database_url="sqlite:///file", secret_key=STRONG)


def test_the_embedded_address_is_what_the_run_published(tmp_path: Path) -> None:
    house = settings(state_dir=tmp_path)
    with pytest.raises(NotRunning, match="shaodao up"):
        _ = house.dsn
    house.state.write_addresses(Addresses(database_url="postgresql+psycopg://x@127.0.0.1:1/x"))
    assert house.dsn == "postgresql+psycopg://x@127.0.0.1:1/x"


@pytest.mark.parametrize("written", ["28800", "8:00:00", "PT8H"])
def test_durations_are_written_as_people_write_them(
    written: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SHAODAO_TOKEN_TTL", written)
    assert settings(state_dir=tmp_path).token_ttl == timedelta(hours=8)


def test_an_unknown_setting_is_refused_in_code() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        settings(databse_url="typo")
