"""`python -m bench`: measure the product, side by side with what it stands on; see bench/README.md."""

from __future__ import annotations

import asyncio
import importlib
import signal
import sys
import time
from pathlib import Path
from typing import Annotated, Final, Protocol

import typer
from rich.console import Console

from bench.bars import BARS
from bench.figures import Figure, Say
from bench.readme import renew
from bench.writing import judge, table, write
from runtime import loops
from runtime.leaving import run_and_leave

MEASURES: Final = {
    "loop": "bench.loop",
    "cost": "bench.cost",
    "clocks": "bench.clocks",
    "open": "bench.open_cases",
    "reading": "bench.reading",
}
"""By the names that `--only` takes: modules with a `measure`, in the order in which they are run."""
STOCKED: Final = "open", "reading"
"""The measures that have a `prepare`."""
README: Final = Path(__file__).with_name("README.md")


class Measure(Protocol):
    """What each of these modules has."""

    async def measure(self, say: Say, *, quick: bool = False) -> list[Figure]:
        """Measure, and say meanwhile what is going on."""


class Prepared(Protocol):
    """What a measure has that needs much to be there before."""

    async def prepare(self, say: Say) -> None:
        """Make what is not there yet; it is kept for all runs to come."""


def main(
    only: Annotated[str, typer.Option(help=f"Some of {','.join(MEASURES)}, separated by commas.")] = "",
    quick: Annotated[bool, typer.Option(help="Try everything out with small sizes; proves nothing.")] = False,
    stock: Annotated[
        bool, typer.Option(help="Only make, once, what takes long: 20,000 open cases and a city's year.")
    ] = False,
    out: Annotated[Path, typer.Option(help="The file of figures.")] = Path("build/bench.json"),
    readme: Annotated[bool, typer.Option(help="Only renew the results in bench/README.md from it.")] = False,
) -> None:
    """Measure, print a table, write the figures. Exit code 1 if a bar does not hold."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    if readme:
        renew(README, out)
        return
    names = [name.strip() for name in only.split(",")] if only else list(MEASURES)
    unknown = sorted(set(names) - MEASURES.keys())
    if unknown:
        raise typer.BadParameter(f"{', '.join(unknown)}: there are {', '.join(MEASURES)}")
    began = time.monotonic()

    def say(words: str) -> None:
        console.print(f"{time.monotonic() - began:6.1f} s  {words}", markup=False, soft_wrap=True)

    if stock:
        loops.run(_stock(say))
        return
    figures = loops.run(_all(names, say, quick=quick))
    write(out, figures, BARS, time.monotonic() - began)
    judged = [verdict for verdict in judge(figures, BARS) if not only or verdict.holds is not None]
    console.print(table(figures, [verdict.bar for verdict in judged]))
    console.print(f"{out} written after {time.monotonic() - began:.0f} s")
    if not quick and not all(verdict.holds for verdict in judged):
        raise typer.Exit(1)


def _end_on_sigterm() -> None:
    """SIGTERM stops as Ctrl-C does: what was started is ended."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


async def _stock(say: Say) -> None:
    """Prepare one measure after the other."""
    _end_on_sigterm()
    for name in STOCKED:
        say(f"── {name}")
        prepared: Prepared = importlib.import_module(MEASURES[name])
        await prepared.prepare(say)


async def _all(names: list[str], say: Say, *, quick: bool) -> list[Figure]:
    """One measure after the other, in the order of MEASURES."""
    _end_on_sigterm()
    figures: list[Figure] = []
    for name, module in MEASURES.items():
        if name in names:
            say(f"── {name}")
            measure: Measure = importlib.import_module(module)
            figures += await measure.measure(say, quick=quick)
    return figures


if __name__ == "__main__":
    run_and_leave(lambda: typer.run(main))
