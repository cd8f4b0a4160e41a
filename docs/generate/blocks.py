"""The generated parts of the pages: where they stand, and putting the newest text there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from docs.generate import example, machines, policies, problems, routes, rules, states

DOCS: Final = Path(__file__).parents[1]

BLOCKS: Final[Mapping[str, Callable[[], str]]] = {
    "case-states": states.case_states,
    "task-states": states.task_states,
    "party-states": states.party_states,
    "who-may-send-what": rules.commands,
    "relations": rules.relations,
    "desks": rules.desks,
    "policies": policies.policies,
    "calendar-years": policies.years,
    "worked-example": example.worked_example,
    "refusals": problems.refusals,
    "errors": problems.errors,
    "routes": routes.routes,
    "command-line": machines.command_line,
    "metrics": machines.metrics,
    "search-attributes": machines.search_attributes,
}
"""What makes each generated part, by its name."""

_BLOCK: Final = re.compile(
    r"(<!-- generated: (?P<name>[a-z-]+), by `make docs` -->\n).*?(<!-- end of (?P=name) -->)", re.DOTALL
)


def pages() -> list[Path]:
    """Every page that may have generated parts."""
    return sorted(DOCS.rglob("*.md"))


def names(text: str) -> list[str]:
    """The generated parts that a page has, in its order."""
    return [found["name"] for found in _BLOCK.finditer(text)]


def renewed(text: str) -> str:
    """The page with every generated part as it must be now. Raises KeyError for a part nobody makes."""
    return _BLOCK.sub(lambda found: f"{found[1]}\n{BLOCKS[found['name']]()}\n{found[3]}", text)
