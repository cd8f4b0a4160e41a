"""The whole run: which blows in which order, on which product, and what is left to be judged in the end."""

from __future__ import annotations

import random
import shutil
import time
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.faults.blows import Blow, FullDisk, HangUp, MovedDeadlines, Pause, kills, moves, pauses
from bench.faults.client import Clients
from bench.faults.disk import NoDisk, SmallDisk, small_disk, why_not
from bench.faults.examining import LastJudgement, final_judgement
from bench.faults.findings import Finding
from bench.faults.home import FROM_ONE_ADDRESS, Home
from bench.faults.load import Load
from bench.faults.memory import Memory
from bench.faults.rounds import Round, play
from bench.faults.scene import Scene
from bench.faults.supervised import KillUp, Supervised, supervised
from bench.figures import Say
from bench.house import TASK_QUEUE, House, house

TIMES: Final = 2
"""How often every blow is struck at least; once what takes half a minute with each part: pauses, and moved
deadlines."""
RESERVED: Final = 400.0
"""Seconds kept for what comes after the extra rounds: `shaodao up`, the small disk, the last judgement."""
UP: Final = "up"
DISK: Final = "disk"
OWN: Final[tuple[Blow, ...]] = (*kills(), *pauses(), HangUp(), *moves())
"""What is done to a product whose parts somebody else brings back."""
KEYS: Final = (*(blow.key for blow in OWN), UP, DISK)
"""What `--only` takes."""


@dataclass
class Outcome:
    """What a run did and found."""

    seed: int
    rounds: list[Round] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    """All of them, those of the last judgement included."""
    not_tried: dict[str, str] = field(default_factory=dict)
    """What should have been tried and could not be, and why."""
    left_out: dict[str, str] = field(default_factory=dict)
    """What was not to be tried."""
    closed: int = 0
    """Cases taken through the whole loop."""
    answers: int = 0
    cases: int = 0
    pictures: int = 0
    residents: int = 0
    """Reports without an account."""
    whistles: int = 0
    """Those for which a department reported in."""
    orders: int = 0
    """Of supervision, answered."""
    last: list[LastJudgement] = field(default_factory=list)
    """One for each product that was struck."""
    hung_up: int = 0
    told: dict[str, int] = field(default_factory=dict)
    """How often clients were told to come again, or lost their line."""
    seconds: float = 0.0
    broken: str = ""
    """What ended the run too early, if something did. It proves nothing then, but what it saw is kept."""

    @property
    def exit_code(self) -> int:
        """1 if anything was found, or it broke off; 3 if nothing was, but not everything could be tried."""
        if self.findings or self.broken:
            return 1
        return 3 if self.not_tried else 0


class Campaign:
    """One run."""

    def __init__(self, folder: Path, seed: int, minutes: float, only: Sequence[str], say: Say) -> None:
        """`only` are some of KEYS. What is left of `minutes` is filled with more rounds."""
        self.outcome = Outcome(seed=seed)
        self._folder = folder
        self._until = time.monotonic() + minutes * 60
        self._only = frozenset(only)
        self._say = say
        self._rng = random.Random(seed)  # noqa: S311 - it decides when to strike, and can be repeated

    async def run(self) -> Outcome:
        """Everything, or as much as could be done. What was started is ended in any case."""
        began = time.monotonic()
        try:
            own = [blow for blow in OWN if blow.key in self._only]
            if own or UP in self._only:
                await self._on_this_machines_disk(own)
            if DISK in self._only:
                await self._on_a_small_disk()
        except Exception as error:
            self.outcome.broken = f"{type(error).__name__}: {error}".partition("\n")[0]
            traceback.print_exc()
        self.outcome.seconds = time.monotonic() - began
        return self.outcome

    async def _on_this_machines_disk(self, own: Sequence[Blow]) -> None:
        folder, memory = self._folder / "house", Memory()
        async with house(folder, environment=FROM_ONE_ADDRESS, say=self._say, keep=True) as home:
            port, embedded = home.settings.port, home.settings.embedded
            tried = [blow for blow in own if self._may(home, blow)]
            if tried:
                async with self._at_work(home, memory) as scene:
                    await self._strike(scene, tried, more=True)
        if UP in self._only and embedded:
            self._say("── `shaodao up` on the same folder: it brings back its parts by itself")
            async with supervised(folder, port, TASK_QUEUE) as up, self._at_work(up, memory) as scene:
                await self._strike(scene, _under(up))
        elif UP in self._only:
            self.outcome.not_tried[UP] = "`shaodao up` does not keep servers that are somebody else's"
        shutil.rmtree(folder)

    async def _on_a_small_disk(self) -> None:
        if reason := why_not():
            self.outcome.not_tried[DISK] = reason
            return
        try:
            with small_disk(self._folder / "disk") as disk:
                self._say(f"── a small disk at {disk.folder}")
                folder = disk.folder / "house"
                async with house(folder, environment=FROM_ONE_ADDRESS, say=self._say) as home:
                    if not home.settings.embedded:
                        self.outcome.not_tried[DISK] = "the servers are somebody else's"
                        return
                    async with self._at_work(home, Memory(), disk) as scene:
                        await self._strike(scene, [FullDisk()])
        except NoDisk as refused:
            self.outcome.not_tried[DISK] = f"mount: {refused}"

    def _may(self, home: House, blow: Blow) -> bool:
        foreign = [part for part in blow.parts if part not in home.own]
        if foreign:
            self.outcome.not_tried[blow.key] = f"{', '.join(foreign)}: somebody else's, and left alone"
        return not foreign

    async def _strike(self, scene: Scene, blows: Sequence[Blow], *, more: bool = False) -> None:
        """Each of them so many times, in an order of chance; then, with `more`, others until time is up."""
        once = Pause, MovedDeadlines
        plan = [blow for blow in blows for _ in range(1 if isinstance(blow, once) else TIMES)]
        self._rng.shuffle(plan)
        for blow in plan:
            await self._one(scene, blow)
        while more and self._left() > RESERVED:
            await self._one(scene, self._rng.choice(list(blows)))

    async def _one(self, scene: Scene, blow: Blow) -> None:
        done = await play(scene, blow)
        self.outcome.rounds.append(done)
        self.outcome.findings += done.findings
        words = f"{done.blow:<15} harm {done.harm_s:4.1f} s, answered again after {done.again_s:4.1f} s; "
        words += f"{done.answers} answers, {done.cases} cases, {len(done.findings)} findings"
        self._say(f"{words}; {done.remark}" if done.remark else words)
        for finding in done.findings:
            self._say(f"    ✗ {finding.fault}: {finding.number} {finding.words}")

    @asynccontextmanager
    async def _at_work(
        self, home: Home, memory: Memory, disk: SmallDisk | None = None
    ) -> AsyncIterator[Scene]:
        """People at work on a product; in the end everything they ever did is judged once more."""
        async with at_work(home, memory, self._rng, self._say, disk) as scene:
            before = len(memory.answers), len(memory.cases()), len(memory.pictures), len(memory.followed)
            yield scene
            self._say(f"everything once more: {len(memory.cases())} cases")
            last = await final_judgement(scene)
            self._say(f"  {last.asked_again} of {last.answers} answers asked for once more")
            for finding in last.findings:
                self._say(f"    ✗ {finding.fault}: {finding.number} {finding.words}")
            self.outcome.last.append(last)
            known = {(one.fault, one.number, one.words) for one in self.outcome.findings}
            new = [one for one in last.findings if (one.fault, one.number, one.words) not in known]
            self.outcome.findings += new
            self.outcome.closed += scene.load.closed
            self.outcome.hung_up += scene.clients.hung_up
            self._count(memory, *before)
        for words, times in memory.told.items():
            self.outcome.told[words] = self.outcome.told.get(words, 0) + times
        memory.told.clear()

    def _count(self, memory: Memory, answers: int, cases: int, pictures: int, residents: int) -> None:
        """Add what people did since there were so many of each."""
        names = Counter(answer.sent.name for answer in memory.answers[answers:])
        self.outcome.answers += len(memory.answers) - answers
        self.outcome.cases += len(memory.cases()) - cases
        self.outcome.pictures += len(memory.pictures) - pictures
        self.outcome.residents += len(memory.followed) - residents
        self.outcome.whistles += names["report-in"]
        self.outcome.orders += names["answer"]

    def _left(self) -> float:
        return self._until - time.monotonic()


@asynccontextmanager
async def at_work(
    home: Home,
    memory: Memory,
    rng: random.Random,
    say: Say,
    disk: SmallDisk | None = None,
    loops: int = 8,
) -> AsyncIterator[Scene]:
    """People at work on a product, held until the first round; sent home in the end."""
    findings: list[Finding] = []
    note: Callable[[Finding], None] = findings.append
    clients = Clients(home.address, home.password, memory, rng)
    load = Load(clients, rng, note, loops)
    try:
        await load.begin()
        yield Scene(home=home, clients=clients, load=load, rng=rng, say=say, found=findings, disk=disk)
    finally:
        await load.end()
        await clients.close()


def _under(home: Supervised) -> Sequence[Blow]:
    """What is done to a product that brings its parts back by itself."""
    each = [blow for blow in kills("up-", down=(0.0, 0.0)) if blow.key != "up-all"]
    return [*each, KillUp(home)]
