"""Three ways of taking a case through its loop: Temporal with nothing on it, the gateway alone, the HTTP API.

Each gives the seven calls of a case, one to be awaited after the other.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Protocol
from urllib.parse import urlencode

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from api.services import Services
from bench.floor import FLOOR_QUEUE, FLOOR_UPDATE, FLOOR_WORKFLOW
from bench.house import House
from bench.line import Line
from models.case.commands import Accept, Arrive, Claim, Command, Dispatch, Envelope, Handle, Report, Verify
from models.case.dossier import Dossier, Rulebook
from models.case.state import Channel
from models.city.people import Principal
from models.city.routing import entry_rung
from models.queries.dossier import DossierParts, build_parts
from models.queries.intakes import take_in
from models.queries.people import find_login, principal_of
from runtime.settings import Settings
from workflows.messages import Opening
from workflows.policies import STEP_PATIENCE

Call = Callable[[], Awaitable[object]]

COMMANDS: Final = ("report", "accept", "dispatch", "claim", "arrive", "handle", "verify")
"""The closed loop: a grid worker reports and handles, the community accepts, dispatches and verifies."""
MATTER, GRID = "street-lamp", "500120001005-g18"
WORKER, OFFICER = "dongguan-g18", "dongguan"
TEXT, NOTE = "中兴路12号门前路灯不亮，夜间通行不便", "已更换灯泡并测试，恢复照明"
AT_A_TIME: Final = 50
"""Numbers that the gateway's way takes in advance in one transaction."""


class Way(Protocol):
    """A way of taking cases through the loop."""

    name: str

    async def prepare(self, parallel: int) -> None:
        """Get ready for so many cases at once; not measured."""

    async def case(self, lane: int) -> Sequence[Call]:
        """The seven calls of the next case of a lane; making them is not measured."""


class FloorWay:
    """A bare workflow: started with its first update, six more follow."""

    name = "floor"

    def __init__(self, client: Client, settings: Settings) -> None:
        self._client = client
        self._patience = settings.rpc_timeout

    async def prepare(self, parallel: int) -> None:
        """Nothing to get ready."""
        del parallel

    async def case(self, lane: int) -> Sequence[Call]:
        """The same calls as the gateway's, with nothing in them."""
        del lane
        number = f"floor-{uuid.uuid4().hex}"
        handle = self._client.get_workflow_handle(number)

        async def begin() -> None:
            start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
                FLOOR_WORKFLOW,
                id=number,
                task_queue=FLOOR_QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                task_timeout=STEP_PATIENCE,
            )
            await self._client.execute_update_with_start_workflow(
                FLOOR_UPDATE, start_workflow_operation=start, id=number, rpc_timeout=self._patience
            )

        async def go_on() -> None:
            await handle.execute_update(FLOOR_UPDATE, id=uuid.uuid4().hex, rpc_timeout=self._patience)

        return [begin, *[go_on] * (len(COMMANDS) - 1)]


class GatewayWay:
    """The gateway in this process, with the receipt's write to PostgreSQL, before the real worker process.

    The number and the dossier come from PostgreSQL before anything is measured: that is the API's part.
    """

    name = "gateway"

    def __init__(
        self, services: Services, parts: DossierParts, worker: Principal, officer: Principal, lead: Dispatch
    ) -> None:
        self._services = services
        self._parts = parts
        self._numbers: list[str] = []
        self._taking = asyncio.Lock()
        self._steps: Sequence[tuple[Principal, Command]] = (
            (officer, Accept()),
            (officer, lead),
            (worker, Claim()),
            (worker, Arrive()),
            (worker, Handle(note=NOTE)),
            (officer, Verify()),
        )
        self._worker = worker

    @classmethod
    async def at_work(cls, services: Services) -> GatewayWay:
        """On a house that was seeded with the demonstration people. Raises LookupError if it was not."""
        now = datetime.now(UTC)
        async with services.sessions.read() as session:
            parts = await build_parts(session, GRID, MATTER, now)
            people = []
            for login in (WORKER, OFFICER):
                row = await find_login(session, login)
                principal = await principal_of(session, row.id, now) if row else None
                if principal is None:
                    raise LookupError(f"{login} is missing: the demonstration people were not made")
                people.append(principal)
        return cls(services, parts, people[0], people[1], Dispatch(lead=parts.chain[-1]))

    async def prepare(self, parallel: int) -> None:
        """Take numbers."""
        await self._take_numbers(AT_A_TIME + 2 * parallel)

    async def case(self, lane: int) -> Sequence[Call]:
        """An opening and six commands."""
        del lane
        async with self._taking:
            if not self._numbers:
                await self._take_numbers(AT_A_TIME)
            number = self._numbers.pop()
        opening, gateway = self._opening(number), self._services.gateway
        calls: list[Call] = [lambda: gateway.open(opening)]
        for principal, command in self._steps:
            envelope = Envelope(id=uuid.uuid4().hex, principal=principal, command=command)
            calls.append(lambda envelope=envelope: gateway.send(number, envelope))  # type: ignore[misc]
        return calls

    async def _take_numbers(self, count: int) -> None:
        now = datetime.now(UTC)
        async with self._services.sessions.write() as session:
            for _ in range(count):
                intake = await take_in(session, "bench", uuid.uuid4().hex, "bench", None, now)
                self._numbers.append(intake.case_no)

    def _opening(self, number: str) -> Opening:
        parts, urgency = self._parts, self._parts.matter.urgency
        dossier = Dossier(
            number=number,
            chain=parts.chain,
            ladder=parts.ladder,
            entry=parts.ladder.index(entry_rung(parts.ladder, parts.matter, urgency)),
            matter=parts.matter,
            urgency=urgency,
            book=Rulebook(rules=parts.rules, calendar=parts.calendar),
        )
        return Opening(
            command_id=f"report:{number}",
            principal=self._worker,
            report=Report(channel=Channel.GRID, text=TEXT, drill=True),
            dossier=dossier,
        )


class ApiWay:
    """The HTTP API, a connection for each case at once, by people who are signed in."""

    name = "api"

    def __init__(self, address: str, worker: dict[str, str], officer: dict[str, str]) -> None:
        self._address = address
        self._lines: list[Line] = []
        self._worker = worker
        self._steps: Sequence[tuple[dict[str, str], str, bytes]] = (
            (officer, "accept", b"{}"),
            (officer, "dispatch", _json({"lead": GRID})),
            (worker, "claim", b"{}"),
            (worker, "arrive", b"{}"),
            (worker, "handle", _json({"note": NOTE})),
            (officer, "verify", b"{}"),
        )

    @classmethod
    async def at_work(cls, house: House) -> ApiWay:
        """On a house whose demonstration people are signed in here. Raises Unanswered if they cannot be."""
        line = await Line.to(house.address)
        people = [await sign_in(line, login, house.password) for login in (WORKER, OFFICER)]
        await line.close()
        return cls(house.address, people[0], people[1])

    async def prepare(self, parallel: int) -> None:
        """Open the connections anew: the API closes those that were idle meanwhile."""
        await self.close()
        self._lines = [await Line.to(self._address) for _ in range(parallel)]

    async def case(self, lane: int) -> Sequence[Call]:
        """A report and six commands, by the lane's own connection."""
        line = self._lines[lane]
        number = ""
        said = _json({"matter": MATTER, "unit": GRID, "text": TEXT, "drill": True})

        async def report() -> None:
            nonlocal number
            number = (await line.post("/api/v1/cases", said, _keyed(self._worker)))["number"]

        calls: list[Call] = [report]
        for headers, command, body in self._steps:

            async def send(
                headers: dict[str, str] = headers, command: str = command, body: bytes = body
            ) -> None:
                await line.post(f"/api/v1/cases/{number}/{command}", body, _keyed(headers))

            calls.append(send)
        return calls

    async def close(self) -> None:
        """Close the connections."""
        for line in self._lines:
            await line.close()
        self._lines = []


async def sign_in(line: Line, login: str, password: str) -> dict[str, str]:
    """The headers of somebody who has just signed in. Raises Unanswered."""
    form = urlencode({"username": login, "password": password}).encode()
    answer = await line.post("/api/v1/tokens", form, {}, "application/x-www-form-urlencoded")
    return {"Authorization": f"Bearer {answer['access_token']}"}


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _keyed(headers: dict[str, str]) -> dict[str, str]:
    return {**headers, "Idempotency-Key": uuid.uuid4().hex}
