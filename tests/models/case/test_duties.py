"""What a post may ever do agrees with the table and the relations."""

from __future__ import annotations

import pytest

from models.case.duties import _POSSIBLE, duties
from models.case.permissions import Relation
from models.case.table import RULES
from models.city.people import Post, Role
from models.city.units import UnitKind, UnitRef

PATHS = {
    UnitKind.CITY: "50",
    UnitKind.DISTRICT: "50.500120",
    UnitKind.DEPARTMENT: "50.500120.500120-chengguan",
    UnitKind.STREET: "50.500120.500120001",
    UnitKind.SECTION: "50.500120.500120001.500120001-pingan",
    UnitKind.COMMUNITY: "50.500120.500120001.500120001004",
    UnitKind.GRID: "50.500120.500120001.500120001004.500120001004-g18",
    UnitKind.MICRO_GRID: "50.500120.500120001.500120001004.500120001004-g18.500120001004-g18-m1",
}


def post(kind: UnitKind, role: Role) -> Post:
    path = PATHS[kind]
    unit = UnitRef(id=path.rpartition(".")[2], kind=kind, name=kind.value, path=path)
    return Post(id="post_1", unit=unit, role=role)


def test_every_relation_is_thought_of() -> None:
    assert _POSSIBLE.keys() == set(Relation)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR, Role.DEVICE, Role.RESIDENT, Role.SYSTEM])
@pytest.mark.parametrize("kind", UnitKind)
def test_who_only_reads_sends_no_commands(kind: UnitKind, role: Role) -> None:
    assert duties(post(kind, role)) == ()


@pytest.mark.parametrize(
    ("kind", "role", "may", "may_not"),
    [
        (
            UnitKind.GRID,
            Role.GRID_WORKER,
            {"claim", "arrive", "handle", "return", "whistle"},
            {"report-in", "supervise"},
        ),
        (
            UnitKind.STREET,
            Role.DISPATCHER,
            {"accept", "dispatch", "whistle", "supervise", "urge"},
            {"sign", "report-in"},
        ),
        (UnitKind.DEPARTMENT, Role.DEPARTMENT_STAFF, {"sign", "report-in", "finish", "claim"}, {"supervise"}),
        (UnitKind.DISTRICT, Role.SUPERVISOR, {"urge", "supervise"}, {"accept", "claim", "dispatch"}),
        (UnitKind.COMMUNITY, Role.COMMUNITY_OFFICER, {"accept", "dispatch", "urge"}, {"sign", "supervise"}),
    ],
)
def test_a_role_may_do_its_own_work(kind: UnitKind, role: Role, may: set[str], may_not: set[str]) -> None:
    mine = set(duties(post(kind, role)))
    assert may <= mine
    assert not may_not & mine


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("kind", UnitKind)
def test_machines_commands_are_nobodys_duty(kind: UnitKind, role: Role) -> None:
    machines = {name for name, rule in RULES.items() if rule.by == (Relation.MACHINE,)}
    assert machines
    assert not machines & set(duties(post(kind, role)))
