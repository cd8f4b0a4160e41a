"""`python -m bench.faults`: strike the product while people work with it; see bench/faults/README.md."""

from __future__ import annotations

import asyncio
import secrets
import signal
import sys
import time
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from bench.faults.campaign import DISK, KEYS, Campaign, Outcome
from bench.faults.report import tables, write
from bench.faults.results import renew
from runtime.leaving import run_and_leave

README: Final = Path(__file__).parents[1] / "README.md"


def main(
    seed: Annotated[int | None, typer.Option(help="Decides all instants; by chance, and printed.")] = None,
    minutes: Annotated[float, typer.Option(help="More rounds until then; each blow in any case.")] = 15,
    only: Annotated[str, typer.Option(help=f"Some of {','.join(KEYS)}, separated by commas.")] = "",
    without_disk: Annotated[bool, typer.Option(help="Fill no disk: it takes root to mount one.")] = False,
    out: Annotated[Path, typer.Option(help="The report.")] = Path("build/faults.json"),
    readme: Annotated[bool, typer.Option(help="Only renew the results in bench/README.md from it.")] = False,
) -> None:
    """Strike, judge, print tables, write the report.

    Exit code 1 if anything was found, or it broke off; 3 if something could not be tried.
    """
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 130)
    if readme:
        renew(README, out)
        return
    names = [name.strip() for name in only.split(",")] if only else list(KEYS)
    unknown = sorted(set(names) - set(KEYS))
    if unknown:
        raise typer.BadParameter(f"{', '.join(unknown)}: there are {', '.join(KEYS)}")
    if without_disk:
        names = [name for name in names if name != DISK]
    began, seed = time.monotonic(), secrets.randbelow(10**6) if seed is None else seed

    def say(words: str) -> None:
        console.print(f"{time.monotonic() - began:6.1f} s  {words}", markup=False, soft_wrap=True)

    say(f"seed {seed}; the same again: python -m bench.faults --seed {seed}")
    outcome = asyncio.run(_run(Campaign(Path("build/bench/faults"), seed, minutes, names, say)))
    if without_disk:
        outcome.left_out[DISK] = "--without-disk"
    write(out, outcome)
    for table in tables(outcome):
        console.print(table)
    console.print(f"{out} written after {time.monotonic() - began:.0f} s")
    if outcome.broken:
        console.print(f"ended before its end: {outcome.broken}", style="red", markup=False)
    for key, why in outcome.not_tried.items():
        console.print(f"not tried: {key}: {why}", style="red", markup=False)
    if outcome.exit_code:
        raise typer.Exit(outcome.exit_code)


async def _run(campaign: Campaign) -> Outcome:
    task = asyncio.current_task()
    if task is not None:  # SIGTERM stops as Ctrl-C does: what was started is ended
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await campaign.run()


if __name__ == "__main__":
    run_and_leave(lambda: typer.run(main))
