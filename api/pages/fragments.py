"""Rendering one block of a page by itself, with the macros that the page imports.

`jinja2-fragments` renders a block without the lines at the head of its template, where pages say once which
macros they use; they are looked up here and handed to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Environment, nodes
from jinja2_fragments import render_block


def render_fragment(environment: Environment, template: str, block: str, values: Mapping[str, Any]) -> str:
    """The block `block` of `template`. Raises BlockNotFoundError."""
    macros: dict[str, Any] = {}
    for source, names in _imports(environment, template):
        module = environment.get_template(source).make_module(dict(values))
        macros |= {alias: getattr(module, name) for name, alias in names}
    return render_block(environment, template, block, {**values, **macros})


@lru_cache(maxsize=256)
def _imports(environment: Environment, template: str) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """What the template imports at its head: sources, with names and what they are called here."""
    if environment.loader is None:
        return ()
    source, _, _ = environment.loader.get_source(environment, template)
    found = []
    for node in environment.parse(source).body:
        if isinstance(node, nodes.FromImport) and isinstance(node.template, nodes.Const):
            names = ((name, name) if isinstance(name, str) else name for name in node.names)
            found.append((str(node.template.value), tuple(names)))
    return tuple(found)
