"""The `shaodao` command: it explains itself, and refuses in plain words."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app

ROOT = Path(__file__).parents[2]


@pytest.fixture
def shaodao() -> CliRunner:
    """Runs commands inside this process."""
    return CliRunner()


def test_every_command_explains_itself(shaodao: CliRunner) -> None:
    listing = shaodao.invoke(app, ["--help"]).output
    for command in app.registered_commands:
        name = command.name or (command.callback.__name__ if command.callback else "")
        assert name in listing
        assert command.callback is not None
        assert command.callback.__doc__, name


def test_the_version_is_the_projects(shaodao: CliRunner) -> None:
    version = shaodao.invoke(app, ["version"]).output.strip()
    assert f'version = "{version}"' in (ROOT / "pyproject.toml").read_text()


def test_a_setting_that_does_not_hold_is_named(shaodao: CliRunner) -> None:
    environment = {"SHAODAO_PORT": "eighty", "SHAODAO_LOG_FORMAT": "xml"}
    refused = shaodao.invoke(app, ["api"], env=environment)
    assert refused.exit_code == 2
    assert "SHAODAO_PORT:" in refused.stderr
    assert "SHAODAO_LOG_FORMAT:" in refused.stderr


def test_external_servers_without_a_secret_are_refused(shaodao: CliRunner) -> None:
    refused = shaodao.invoke(app, ["worker"], env={"SHAODAO_DATABASE_URL": "postgresql://db.example/x"})
    assert refused.exit_code == 2
    assert "SHAODAO_SECRET_KEY is required" in refused.stderr


def test_reset_touches_no_folder_that_is_not_a_state_folder(shaodao: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("photographs")
    refused = shaodao.invoke(app, ["reset", "--yes"], env={"SHAODAO_STATE_DIR": str(tmp_path)})
    assert refused.exit_code == 2
    assert (tmp_path / "precious").exists()
    nothing = shaodao.invoke(app, ["reset", "--yes"], env={"SHAODAO_STATE_DIR": str(tmp_path / "none")})
    assert nothing.exit_code == 0


@pytest.mark.parametrize("words", [["--prefer", "sql"], ["--repair", "--no-workflows"]])
def test_a_repair_that_cannot_be_meant_is_refused(
    shaodao: CliRunner, tmp_path: Path, words: list[str]
) -> None:
    refused = shaodao.invoke(app, ["verify", *words], env={"SHAODAO_STATE_DIR": str(tmp_path)})
    assert refused.exit_code == 2
    assert "--repair" in refused.stderr


def test_nothing_is_backed_up_where_nothing_runs(shaodao: CliRunner, tmp_path: Path) -> None:
    house = {"SHAODAO_STATE_DIR": str(tmp_path / "house")}
    refused = shaodao.invoke(app, ["backup", str(tmp_path)], env=house)
    assert refused.exit_code == 2
    assert "nothing runs on" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_only_a_backup_is_restored(shaodao: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not a backup")
    house = {"SHAODAO_STATE_DIR": str(tmp_path / "house")}
    refused = shaodao.invoke(app, ["restore", str(tmp_path / "text")], env=house)
    assert refused.exit_code == 1
    assert "is no whole backup of Shaodao" in refused.stderr
    assert not (tmp_path / "house").exists()
