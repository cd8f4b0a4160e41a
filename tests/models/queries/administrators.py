"""Administrators for query tests: of the whole city, and of one district."""

from __future__ import annotations

from datetime import UTC, datetime

from models.city.administering import Administrator
from models.city.people import Post, Role
from models.city.units import UnitKind, UnitRef

BISHAN, BICHENG, DONGGUAN = "500120", "500120001", "500120001005"
PINGAN, G18 = "500120001-pingan", "500120001005-g18"
QIANJIANG = "500114"


def _post(post_id: str, unit: UnitRef) -> Post:
    return Post(id=post_id, unit=unit, role=Role.ADMINISTRATOR)


CITY = Administrator(
    person="p_city",
    posts=(_post("post_city", UnitRef(id="50", kind=UnitKind.CITY, name="重庆市", path="50")),),
)
DISTRICT = Administrator(
    person="p_bishan",
    posts=(
        _post("post_bishan", UnitRef(id=BISHAN, kind=UnitKind.DISTRICT, name="璧山区", path=f"50.{BISHAN}")),
    ),
)


def now() -> datetime:
    """This instant."""
    return datetime.now(UTC)
