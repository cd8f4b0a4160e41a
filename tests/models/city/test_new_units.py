"""The whole tree made from the code list, and the numbers that the articles fix."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from models.city.data_files import DATA, DataFault, load_sections
from models.city.demonstration import DEMO_ACCOUNTS, demo_people, demo_places
from models.city.new_units import NewUnit
from models.city.people import NEVER_HELD, Role
from models.city.tree_files import CHONGQING, load_tree
from models.city.units import GridType, UnitKind, UnitSource


@pytest.fixture(scope="module")
def units() -> dict[str, NewUnit]:
    return {unit.id: unit for unit in load_tree()}


def test_the_tree_has_the_published_numbers(units: dict[str, NewUnit]) -> None:
    kinds = Counter(unit.kind for unit in units.values())
    assert kinds[UnitKind.CITY] == 1
    assert kinds[UnitKind.DISTRICT] == 38
    assert kinds[UnitKind.STREET] == 1_031
    assert kinds[UnitKind.COMMUNITY] == 11_270
    assert kinds[UnitKind.SECTION] == 4 * 1_031
    assert kinds[UnitKind.DEPARTMENT] == 38 * 30


def test_every_path_is_the_parents_path_and_the_own_id(units: dict[str, NewUnit]) -> None:
    for unit in units.values():
        above = f"{units[unit.parent_id].path}." if unit.parent_id else ""
        assert unit.path == above + unit.id


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("dongguan", "东关社区"),
        ("shengdi", "胜地社区"),
        ("huzhu", "互助村"),
        ("guangming", "光明村"),
        ("guihuayuan", "桂花园社区"),
        ("minzhu", "民主村社区"),
        ("jiangzhou", "江州社区"),
        ("aiping", "艾坪社区"),
        ("heixi", "黑溪镇"),
        ("changzhou", "昌州街道"),
    ],
)
def test_the_articles_places_are_there(units: dict[str, NewUnit], place: str, name: str) -> None:
    assert units[demo_places()[place]].name == name


def test_the_grid_of_the_first_story(units: dict[str, NewUnit]) -> None:
    grid = units["500120001005-g18"]
    assert grid.path == "50.500120.500120001.500120001005.500120001005-g18"
    assert (grid.name, grid.official_name) == ("18网格", "东关社区18网格")
    assert grid.source is UnitSource.GENERATED


@pytest.mark.parametrize(("community", "number"), [("dongguan", 18), ("minzhu", 9), ("aiping", 20)])
def test_reported_numbers_of_grids(units: dict[str, NewUnit], community: str, number: int) -> None:
    parent = demo_places()[community]
    grids = [unit for unit in units.values() if unit.parent_id == parent]
    assert sum(grid.grid_type is GridType.RESIDENTIAL for grid in grids) == number


def test_bishan_has_about_as_many_grids_as_reported(units: dict[str, NewUnit]) -> None:
    grids = sum(unit.kind is UnitKind.GRID and unit.id.startswith("500120") for unit in units.values())
    assert grids == pytest.approx(1_077, rel=0.05)


def test_districts_outside_the_plan_have_no_grids(units: dict[str, NewUnit]) -> None:
    planned = {"500120", "500114", "500116", "500153", "500105", "500107"}
    assert {unit.id[:6] for unit in units.values() if unit.kind is UnitKind.GRID} == planned


def test_dedicated_grids_come_after_the_residential_ones(units: dict[str, NewUnit]) -> None:
    shops = units[demo_places()["jiangzhou-sp1"]]
    assert (shops.name, shops.grid_type, shops.position) == ("商铺专属网格1", GridType.SHOPS, 13)


def test_another_section_set_can_be_chosen() -> None:
    units = load_tree(CHONGQING, "longting")
    names = [unit.name for unit in units if unit.parent_id == "500120001" and unit.kind is UnitKind.SECTION]
    assert names == ["综合治理", "执法监管", "综合监督", "便民服务"]


def test_an_unknown_section_set_is_refused() -> None:
    with pytest.raises(DataFault, match="no set"):
        load_sections().chosen("atlantis")


def test_demonstration_people_stand_where_there_are_units(units: dict[str, NewUnit]) -> None:
    people = demo_people()
    assert {post.unit for person in people for post in person.posts} <= units.keys()
    assert len({person.login for person in people}) == len({person.id for person in people}) == len(people)
    held = {post.role for person in people for post in person.posts}
    assert held == set(Role) - NEVER_HELD
    assert any(len(person.posts) > 1 for person in people)


def test_demonstration_places_exist(units: dict[str, NewUnit]) -> None:
    assert set(demo_places().values()) <= units.keys()


def test_demonstration_identities_stay_what_they_are() -> None:
    first = DEMO_ACCOUNTS[0]
    assert (first.login, first.id) == ("dongguan-g18", "p_6j4neaqgj44xsjlu")


def test_the_shipped_list_is_not_official_where_it_is_made_up(units: dict[str, NewUnit]) -> None:
    sources = {unit.kind: unit.source for unit in units.values()}
    assert sources[UnitKind.COMMUNITY] is UnitSource.OFFICIAL
    assert sources[UnitKind.SECTION] is sources[UnitKind.DEPARTMENT] is UnitSource.CONFIGURED
    assert (DATA / "units" / "README.md").exists()


def test_a_bad_row_stops_the_whole_tree(tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_text("code,name,kind,parent_code\n50,重庆市,city,\n500120,,district,50\n", encoding="utf-8")
    with pytest.raises(DataFault, match=r"broken\.csv:3: the name is empty"):
        load_tree(broken)
