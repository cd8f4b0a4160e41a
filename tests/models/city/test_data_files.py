"""Data files that say something impossible are refused, and the message names the file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from models.city.data_files import (
    DATA,
    DataFault,
    load_catalogue,
    load_departments,
    load_grid_plan,
    load_sections,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped files, to be spoilt."""
    for name in ("sections.toml", "departments.toml", "grids.toml"):
        shutil.copy(DATA / name, tmp_path)
    shutil.copytree(DATA / "catalogue", tmp_path / "catalogue")
    return tmp_path


def load_all(folder: Path) -> None:
    """Read every file once."""
    load_sections(folder)
    load_departments(folder)
    load_grid_plan(folder)
    load_catalogue(folder)


def spoil(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_shipped_files_are_good(folder: Path) -> None:
    assert load_sections(folder) == load_sections()
    assert len(load_catalogue(folder)) == len(load_catalogue())


def test_utilities_are_outside_parties(folder: Path) -> None:
    outside = {desk.suffix for desk in load_departments(folder) if desk.outside}
    assert outside == {"gongdian", "shuiwu", "ranqi", "tongxin"}


def test_a_matter_may_stand_only_once(folder: Path) -> None:
    spoil(folder / "catalogue" / "safety.toml", 'key = "eave-collapse"', 'key = "street-lamp"')
    with pytest.raises(DataFault, match=r"safety\.toml: “street-lamp” stands twice"):
        load_catalogue(folder)


def test_a_matter_must_name_a_department_there_is(folder: Path) -> None:
    spoil(folder / "catalogue" / "safety.toml", 'department = "zhujian"', 'department = "nowhere"')
    with pytest.raises(DataFault, match=r"safety\.toml: “eave-collapse” names no department “nowhere”"):
        load_catalogue(folder)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("catalogue/party.toml", "urgency", "= ["),
        ("catalogue/party.toml", "closing =", "closed ="),
        ("sections.toml", 'serves = ["party"]', "serves = []"),
        ("sections.toml", 'suffix = "zonghe"', 'suffix = "pingan"'),
        ("sections.toml", 'default = "141"', 'default = "none"'),
        ("departments.toml", 'suffix = "chengguan", ', ""),
        ("grids.toml", "base = 5", "base = 0"),
        ("grids.toml", "[rule.rural]", "[rule.sea]"),
    ],
)
def test_faults_name_the_file(folder: Path, file: str, old: str, new: str) -> None:
    if old == "urgency":
        (folder / file).write_text(new, encoding="utf-8")
    else:
        spoil(folder / file, old, new)
    with pytest.raises(DataFault, match=Path(file).name):
        load_all(folder)
