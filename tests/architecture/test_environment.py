"""What a process is told comes by settings: the environment is read there, and where it is said here."""

from __future__ import annotations

import ast
from typing import Final

import pytest

from tests.architecture.test_house import ROOT, tracked

ELSEWHERE: Final = frozenset({"tests", "bench"})
"""They start processes of the product, and say what these are told."""
READERS: Final = {
    "runtime/settings.py": "whether Temporal's address is given; all of ours is read by pydantic",
    "runtime/temporal.py": "whether Temporal's own file of settings is asked for",
    "runtime/tether.py": "sets the home of an account that it changes to",
    "runtime/processes.py": "children have what their parent has",
    "runtime/backing_up/shipped.py": "PostgreSQL's programs have it too, and the password beside it",
    "runtime/doors.py": "children find the same modules",
}


def _reads(source: str) -> bool:
    """Whether the module reaches for the environment, under whatever name."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr="environ" | "environb" | "getenv" | "getenvb"):
                return True
            case ast.ImportFrom(module="os", names=names):
                if {name.name for name in names} & {"environ", "environb", "getenv", "getenvb", "*"}:
                    return True
    return False


def test_the_environment_is_read_by_the_settings_and_where_it_is_said() -> None:
    readers = {
        name
        for path in tracked()
        if path.suffix == ".py" and (name := str(path.relative_to(ROOT))).split("/")[0] not in ELSEWHERE
        if _reads(path.read_text(encoding="utf-8"))
    }
    assert readers == set(READERS)


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.environ['X']",
        "import os\nos.getenv('X')",
        "from os import environ",
        "from os import getenv as g",
        "import os as o\no.environ.get('X')",
        "from os import *",
    ],
)
def test_a_module_that_reads_it_would_be_found(source: str) -> None:
    assert _reads(source)


def test_other_modules_are_let_alone() -> None:
    assert not _reads("import os\nos.path.join('environ', environ)")
