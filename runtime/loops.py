"""The event loop of every process: uvloop where there is one, which takes less of the processor.

So does a garbage collector that looks less often. What these processes keep for long (modules, thousands of
cases) was gone through again and again for the little that a command leaves in circles: an eighth of a
worker's time.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

T = TypeVar("T")

SELDOM: Final = (20_000, 20, 20)
"""New objects before the youngest are looked at, and so on; Python's own are 700, 10, 10. A command makes a
few thousand, nearly all of which go by themselves."""


def collect_seldom() -> None:
    """Let this process's garbage collector look less often, and never at what has been imported by now."""
    gc.freeze()
    gc.set_threshold(*SELDOM)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end, as `asyncio.run` does."""
    collect_seldom()
    if sys.platform == "win32":
        return asyncio.run(work)
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)
