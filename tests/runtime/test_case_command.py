"""`shaodao case`: what is typed becomes the command's body."""

from __future__ import annotations

import pytest
import typer

from runtime.case_command import parsed


@pytest.mark.parametrize(
    ("typed", "body"),
    [
        ("note=已换灯泡", {"note": "已换灯泡"}),
        ("score=5", {"score": 5}),
        ("reached=true", {"reached": True}),
        ("lead=500120001005-g18", {"lead": "500120001005-g18"}),
        ("to=500120001005", {"to": "500120001005"}),
        ('units=["500120-xiaofang"]', {"units": ["500120-xiaofang"]}),
        ("reason=a=b", {"reason": "a=b"}),
    ],
)
def test_a_pair_is_a_field(typed: str, body: dict[str, object]) -> None:
    assert parsed([typed]) == body


@pytest.mark.parametrize("typed", ["note", "=x", ""])
def test_what_is_no_pair_is_refused_with_an_example(typed: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        parsed([typed])
    assert "name=value" in capsys.readouterr().err
