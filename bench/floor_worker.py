"""The floor's worker, `python -m bench.floor_worker`: Temporal's SDK as it comes, with its own defaults.

What the product's worker does to be quicker (one sandbox for all cases, uvloop, a garbage collector that
looks less often) is a part of what is measured, so the floor has none of it.
"""

from __future__ import annotations

import asyncio
import signal

from temporalio.worker import Worker

from bench.floor import FLOOR_QUEUE, FloorWorkflow
from runtime.leaving import run_and_leave
from runtime.logs import configure_logging
from runtime.settings import Settings
from runtime.temporal import connect


async def work(settings: Settings) -> None:
    """Work until SIGTERM."""
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    client = await connect(settings)
    async with Worker(client, task_queue=FLOOR_QUEUE, workflows=[FloorWorkflow]):
        await told.wait()


def main() -> None:
    """Entry point of the process."""
    settings = Settings()
    configure_logging(settings, service="floor")
    asyncio.run(work(settings))


if __name__ == "__main__":
    run_and_leave(main)
