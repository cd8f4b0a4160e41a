"""What `shaodao up` tells the person who started it: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

_PLAIN_EVERY = 5.0  # seconds between two plain lines about the same step
_PLAIN_WIDTH = 120  # columns of a log file or pipe, which has no width of its own


class Report:
    """Steps with their duration, progress within a step, and remarks."""

    def __init__(self, console: Console | None = None) -> None:
        """`console` is standard output unless a test brings its own."""
        self.console = console or _console()
        self._live: Progress | None = None
        self._last_plain = 0.0

    @contextmanager
    def step(self, words: str) -> Iterator[None]:
        """Show that `words` is being done, and in the end how long it took."""
        started = time.monotonic()
        self._last_plain = started
        if self.console.is_terminal:
            count = TextColumn("{task.fields[count]}")
            columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), count)
            with Progress(*columns, console=self.console, transient=True) as self._live:
                self._live.add_task(words, total=None, count="")
                try:
                    yield
                finally:
                    self._live = None
        else:
            self.console.print(f"  … {words}", markup=False)
            yield
        self.console.print(f"  [green]✓[/green] {words} ({time.monotonic() - started:.1f} s)")

    def progress(self, words: str, done: int, total: int) -> None:
        """Within a step: `done` of `total` of what `words` names."""
        if self._live is not None:
            self._live.update(
                self._live.task_ids[0],
                description=words,
                completed=done,
                total=total,
                count=f"{done}/{total}",
            )
        elif done == total or time.monotonic() - self._last_plain > _PLAIN_EVERY:
            self._last_plain = time.monotonic()
            self.console.print(f"    {words}: {done} / {total}", markup=False)

    def say(self, words: str) -> None:
        """One remark."""
        self.console.print(words, markup=False, soft_wrap=True)

    def warn(self, words: str) -> None:
        """One remark that should not be overlooked."""
        self.console.print(words, markup=False, soft_wrap=True, style="yellow")


def _console() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_PLAIN_WIDTH)
