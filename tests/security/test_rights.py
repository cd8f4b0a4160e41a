"""Every role × every command × own, next and foreign jurisdiction, up to the city × every stage, over HTTP.

The expected answer is read from the rows of the transition table by `tests.security.rights`; the actual one
comes from the real interface before a real Temporal server, worker and PostgreSQL. Every cell is sent:

* what the table refuses is refused by the case's workflow before anything is written, so all of it can be
  sent to one case for each stage;
* what the table allows is sent with a body that the command itself refuses (`tests.security.probes`), or that
  changes nothing the table looks at: it is past the table, and the case is as it was;
* four commands have no such body (`CHANGING`): where they are allowed, they are done, each on a fresh case.

That a command is done when its body is right is shown here by the scenes, which are made of real commands,
and by the stories. `GET /cases/{no}` offers nothing that the table would refuse. Residents have no account:
what they may send is `tests/api/pages/test_resident_security.py`. The system has no door at all. `report`
meets no case yet, and so no table: `test_rights_to_report.py`.
"""

from __future__ import annotations

import pytest

from models.case.state import Stage
from models.case.table import RULES
from models.city.people import Role
from tests.security import shared
from tests.security.cast import FOREIGN, OWN, signed_in
from tests.security.matrix import ALIVE, CELLS, DEAD, Matrix, ended_for_good
from tests.security.probes import COMMANDS
from tests.security.rights import DESKS, Scene, kind_of
from tests.security.scenes import BY_HAND, brought_to, elsewhere
from tests.support.product import Product

product = shared.product

MACHINES = frozenset({"change-rules", "link", "absorb"})
RESIDENTS = frozenset({"evaluate"})


def test_the_matrix_is_whole() -> None:
    assert set(COMMANDS) | MACHINES | RESIDENTS == set(RULES)
    assert {who.role for who in OWN} == set(Role) - {Role.RESIDENT, Role.SYSTEM}
    assert {who.role for who in FOREIGN} == {who.role for who in OWN}
    assert {kind_of(who.unit) for who in OWN} == set(DESKS)
    assert {*BY_HAND, Stage.ARCHIVED} == set(Stage)


@pytest.mark.parametrize("stage", BY_HAND)
async def test_a_command_is_allowed_exactly_where_the_table_says(product: Product, stage: Stage) -> None:
    people = await signed_in(product)
    foreign, near = await elsewhere(product), await brought_to(product, Stage.HANDLING)
    scene = await brought_to(product, stage, near.number)
    if scene.ended:
        await ended_for_good(product, scene)

    matrix = Matrix(product, people, near, foreign)
    await matrix.play(scene)

    assert matrix.wrong == []
    assert matrix.cells == CELLS
    assert matrix.answers.keys() == (DEAD if scene.ended else ALIVE)
    assert matrix.past == (set() if scene.ended else {"own", "beside"})
    # The case is where it was: every answer was about the same one.
    assert (await _stage(product, scene)) == scene.stage


@pytest.mark.parametrize("command", sorted(MACHINES | RESIDENTS | {"report", "nothing"}))
async def test_what_machines_and_residents_send_has_no_door_for_anybody(
    product: Product, command: str
) -> None:
    scene = await brought_to(product, Stage.REPORTED)
    for login in ("bicheng-dispatch", "admin", "heixi-dispatch"):
        answer = await (await product.person(login)).post(f"/cases/{scene.number}/{command}", {})
        assert answer.status_code in (404, 405), answer.text


async def _stage(product: Product, scene: Scene) -> str:
    answer = await (await product.person("bishan-audit")).get(f"/cases/{scene.number}")
    stage: str = answer.json()["stage"]
    return stage
