"""Every operation of the OpenAPI document, with every role and with none: never 5xx, always as documented.

Requests are generated from the document by schemathesis: some as it says, some against it. The run in
`make test` is short and always the same. A long one, different each time, asks as often as it is told to:

    FUZZ=50 .venv/bin/python -m pytest --timeout=0 tests/security/test_openapi_fuzz.py
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from typing import Any, Final

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup

from models.city.people import NEVER_HELD, Role
from runtime.settings import Settings
from tests import servers as kept
from tests.support.fuzzing import CHECKS, ENDLESS, Known, asked, furnish, operations
from tests.support.product import API, Product
from tests.support.served import Served, served

LONG: Final = int(os.environ.get("FUZZ", "0"))
"""Requests for each operation and way of generating, each sent by every role; 0 is the short run."""
NOBODY: Final = "nobody"
LOGINS: Final = {
    Role.GRID_WORKER: "dongguan-g18",
    Role.GRID_HEAD: "dongguan-g18-a",
    Role.GRID_INSTRUCTOR: "dongguan-two",
    Role.COMMUNITY_OFFICER: "dongguan",
    Role.DISPATCHER: "bicheng-dispatch",
    Role.SECTION_STAFF: "bicheng-pingan",
    Role.DEPARTMENT_STAFF: "bishan-chengguan",
    Role.COMMANDER: "bicheng-command",
    Role.SUPERVISOR: "bishan-supervise",
    Role.AUDITOR: "bishan-audit",
    Role.DEVICE: "bicheng-device",
    Role.ADMINISTRATOR: "admin",
}
HARMLESS: Final = {GenerationMode.NEGATIVE: ["GET /healthz", "GET /metrics"], GenerationMode.POSITIVE: []}
"""The operations to which nothing can be sent in this way: they take nothing at all."""


@pytest.fixture(scope="module")
def house(
    seeded_url: str, servers: kept.Servers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEMPORAL_ADDRESS", servers.temporal)
        often = "100000/minute"
        values = {
            "database_url": seeded_url,
            "state_dir": tmp_path_factory.mktemp("fuzz"),
            "secret_key": "a test's own key: 0123456789abcdef",
            "task_queue": f"fuzz-{seeded_url.rpartition('/')[2]}",
            "login_rate": often,
            "login_rate_per_address": often,
        }
        with served(Settings.model_validate(values), servers.temporal) as running:
            yield running


@pytest.fixture(scope="module")
def known(house: Served) -> Known:
    found: Known = house.do(furnish)
    return found


@pytest.fixture(scope="module")
def callers(house: Served) -> dict[str, dict[str, str]]:
    """The headers of somebody of each role, and of nobody."""

    async def sign_in(product: Product) -> dict[str, dict[str, str]]:
        return {role.value: (await product.person(login)).headers for role, login in LOGINS.items()}

    headers: dict[str, dict[str, str]] = house.do(sign_in)
    return {NOBODY: {}} | headers


def test_every_role_that_a_post_can_have_is_asked_for() -> None:
    assert set(LOGINS) == set(Role) - NEVER_HELD


@pytest.mark.timeout(0 if LONG else 600)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=["as documented", "against it"])
def test_every_answer_is_as_documented(
    house: Served, known: Known, callers: dict[str, dict[str, str]], mode: GenerationMode
) -> None:
    document = requests.get(f"{house.address}{API}/openapi.json", timeout=10).json()
    wrong: dict[str, None] = {}
    asked_for, nothing = 0, list[str]()
    with requests.Session() as session:
        session.trust_env = False
        for operation in operations(document):
            asked_for += 1
            try:
                for fault in _faults(house.address, session, callers, operation, mode, known):
                    wrong[fault] = None
            except Unsatisfiable:
                nothing.append(operation.label)
    assert asked_for > 80
    assert nothing == HARMLESS[mode]
    assert not wrong, "\n\n".join(wrong)


def _faults(
    address: str,
    session: requests.Session,
    callers: dict[str, dict[str, str]],
    operation: Any,
    mode: GenerationMode,
    known: Known,
) -> Iterator[str]:
    """What was wrong with the answers to requests for one operation: each is sent once by every role.

    Raises Unsatisfiable where there is nothing to send against an operation.
    """
    endless = operation.definition.raw["operationId"] == ENDLESS
    number = zlib.crc32(f"{mode} {operation.label}".encode())
    first = number % len(callers)  # whose turn is first: a command may succeed only once
    turns = [*callers][first:] + [*callers][:first]
    found: list[str] = []

    @settings(
        max_examples=LONG or 1,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(asked(operation.as_strategy(generation_mode=mode), known))
    def ask(case: Any) -> None:
        for role in [NOBODY] if endless else turns:
            answer = case.call(base_url=address, session=session, headers=callers[role], timeout=60)
            try:
                case.validate_response(answer, checks=CHECKS)
            except FailureGroup as group:
                said = f"{operation.label} by {role}: {answer.request.body!r} to {answer.request.url}"
                found.extend(f"{said}: {fault}" for fault in group.exceptions)

    (ask if LONG else seed(number)(ask))()
    yield from found
