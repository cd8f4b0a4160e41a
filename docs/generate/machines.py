"""What people who run the product type, watch and register."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typer.main import get_command

import cli
from api.metrics import Metrics
from docs.generate.tables import code, table
from workflows.search_attributes import SEARCH_ATTRIBUTES


def command_line() -> str:
    """Every `shaodao` command with its options."""
    rows = _commands("shaodao", get_command(cli.app))
    return table(("command", "what it does", "options"), rows)


def _commands(name: str, command: Any) -> Iterator[tuple[str, str, str]]:
    """The rows of a command, or of those below it. Typer's own classes have no public name."""
    below = getattr(command, "commands", None)
    if below is not None:
        for child in sorted(below):
            yield from _commands(f"{name} {child}", below[child])
        return
    arguments = [_argument(param) for param in command.params if param.param_type_name == "argument"]
    options = [_option(param) for param in command.params if param.param_type_name == "option"]
    said = (command.help or "").partition("\n\n")[0]
    yield f"`{' '.join([name, *arguments])}`", said, code(options)


def _argument(param: Any) -> str:
    name = param.name.upper() + (" …" if param.nargs == -1 else "")
    return name if param.required else f"[{name}]"


def _option(param: Any) -> str:
    """The option; of a pair the one that is not the default."""
    name: str = param.secondary_opts[0] if param.default is True else param.opts[0]
    return name


def metrics() -> str:
    """What the API counts of itself."""
    own = (metric for metric in Metrics().registry.collect() if metric.name.startswith("shaodao_"))
    rows = [(f"`{m.name}{'_total' if m.type == 'counter' else ''}`", m.type, m.documentation) for m in own]
    return table(("metric", "kind", "what"), rows)


def search_attributes() -> str:
    """What a Temporal namespace must know before the first case."""
    rows = [(f"`{key.name}`", key.indexed_value_type.name.title()) for key in SEARCH_ATTRIBUTES]
    return table(("name", "type"), rows)
