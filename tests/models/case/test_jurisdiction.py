"""Who may see a case, in small; `tests/models/queries/test_jurisdiction.py` tries it on everybody."""

from __future__ import annotations

from models.case.jurisdiction import involved, may_see, sees, sight, visible_to, whole_city
from models.city.people import Role
from tests.support import world
from tests.support.play import Play


def test_a_fresh_case_involves_its_place_and_every_rung_up_to_its_holder() -> None:
    case = Play.reported().case
    assert involved(case) == (world.COMMUNITY.path, world.GRID.path)
    above = {world.CITY.id, world.DISTRICT.id, world.STREET.id}
    assert set(visible_to(case)) == above | {world.COMMUNITY.id, world.GRID.id, world.WORKER.person}
    assert list(visible_to(case)) == sorted(set(visible_to(case)))


def test_sight_is_the_union_of_the_posts_that_read_and_the_person() -> None:
    assert sight(world.TWO_POSTS) == {world.COMMUNITY.id, world.SAFETY.id, world.TWO_POSTS.person}
    assert sight(world.ADMINISTRATOR) == frozenset()


def test_the_whole_city_is_seen_from_a_post_of_the_city_that_reads() -> None:
    assert whole_city(world.CITY_SUPERVISOR) == world.CITY.id
    assert whole_city(world.DISTRICT_SUPERVISOR) is None
    assert whole_city(world.holding("ruler", (world.CITY, Role.ADMINISTRATOR))) is None
    assert whole_city(world.holding("both", (world.STREET, Role.DISPATCHER), (world.CITY, Role.AUDITOR)))


def test_eyes_that_see_nothing_see_nothing() -> None:
    assert not sees(frozenset(), ["50", "p-worker"])
    assert not sees(frozenset({"50"}), [])
    assert sees(frozenset({"50", "p"}), ["50", "500120"])


def test_may_see() -> None:
    case = Play.reported().case
    assert may_see(case, world.OFFICER)
    assert not may_see(case, world.FOREIGN_DISPATCHER)
