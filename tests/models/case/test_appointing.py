"""Which roles a unit can be given, and what is amiss at a desk."""

from __future__ import annotations

import pytest

from models.case.appointing import AMISS, FITTING, Amiss, Held, amiss, fits, roles_for
from models.case.permissions import SERVES
from models.city.demonstration import demo_people
from models.city.people import Rank, Role
from models.city.units import UnitKind

STAFF, A, B = Role.SECTION_STAFF, Rank.A, Rank.B


def test_whoever_works_a_desk_fits_it_and_come_first() -> None:
    for kind, roles in SERVES.items():
        assert roles <= FITTING[kind]
        assert set(roles_for(kind)[: len(roles)]) == roles
        assert set(roles_for(kind)) == FITTING[kind]
    assert not any(role in FITTING[kind] for kind in UnitKind for role in (Role.SYSTEM, Role.RESIDENT))


def test_the_demonstration_people_hold_posts_that_fit() -> None:
    lengths = {2: UnitKind.CITY, 6: UnitKind.DISTRICT, 9: UnitKind.STREET, 12: UnitKind.COMMUNITY}
    desks = {6: UnitKind.DEPARTMENT, 9: UnitKind.SECTION, 12: UnitKind.GRID}
    for person in demo_people():
        for post in person.posts:
            code, _, desk = post.unit.partition("-")
            assert fits(desks[len(code)] if desk else lengths[len(code)], post.role), (post.unit, post.role)


def test_overseers_stand_at_centres_only() -> None:
    for role in (Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR):
        assert [kind for kind in UnitKind if fits(kind, role)] == [
            UnitKind.CITY,
            UnitKind.DISTRICT,
            UnitKind.STREET,
        ]


@pytest.mark.parametrize(
    ("held", "found"),
    [
        ([], (Amiss.NOBODY,)),
        ([Held(STAFF, A, True), Held(STAFF, B, True)], ()),
        ([Held(STAFF, None, True)], ()),
        ([Held(STAFF, B, True)], (Amiss.NO_A,)),
        ([Held(STAFF, A, False), Held(STAFF, B, True)], (Amiss.NO_A, Amiss.CLOSED)),
        ([Held(STAFF, A, True), Held(STAFF, A, True)], (Amiss.TWO_A,)),
        ([Held(STAFF, A, False)], (Amiss.NOBODY, Amiss.CLOSED)),
    ],
)
def test_what_is_amiss_at_a_desk(held: list[Held], found: tuple[Amiss, ...]) -> None:
    assert amiss(UnitKind.SECTION, held) == found
    assert set(AMISS) == set(Amiss)
