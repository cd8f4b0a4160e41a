"""Who may report: every working post and every device, wherever; as handled already, in its own grid only.

The one command that is not in the table of rules. Who may not is refused before a number is used.
"""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.security import shared
from tests.security.cast import PLACE, signed_in
from tests.security.rights import DESKS, REPORTING, Who, kind_of, line_of
from tests.support.product import Person, Product
from tests.support.records import row

product = shared.product

GRIDS: Final = {
    "one's own": PLACE,
    "the next grid": "500120001005-g17",
    "another district": "500114107001-g1",
}
WHERE: Final = GRIDS | {"the next street": "500120002"}
HANDLED: Final = {"on_the_spot": {"note": "已清理"}}


@pytest.mark.parametrize("where", WHERE)
async def test_working_posts_and_devices_report_wherever_they_are(product: Product, where: str) -> None:
    place, answers = WHERE[where], set()
    for who, person in (await signed_in(product)).items():
        plain = (201, "") if who.role in REPORTING else (403, "not_yours")
        assert await _reports(product, person, place) == plain, who
        handled = await _reports(product, person, place, **HANDLED)
        assert handled == (plain if plain[0] == 403 or _is_own(who, place) else (422, "bad_value")), who
        answers.add(handled[0])
    assert answers == ({201, 403, 422} if where in GRIDS else {403, 422})


def _is_own(who: Who, place: str) -> bool:
    return kind_of(who.unit) == "grid" and who.role in DESKS["grid"] and who.unit in line_of(place)


async def _reports(product: Product, person: Person, place: str, **more: Any) -> tuple[int, str]:
    """Status and code; a case has been numbered if it was 201, and else none."""
    before = await row(product, "SELECT count(*) AS n FROM intakes")
    answer = await person.post("/cases", {"matter": "other", "unit": place, "text": "试"} | more)
    after = await row(product, "SELECT count(*) AS n FROM intakes")
    assert after["n"] - before["n"] == (answer.status_code == 201), answer.text
    return answer.status_code, answer.json().get("code", "")
