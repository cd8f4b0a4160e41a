"""What a workflow's code asks of Temporal, read from its source: the commands, where, and with which options.

Two codes with one fingerprint may still replay differently; but a change of the fingerprint is a change that
open cases have to be thought of for. `python -m tests.replay.fingerprints` writes the present ones down.
"""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
KEPT: Final = Path(__file__).with_name("fingerprints.json")

COMMANDS: Final = frozenset(
    {
        "continue_as_new",
        "create_task",
        "deprecate_patch",
        "execute_activity",
        "execute_child_workflow",
        "execute_local_activity",
        "gather",
        "get_external_workflow_handle",
        "patched",
        "signal",
        "sleep",
        "start_activity",
        "start_child_workflow",
        "start_local_activity",
        "upsert_memo",
        "upsert_search_attributes",
        "wait",
        "wait_condition",
        "wait_for",
    }
)
"""Calls that become commands in a history, or decide in which order others do."""
_HANDLERS: Final = frozenset({"defn", "init", "query", "run", "signal", "update", "validator"})
_BRANCHES: Final = {
    ast.If: "if",
    ast.While: "while",
    ast.For: "for",
    ast.Try: "try",
    ast.ExceptHandler: "except",
    ast.IfExp: "if",
}


class _Reader(ast.NodeVisitor):
    """Collects commands in the order of the source, each with where it stands."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._within: list[str] = []

    def generic_visit(self, node: ast.AST) -> None:
        """Remember the way down."""
        name = _BRANCHES.get(type(node))
        children = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = node.name
            for decorator in node.decorator_list:
                self._handler(node.name, decorator)
                children.remove(decorator)
        if name:
            self._within.append(name)
        for child in children:
            self.visit(child)
        if name:
            self._within.pop()

    def visit_Call(self, node: ast.Call) -> None:
        """A call, if it is a command."""
        if isinstance(node.func, ast.Attribute) and node.func.attr in COMMANDS:
            first = [ast.unparse(node.args[0])] if node.args and isinstance(node.args[0], ast.Name) else []
            options = sorted(keyword.arg or "**" for keyword in node.keywords)
            where = ".".join(self._within)
            self.found.append(f"{where}: {node.func.attr}({', '.join(first + options)})")
        self.generic_visit(node)

    def _handler(self, name: str, decorator: ast.expr) -> None:
        call = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(call, ast.Attribute) and call.attr in _HANDLERS:
            self.found.append(f"{'.'.join([*self._within, name])}: @{ast.unparse(decorator)}")


def fingerprint(source: str) -> list[str]:
    """The commands in a module's source, in their order."""
    reader = _Reader()
    reader.visit(ast.parse(source))
    return reader.found


def present() -> dict[str, list[str]]:
    """The fingerprint of every module of `workflows` that gives commands."""
    modules = sorted((ROOT / "workflows").rglob("*.py"))
    found = {path.relative_to(ROOT).as_posix(): fingerprint(path.read_text("utf-8")) for path in modules}
    return {path: commands for path, commands in found.items() if commands}


if __name__ == "__main__":
    KEPT.write_text(json.dumps(present(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
