"""Deadlines that are moved, and then fall due while nobody is there to keep them.

The limits are made for it, in seconds from the report. What must have fired in the end is worked out here,
from the answers people got and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.faults.client import Clients, Refused
from bench.faults.findings import Fault, Finding
from bench.faults.memory import Answer
from bench.faults.promises import Fired
from bench.faults.teams import TEAMS, Team
from models.base import Frozen, Words
from models.city.catalogue import Matter, Section
from models.clocks.budget import Budget, ClockKind
from models.clocks.calendar import city_date
from models.clocks.clock import Threshold
from models.clocks.policy import ClockStage, Policy
from models.tables.catalogue import CatalogueItemRow
from models.tables.policies import PolicyRow

MATTER: Final = "faults-moved"
ORDINARY: Final = timedelta(seconds=12)
URGENT: Final = timedelta(seconds=10)
MORE: Final = timedelta(seconds=2)
"""The extension."""
YELLOW: Final = 0.6
LAST: Final = ORDINARY + MORE
"""After the report, when everything that is moved before an outage has fallen due."""
COMMANDERS: Final = {"dongguan-g18": "bicheng-command", "shengdi-g1": "heixi-command"}
"""Who approves for a team, by its grid worker."""
ASKED: Final = "asked"
EXTENDED: Final = "extended"
MOVERS: Final = tuple(team for team in TEAMS if team.grid in COMMANDERS)


class Expected(Frozen):
    """What a case's handling clock must have fired in the end, exactly, in order."""

    number: str
    what: str
    instants: tuple[tuple[Threshold, datetime], ...]


class Moved(Frozen):
    """A case whose deadline stands where it has been moved to."""

    team: Team
    reported: Answer
    what: str
    then: Answer | None = None
    """What moved it."""

    @property
    def in_time(self) -> bool:
        """Whether it was moved before any limit had passed: else more has fired than is worked out here.

        What an extension does is worked out whenever it is approved.
        """
        if self.then is None or self.what == EXTENDED:
            return True
        return self.then.at < self.reported.at + URGENT * YELLOW


async def furnish(engine: AsyncEngine) -> None:
    """Put the matter and its limits where reports find them; nothing happens if they are there."""
    name = Words(zh="故障演练事项", en="Matter for the drill of faults")
    policy = Policy.model_validate(
        {
            "id": MATTER,
            "version": 1,
            "name": name,
            "provenance": {"standing": "project_default", "source": name},
            "variants": {
                "ordinary": {"name": name, "stages": {"handle": _terms(ORDINARY)}},
                "urgent": {"name": name, "urgency": "urgent", "stages": {"handle": _terms(URGENT)}},
            },
            "default": "ordinary",
        }
    )
    matter = Matter(key=MATTER, name=name, section=Section.LIVELIHOOD, closing=name, policy=policy.id)
    async with engine.begin() as connection:
        body = policy.model_dump(mode="json")
        row: dict[str, Any] = {"id": policy.id, "version": policy.version, "body": body}
        await connection.execute(insert(PolicyRow).values(row).on_conflict_do_nothing())
        item: dict[str, Any] = {"key": MATTER, "section": matter.section, "department": None}
        item |= {"urgency": matter.urgency, "policy": policy.id, "body": matter.model_dump(mode="json")}
        await connection.execute(insert(CatalogueItemRow).values(item).on_conflict_do_nothing())


def _terms(limit: timedelta) -> dict[str, Any]:
    budget = Budget(kind=ClockKind.CONTINUOUS, amount=round(limit.total_seconds()))
    return {"budget": budget, "starts": "report", "yellow": YELLOW, "at_red": ["supervise"]}


class Mover:
    """Moves deadlines before an outage, during it, and after it."""

    def __init__(self, clients: Clients) -> None:
        self.tried = 0
        """How many cases were begun."""
        self._clients = clients

    async def before(self) -> list[Moved]:
        """Cases under way, some of whose deadlines have been moved. Their instants lie seconds ahead."""
        await self._clients.sign_in(COMMANDERS.values())
        kinds = (self._untouched, self._extended, self._suspended, self._regraded, self._asked)
        self.tried = len(kinds) * len(MOVERS)
        made = await asyncio.gather(*(self._unless_late(kind(team)) for kind in kinds for team in MOVERS))
        return [case for case in made if case is not None]

    async def _unless_late(self, making: Awaitable[Moved]) -> Moved | None:
        """None where the limit had passed before it could be moved: a busy machine, and rightly refused."""
        try:
            return await making
        except Refused as refusal:
            if refusal.code != "too_late":
                raise
            return None

    async def meanwhile(self, cases: Sequence[Moved]) -> list[Moved]:
        """Approve the extensions that wait for it; the answers come when somebody is there to give them.

        Where only PostgreSQL is away they come at once, and the limit is moved during the outage.
        """
        return list(await asyncio.gather(*map(self._approved, cases)))

    async def _approved(self, case: Moved) -> Moved:
        if case.what != ASKED:
            return case
        then = await self._approve(case.team, case.reported.number)
        return case.model_copy(update={"what": EXTENDED, "then": then})

    async def after(self, cases: Sequence[Moved]) -> list[Expected]:
        """Resume what was suspended; what every case must have fired in the end."""
        suspended = [case for case in cases if case.what == "suspended"]
        resumed = await asyncio.gather(
            *(self._send(case.team.officer, case.reported.number, "resume") for case in suspended)
        )
        paused = {
            case.reported.number: answer.at - case.then.at
            for case, answer in zip(suspended, resumed, strict=True)
            if case.then is not None
        }
        return [
            _expected(case, paused.get(case.reported.number, timedelta())) for case in cases if case.in_time
        ]

    async def _untouched(self, team: Team) -> Moved:
        return Moved(team=team, reported=await self._under_way(team), what="untouched")

    async def _extended(self, team: Team) -> Moved:
        asked = await self._asked(team)
        then = await self._approve(team, asked.reported.number)
        return Moved(team=team, reported=asked.reported, what=EXTENDED, then=then)

    async def _asked(self, team: Team) -> Moved:
        reported = await self._under_way(team)
        body = {"amount": round(MORE.total_seconds()), "reason": "等待配件"}
        await self._send(team.grid, reported.number, "request-extension", body)
        return Moved(team=team, reported=reported, what=ASKED)

    async def _suspended(self, team: Team) -> Moved:
        reported = await self._under_way(team)
        review = city_date(reported.at) + timedelta(days=7)
        body = {"review_on": review.isoformat(), "reason": "等待资金"}
        await self._send(team.grid, reported.number, "request-suspension", body)
        then = await self._approve(team, reported.number)
        return Moved(team=team, reported=reported, what="suspended", then=then)

    async def _regraded(self, team: Team) -> Moved:
        reported = await self._under_way(team)
        then = await self._send(
            team.officer, reported.number, "regrade", {"urgency": "urgent", "reason": "裂缝扩大"}
        )
        return Moved(team=team, reported=reported, what="regraded", then=then)

    async def _under_way(self, team: Team) -> Answer:
        reported = await self._clients.post(team.grid, "/cases", {"matter": MATTER, "unit": team.unit})
        await self._send(team.officer, reported.number, "accept")
        await self._send(team.officer, reported.number, "dispatch", {"lead": team.unit})
        await self._send(team.grid, reported.number, "claim")
        return reported

    async def _approve(self, team: Team, number: str) -> Answer:
        return await self._send(COMMANDERS[team.grid], number, "approve")

    async def _send(
        self, login: str, number: str, command: str, body: dict[str, Any] | None = None
    ) -> Answer:
        return await self._clients.post(login, f"/cases/{number}/{command}", body or {})


def _expected(case: Moved, paused: timedelta) -> Expected:
    """Where the arithmetic puts a case's instants, counted from its report."""
    start, instants = case.reported.at + paused, list[tuple[Threshold, datetime]]()
    for threshold, share in ((Threshold.YELLOW, YELLOW), (Threshold.RED, 1.0)):
        limit = URGENT if case.what == "regraded" else ORDINARY
        if case.what == EXTENDED and case.then is not None:
            instants += [(threshold, at) for at in when_extended(start, share, case.then.at)]
        else:
            instants.append((threshold, start + limit * share))
    return Expected(
        number=case.reported.number,
        what=case.what,
        instants=tuple(sorted(instants, key=lambda pair: pair[1])),
    )


def when_extended(start: datetime, share: float, approved: datetime) -> Iterator[datetime]:
    """When a threshold fires that an extension moves, `share` being its own of the limit.

    Under its first instant, if that had passed by the approval; under the new one, unless that had, too.
    """
    first, new = start + ORDINARY * share, start + LAST * share
    if first < approved:
        yield first
    if approved < new:
        yield new


def judge_expected(expected: Expected, fired: Sequence[Fired]) -> Iterator[Finding]:
    """Whether the handling clock fired what it had to, and nothing else."""
    there = [
        (one.threshold, one.scheduled)
        for one in fired
        if one.number == expected.number and one.stage is ClockStage.HANDLE
    ]
    wanted = list(expected.instants)
    if there != wanted:
        fault = Fault.LOST if len(there) < len(wanted) else Fault.DEADLINE
        words = f"{expected.what}: fired {_words(there)} instead of {_words(wanted)}"
        yield Finding(fault=fault, number=expected.number, words=words)


def _words(instants: Sequence[tuple[Threshold, datetime]]) -> str:
    return ", ".join(f"{threshold} at {at:%H:%M:%S.%f}" for threshold, at in instants) or "nothing"
