"""Views of a case for people: the snapshot lists and pages are made of, and a few lines for operators."""

from __future__ import annotations

from typing import Any

from models.case.clockwork import next_instant
from models.case.state import Case
from models.clocks.explain import stage_name


def snapshot(case: Case) -> dict[str, Any]:
    """The state as people read it: all but the rules of time, which the clocks have applied already.

    Defaults are left out; `Case.model_validate` puts them back.
    """
    return case.model_dump(mode="json", exclude={"book", "special"}, exclude_defaults=True)


def details(case: Case) -> str:
    """A case in a few lines of Markdown, for Temporal's own pages. No personal data."""
    due = next_instant(case)
    clocks = "\n".join(
        f"- {stage_name(clock.stage).zh} `{clock.id}`: {clock.state.value}, red {clock.red_at or '—'}"
        for clock in case.clocks
    )
    return (
        f"**{case.matter.name.zh}** · {case.place.name}\n\n"
        f"{case.stage.value} · {case.urgency.value} · {case.holder.name} · round {case.round}"
        f" · version {case.version}\n\n{clocks}\n\nnext: {due or '—'}"
    )
