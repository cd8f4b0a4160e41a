"""The exception tree of the API, and that its drawing is true."""

from __future__ import annotations

import re

from api import errors
from api.errors import ApiError


def _tree(root: type[ApiError], depth: int = 0) -> list[tuple[int, str, int, str]]:
    drawn: list[tuple[int, str, int, str]] = []
    for error in root.__subclasses__():
        drawn.append((depth, error.__name__, error.status, error.code))
        drawn += _tree(error, depth + 1)
    return drawn


def test_the_drawing_at_the_top_of_the_module_is_the_tree() -> None:
    line = re.compile(r"^    ((?:│   |    )*)[├└]── (\w+) +(\d{3}) (\w+)$", re.MULTILINE)
    drawn = [
        (len(indent) // 4, name, int(status), code)
        for indent, name, status, code in line.findall(errors.__doc__ or "")
    ]
    assert drawn == _tree(ApiError)


def test_every_error_has_a_code_of_its_own_and_words_in_both_languages() -> None:
    tree = _tree(ApiError)
    assert len({code for *_, code in tree}) == len(tree)
    for _, name, _, _ in tree:
        title = getattr(errors, name).title
        assert re.search(r"[一-鿿]", title.zh)
        assert re.fullmatch(r"[\x20-\x7e]+", title.en)


def test_a_kind_keeps_the_status_of_what_it_is_a_kind_of() -> None:
    for error in ApiError.__subclasses__():
        assert {kind.status for kind in error.__subclasses__()} <= {error.status}
