"""Data files: errors name the file and the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.base import Frozen, Words
from models.clocks.files import DATA, DataFileError, parse, read


class Sample(Frozen):
    """A file with a nested table."""

    size: int
    name: Words


def test_reads_what_fits() -> None:
    sample = parse(Sample, 'size = 3\nname = { zh = "样", en = "sample" }', "a.toml")
    assert sample == Sample(size=3, name=Words(zh="样", en="sample"))


def test_names_file_and_key_of_every_problem() -> None:
    with pytest.raises(DataFileError) as told:
        parse(Sample, 'size = "big"\nname = { zh = "样" }', "a.toml")
    first, second = str(told.value).splitlines()
    assert first.startswith("a.toml: size: Input should be a valid integer")
    assert second == "a.toml: name.en: Field required"


def test_says_where_the_syntax_is_wrong() -> None:
    with pytest.raises(DataFileError, match=r"a\.toml: not TOML: .*line 2"):
        parse(Sample, "size = 3\nname = =", "a.toml")


def test_files_come_by_name_in_order(tmp_path: Path) -> None:
    for name in ("b.toml", "a.toml", "readme.md"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    assert list(read(tmp_path).items()) == [("a.toml", "a.toml"), ("b.toml", "b.toml")]


def test_the_shipped_data_is_found_whatever_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "2026.toml" in read(DATA / "calendar")
    assert "135.toml" in read(DATA / "policies")
