"""`python -m bench.faults`: strike the product while people work with it; see bench/faults/README.md."""

from __future__ import annotations

import asyncio
import secrets
import signal
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.faults.campaign import KEYS, Campaign, Outcome
from bench.faults.report import tables, write
from runtime.leaving import run_and_leave


def main(
    seed: Annotated[int | None, typer.Option(help="Decides all instants; by chance, and printed.")] = None,
    minutes: Annotated[float, typer.Option(help="More rounds until then; each blow twice in any case.")] = 14,
    only: Annotated[str, typer.Option(help=f"Some of {','.join(KEYS)}, separated by commas.")] = "",
    out: Annotated[Path, typer.Option(help="The report.")] = Path("build/faults.json"),
) -> None:
    """Strike, judge, print tables, write the report. Exit code 1 if anything was found, or it broke off."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 130)
    names = [name.strip() for name in only.split(",")] if only else []
    unknown = sorted(set(names) - set(KEYS))
    if unknown:
        raise typer.BadParameter(f"{', '.join(unknown)}: there are {', '.join(KEYS)}")
    began, seed = time.monotonic(), secrets.randbelow(10**6) if seed is None else seed

    def say(words: str) -> None:
        console.print(f"{time.monotonic() - began:6.1f} s  {words}", markup=False, soft_wrap=True)

    say(f"seed {seed}; the same again: python -m bench.faults --seed {seed}")
    outcome = asyncio.run(_run(Campaign(Path("build/bench/faults"), seed, minutes, names, say)))
    write(out, outcome)
    for table in tables(outcome):
        console.print(table)
    console.print(f"{out} written after {time.monotonic() - began:.0f} s")
    if outcome.broken:
        console.print(f"ended before its end: {outcome.broken}", style="red", markup=False)
    if outcome.findings or outcome.broken:
        raise typer.Exit(1)


async def _run(campaign: Campaign) -> Outcome:
    task = asyncio.current_task()
    if task is not None:  # SIGTERM stops as Ctrl-C does: what was started is ended
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await campaign.run()


if __name__ == "__main__":
    run_and_leave(lambda: typer.run(main))
