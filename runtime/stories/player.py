"""The player: takes a story's people through its steps, on a stage."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.clocks.calendar import city_date, load_calendar
from runtime.stories.stage import Stage
from runtime.stories.story import MAIN, Step, Story, spelt_out


@dataclass(frozen=True)
class Played:
    """One step that has been played."""

    step: Step
    number: str
    """The number of its case."""
    receipt: dict[str, Any]
    """The product's answer, with the case after the step."""

    @property
    def stage(self) -> str:
        """Where the case stands now."""
        return str(self.receipt["stage"])


async def play(story: Story, stage: Stage, run: str) -> AsyncIterator[Played]:
    """Play the story, step by step, up to where this stage would have to wait and cannot.

    `run` begins the idempotency keys of this playing; another one makes new cases. Raises a StageFault when
    the product refuses a step or cannot be reached.
    """
    for login in story.cast:
        await stage.sign_in(login)  # first of all, so that nothing begins that somebody missing would leave
    calendar = load_calendar()
    numbers: dict[str, str] = {}
    receipts: dict[str, dict[str, Any]] = {}
    for place, step in enumerate(story.steps, start=1):
        if step.needs_time and not stage.time_passes:
            return
        now = await stage.now()
        until = step.after.until(now, _red_at(receipts.get(step.case), step), calendar)
        if place > 1:
            await stage.wait_until(until)
        body = spelt_out(step.body, numbers, city_date(await stage.now()))
        if step.photos:
            body["attachments"] = [await stage.take_picture(step.who, caption) for caption in step.photos]
        key = f"story-{run}-{story.key}-{place}"
        path = "/cases" if step.does == "report" else f"/cases/{numbers[step.case]}/{step.does}"
        receipt = await stage.post(step.who, path, body, key)
        numbers[step.case] = receipt["number"]
        receipts[step.case] = receipt
        yield Played(step, receipt["number"], receipt)


def _red_at(receipt: dict[str, Any] | None, step: Step) -> datetime | None:
    """When the clock that the step waits for turns red, by the case's last answer."""
    if receipt is None or step.after.red is None:
        return None
    clocks = [clock for clock in receipt["case"].get("clocks", ()) if clock["stage"] == step.after.red]
    reds = [datetime.fromisoformat(clock["red_at"]) for clock in clocks if clock.get("red_at")]
    return min(reds, default=None)


__all__ = ["MAIN", "Played", "play"]
