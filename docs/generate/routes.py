"""Every address of the interface, from its OpenAPI document."""

from __future__ import annotations

from typing import Final

from api.app import create_app
from api.paths import API
from docs.generate.tables import table
from models.case.table import RULES
from runtime.settings import Settings

_COMMANDS: Final = f"{API}/cases/{{number}}/"


def routes() -> str:
    """The addresses in the document's order; those of the commands in one row."""
    document = create_app(Settings()).openapi()
    rows, named = [], []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if path.startswith(_COMMANDS) and path.removeprefix(_COMMANDS) in RULES:
                named.append(path.removeprefix(_COMMANDS))
                continue
            rows.append((f"`{method.upper()} {path}`", operation["summary"]))
    rows.append((f"`POST {_COMMANDS}…`", f"the {len(named)} commands: {', '.join(named)}"))
    return table(("call", "what"), rows)
