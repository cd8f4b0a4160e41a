"""The matrix of rights: sends its cells, counts them, and notes what is answered otherwise than it should."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx
import structlog

from tests.security.cast import CAST, FOREIGN, PLACES
from tests.security.probes import BODIES, CHANGING, COMMANDS, heard
from tests.security.rights import Answer, Scene, Who, expected, sees
from tests.security.scenes import brought_to
from tests.support.product import Person, Product
from tests.support.records import eventually

AT_ONCE = 12
PATIENCE = 10
CELLS = len(CAST) * len(COMMANDS)
"""Of one stage."""
DEAD = {Answer.UNSEEN, Answer.ENDED, Answer.NO_TARGET}
ALIVE = set(Answer) - {Answer.ENDED}


class Matrix:
    """Sends the cells, counts them, and notes what is answered otherwise than the table says."""

    def __init__(self, product: Product, people: dict[Who, Person], near: Scene, foreign: Scene) -> None:
        self._product, self._people = product, people
        self._near, self._foreign = near, foreign
        self._turns = asyncio.Semaphore(AT_ONCE)
        self.cells = 0
        self.answers: Counter[Answer] = Counter()
        self.past: set[str] = set()
        """Where somebody sits who came past the table."""
        self.wrong: list[str] = []

    async def play(self, scene: Scene) -> None:
        """Everybody sends every command to the scene's case, and looks at what they are offered."""
        asked = [self._ask(who, scene, command) for who in CAST for command in COMMANDS]
        offered = [self._offered(who, scene) for who in CAST]
        with structlog.testing.capture_logs():  # a thousand lines that nobody reads
            await asyncio.gather(*offered, *asked)

    async def _ask(self, who: Who, scene: Scene, command: str) -> None:
        due = self._due(who, scene, command)
        changing = due is Answer.PAST and command in CHANGING
        async with self._turns:
            number = (await brought_to(self._product, scene.stage)).number if changing else scene.number
            body = {"into": self._target(who, due, number)} if command == "merge" else BODIES[command]
            answer = await self._sent(who, f"/cases/{number}/{command}", body)
        self._note(who, scene, command, due, heard(answer), answer.text)
        if changing and answer.status_code != 200:
            self.wrong.append(f"{who} may {command} at {scene.stage}, and could not: {answer.text}")

    async def _sent(self, who: Who, path: str, body: dict[str, Any]) -> httpx.Response:
        """The answer, after those that say that a busy machine has none at the moment."""
        for _ in range(PATIENCE):
            answer = await self._people[who].post(path, body)
            if answer.status_code not in (429, 503):
                break
            await asyncio.sleep(1)
        return answer

    def _due(self, who: Who, scene: Scene, command: str) -> Answer:
        """The table's answer; to `merge` the door's, if the sender sees no open case to merge into."""
        due = expected(who, scene, command)
        if command == "merge" and due is not Answer.PAST and not sees(who, self._other(who)):
            return Answer.NO_TARGET
        return due

    def _other(self, who: Who) -> Scene:
        return self._foreign if who in FOREIGN else self._near

    def _target(self, who: Who, due: Answer, number: str) -> str:
        """Who may merge the case is refused by naming itself; the others name one that they see."""
        return number if due is Answer.PAST else self._other(who).number

    async def _offered(self, who: Who, scene: Scene) -> None:
        async with self._turns:
            answer = await self._people[who].get(f"/cases/{scene.number}")
        if (answer.status_code == 200) != sees(who, scene):
            self.wrong.append(f"{who} looks at a case at {scene.stage}: {answer.status_code}")
        for command in answer.json().get("commands", ()):
            if expected(who, scene, command) is not Answer.PAST:
                self.wrong.append(f"{who} is offered {command} at {scene.stage}")

    def _note(self, who: Who, scene: Scene, command: str, due: Answer, got: Answer | None, text: str) -> None:
        self.cells += 1
        self.answers[due] += 1
        place = next(name for name, people in PLACES.items() if who in people)
        if got is Answer.PAST:
            self.past.add(place)
        if got is not due:
            self.wrong.append(
                f"{place} {who} {command} at {scene.stage}: {due.name}, not {got}: {text[:200]}"
            )


async def ended_for_good(product: Product, *scenes: Scene) -> None:
    """Until no workflow runs any more: then it is the records that answer."""

    async def running() -> list[str]:
        handles = [product.client.get_workflow_handle(scene.number) for scene in scenes]
        described = [await handle.describe() for handle in handles]
        return [one.id for one in described if one.status is not None and one.status.name == "RUNNING"]

    await eventually(running, lambda left: not left)
