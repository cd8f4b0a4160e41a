"""The scene of a blow: the product that is struck, the people at work, and the chance that decides when."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime

from bench.faults.client import Clients
from bench.faults.disk import SmallDisk
from bench.faults.findings import Finding
from bench.faults.home import Home
from bench.faults.load import Load
from bench.faults.moved import Expected
from bench.figures import Say


@dataclass
class Scene:
    """Everything a blow may touch."""

    home: Home
    clients: Clients
    load: Load
    rng: random.Random
    say: Say
    found: list[Finding]
    """What has been found and not been told yet; the load puts in what it meets."""
    disk: SmallDisk | None = None
    """The disk on which all of the home's state lies, where that is a small one."""
    expected: list[Expected] = field(default_factory=list)
    """What deadlines that were moved must have done when this blow is judged."""


@dataclass(frozen=True)
class Struck:
    """When the harm lasted."""

    since: datetime
    until: datetime
    """UTC. From then on nothing is in the way any more: what was killed is being started."""
    remark: str = ""
    """What came of it, where that differs from time to time."""

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        return (self.until - self.since).total_seconds()
