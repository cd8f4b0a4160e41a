"""Who may see a case, in small; `tests/models/queries/test_jurisdiction.py` tries it on everybody."""

from __future__ import annotations

from models.case.jurisdiction import Sight, involved, may_see, reporters, sight
from tests.support import world
from tests.support.play import Play


def test_a_fresh_case_involves_its_place_and_every_rung_up_to_its_holder() -> None:
    case = Play.reported().case
    assert involved(case) == (world.COMMUNITY.path, world.GRID.path)
    assert reporters(case) == (world.WORKER.person,)


def test_sight_is_the_union_of_the_posts_that_read() -> None:
    assert sight(world.TWO_POSTS).paths == tuple(sorted((world.COMMUNITY.path, world.SAFETY.path)))
    assert sight(world.ADMINISTRATOR) == Sight()


def test_a_path_is_no_prefix_of_another_name() -> None:
    eyes = Sight(person="p", paths=("50.5001",))
    assert not eyes.covers(["50.500120"], ["q"])
    assert eyes.covers(["50.5001.x"], [])
    assert eyes.covers([], ["p"])
    assert not Sight().covers(["50"], ["p"])


def test_may_see() -> None:
    case = Play.reported().case
    assert may_see(case, world.OFFICER)
    assert not may_see(case, world.FOREIGN_DISPATCHER)
