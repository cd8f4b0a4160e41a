"""What importing a newer code list changes, case by case."""

from __future__ import annotations

from models.base import Words
from models.city.catalogue import Section
from models.city.desks import DepartmentDesk, SectionDesk, SectionSet
from models.city.division_codes import Division
from models.city.unit_plan import Existing, ImportPlan, plan_import
from models.city.units import UnitKind, UnitSource

SECTIONS = SectionSet(
    provenance="test",
    desks=(SectionDesk(suffix="all", name=Words(zh="板块", en="Section"), serves=tuple(Section)),),
)
DEPARTMENTS = (DepartmentDesk(suffix="chengguan", name=Words(zh="城管", en="Urban")),)

CITY = Division("50", "重庆市", UnitKind.CITY, None)
NORTH = Division("500120", "北区", UnitKind.DISTRICT, "50")
SOUTH = Division("500114", "南区", UnitKind.DISTRICT, "50")
STREET = Division("500120001", "璧城街道", UnitKind.STREET, "500120")
OTHER_STREET = Division("500120002", "青杠街道", UnitKind.STREET, "500120")
SOUTH_STREET = Division("500114107", "黑溪镇", UnitKind.STREET, "500114")
EAST = Division("500120001005", "东关社区居民委员会", UnitKind.COMMUNITY, "500120001")
LIST = [CITY, NORTH, SOUTH, STREET, OTHER_STREET, SOUTH_STREET, EAST]


def existing(*extra: Existing) -> dict[str, Existing]:
    """The stored tree: LIST, a section of the street and a grid of the community."""
    first = plan_import(LIST, {}, SECTIONS, ())
    stored = {
        unit.id: Existing(
            unit.id, unit.path, unit.name, unit.official_name, unit.parent_id, True, unit.source
        )
        for unit in first.added
    }
    grid = Existing(
        "500120001005-g1",
        "50.500120.500120001.500120001005.500120001005-g1",
        "1网格",
        "东关社区1网格",
        "500120001005",
        True,
        UnitSource.GENERATED,
    )
    return stored | {unit.id: unit for unit in (grid, *extra)}


def plan(divisions: list[Division], stored: dict[str, Existing] | None = None) -> ImportPlan:
    return plan_import(divisions, stored if stored is not None else existing(), SECTIONS, DEPARTMENTS)


def test_the_same_list_changes_nothing() -> None:
    again = plan(LIST)
    assert again.added == ()
    assert again.changed == ()


def test_a_new_street_comes_with_its_sections_and_a_new_district_with_its_departments() -> None:
    district = Division("500153", "荣昌区", UnitKind.DISTRICT, "50")
    street = Division("500153002", "昌州街道", UnitKind.STREET, "500153")
    added = plan([*LIST, district, street]).added
    assert [unit.id for unit in added] == ["500153", "500153002", "500153-chengguan", "500153002-all"]


def test_a_new_official_name_renames() -> None:
    renamed = plan([*LIST[:-1], EAST._replace(name="东门社区居民委员会")])
    (unit,) = renamed.changed
    assert (unit.name, unit.official_name) == ("东门社区", "东门社区居民委员会")
    assert renamed.renamed == {EAST.code}


def test_a_local_short_name_survives_an_unchanged_official_one() -> None:
    stored = existing()
    stored[EAST.code] = stored[EAST.code]._replace(name="东关")
    assert plan(LIST, stored).changed == ()


def test_a_moved_community_takes_its_grids_along() -> None:
    moved = plan([*LIST[:-1], EAST._replace(parent="500120002")])
    assert moved.moved == {EAST.code}
    assert {unit.id: unit.path for unit in moved.changed} == {
        EAST.code: "50.500120.500120002.500120001005",
        "500120001005-g1": "50.500120.500120002.500120001005.500120001005-g1",
    }
    assert moved.deactivated == frozenset()


def test_what_the_list_no_longer_names_is_deactivated_with_its_desks_and_grids() -> None:
    gone = plan([CITY, NORTH, SOUTH, OTHER_STREET, SOUTH_STREET])
    assert gone.deactivated == {"500120001", "500120001-all", EAST.code, "500120001005-g1"}


def test_a_community_moved_out_of_a_dissolved_street_stays_with_its_grids() -> None:
    kept = plan([CITY, NORTH, SOUTH, OTHER_STREET, SOUTH_STREET, EAST._replace(parent="500120002")])
    assert kept.deactivated == {"500120001", "500120001-all"}


def test_a_list_of_one_district_says_nothing_about_the_others() -> None:
    partial = plan([NORTH, OTHER_STREET])
    assert partial.deactivated == {"500120001", "500120001-all", EAST.code, "500120001005-g1"}


def test_what_comes_back_is_revived_with_its_desks() -> None:
    stored = {
        unit.id: unit._replace(active=unit.id not in ("500120001", "500120001-all"))
        for unit in existing().values()
    }
    assert plan(LIST, stored).revived == {"500120001", "500120001-all"}


def test_a_desk_that_was_closed_by_itself_stays_closed() -> None:
    stored = existing()
    stored["500120001-all"] = stored["500120001-all"]._replace(active=False)
    assert plan(LIST, stored).changed == ()


def test_an_empty_list_changes_nothing() -> None:
    assert plan([]).changed == ()
