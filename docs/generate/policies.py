"""The policies and calendar years that ship, with where they come from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from docs.generate.tables import table
from models.base import Urgency
from models.clocks.calendar import CalendarYear, load_years
from models.clocks.explain import stage_name
from models.clocks.policy import LevelTerms, Policy, Terms, Variant
from models.clocks.policy_files import load_policies
from models.clocks.rules import HANDED_UP, STANDINGS, RedAction

_URGENCIES: Final = {Urgency.ORDINARY: "一般", Urgency.URGENT: "紧急", Urgency.CRITICAL: "特急"}
_FIRST: Final = ("loop", "135")
"""What every other policy stands on, and what a matter has unless it names another."""


def policies() -> str:
    """Every policy: its standing, its source and what it says itself."""
    known = load_policies()
    order = [*_FIRST, *(key for key in known if key not in _FIRST)]
    return "\n".join(_policy(known[key]) for key in order)


def _policy(policy: Policy) -> str:
    origin = policy.provenance
    standing = STANDINGS[origin.standing]
    lines = [
        f"### `{policy.id}` · {policy.name.zh} · {policy.name.en}",
        "",
        f"- **Standing**: {standing.en} ({standing.zh})",
        f"- **Source**: {origin.source.en} ({origin.source.zh})",
    ]
    if origin.note:
        lines.append(f"- **Note**: {origin.note.en} ({origin.note.zh})")
    if policy.extends:
        lines.append(f"- **Where it is silent**: as `{policy.extends}`")
    keys = list(policy.variants)
    heading = ["", *(_variant_name(policy, key) for key in keys)]
    said = {key: dict(_said(policy.variants[key])) for key in keys}
    steps = list(dict.fromkeys(step for limits in said.values() for step in limits))
    rows = [[step, *(said[key].get(step, "") for key in keys)] for step in steps]
    return "\n".join([*lines, "", table(heading, rows)])


def _variant_name(policy: Policy, key: str) -> str:
    variant = policy.variants[key]
    name = f"`{key}` {variant.name.zh}"
    if variant.urgency is not None:
        return f"{name}, for {_URGENCIES[variant.urgency]} {variant.urgency.value}"
    return f"{name}, by default" if key == policy.default else f"{name}, where a matter names it"


def _said(variant: Variant) -> Iterator[tuple[str, str]]:
    """What a variant says, as rows of the table."""
    for stage, terms in variant.stages.items():
        name = stage_name(stage)
        yield f"{name.en} {name.zh}", _terms(terms)
    for level, terms in variant.levels.items():
        yield f"This level 本级办理: `{level}`", _terms(terms)
    for milestone in variant.milestones:
        yield f"Milestone 节点: {milestone.name.en} {milestone.name.zh}", _terms(milestone)
    if variant.return_limit:
        yield "Return within 退回时限", variant.return_limit.words().en
    if variant.extension_limit:
        yield "Extensions add up to at most 延期上限", variant.extension_limit.words().en
    if variant.extensions_max is not None:
        yield "Extensions at most 延期次数", str(variant.extensions_max)


def _terms(terms: Terms) -> str:
    said = [terms.budget.words().en] if terms.budget else []
    if isinstance(terms, LevelTerms) and terms.name:
        said.append(f"“{terms.name.en}” {terms.name.zh}")
    if terms.starts == "report":
        said.append("from the report")
    if terms.yellow is not None:
        said.append(f"yellow at {terms.yellow:.0%}")
    if terms.substitute:
        said.append(f"B at {terms.substitute:.0%}")
    at_red = terms.at_red if terms.at_red is not None else HANDED_UP if isinstance(terms, LevelTerms) else ()
    if RedAction.ESCALATE in at_red:
        said.append("climbs at red")
    return ", ".join(said)


def years() -> str:
    """The calendar years that ship."""
    return table(("year", "notice", "issued", "days off", "weekend days worked"), map(_year, load_years()))


def _year(year: CalendarYear) -> tuple[str, ...]:
    off = sum((holiday.last - holiday.first).days + 1 for holiday in year.holidays)
    worked = sorted(day for holiday in year.holidays for day in holiday.work)
    return (
        str(year.year),
        year.notice or "not announced yet: provisional, statutory days only",
        year.issued.isoformat() if year.issued else "",
        str(off),
        ", ".join(f"{day:%m-%d}" for day in worked) or "none known",
    )
