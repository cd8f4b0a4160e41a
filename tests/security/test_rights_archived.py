"""The last stage of the matrix of rights (`test_rights.py`): only time leads there."""

from __future__ import annotations

from datetime import timedelta

from models.case.state import Stage
from tests.security.cast import signed_in
from tests.security.matrix import CELLS, DEAD, Matrix, ended_for_good
from tests.security.rights import Scene
from tests.security.scenes import brought_to, elsewhere
from tests.support.product import Product


async def test_an_archived_case_takes_no_command_from_anybody(skipping: Product) -> None:
    """Time leads there: this one is played on the server whose clock jumps."""
    people = await signed_in(skipping)
    foreign, near = await elsewhere(skipping), await brought_to(skipping, Stage.HANDLING)
    closed = await brought_to(skipping, Stage.CLOSED)
    await skipping.later(timedelta(days=20))
    archived = Scene(**{**vars(closed), "stage": Stage.ARCHIVED})
    await ended_for_good(skipping, archived)

    matrix = Matrix(skipping, people, near, foreign)
    await matrix.play(archived)

    assert matrix.wrong == []
    assert matrix.cells == CELLS
    assert matrix.answers.keys() == DEAD
