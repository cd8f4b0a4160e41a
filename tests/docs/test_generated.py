"""The generated parts of the documentation are what the code says today; `make docs` renews them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from docs.generate import blocks, states
from docs.generate.walk import Step, steps
from models.case.state import PartyState, Stage, TaskState
from models.case.table import RULES

PAGES = {str(page.relative_to(blocks.DOCS)): page for page in blocks.pages()}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_as_make_docs_would_write_it(name: str) -> None:
    text = PAGES[name].read_text(encoding="utf-8")
    assert blocks.renewed(text) == text, "run `make docs`"
    assert text.count("<!-- generated:") == len(blocks.names(text)), "a marker without its end"


def test_every_generated_part_stands_on_one_page() -> None:
    found = Counter(
        name for page in PAGES.values() for name in blocks.names(page.read_text(encoding="utf-8"))
    )
    assert found == Counter(dict.fromkeys(blocks.BLOCKS, 1))


def test_a_page_that_is_out_of_date_is_renewed() -> None:
    marked = "before\n<!-- generated: desks, by `make docs` -->\nold\n<!-- end of desks -->\nafter\n"
    new = blocks.renewed(marked)
    assert "old" not in new
    assert new.startswith("before\n")
    assert new.endswith("<!-- end of desks -->\nafter\n")
    assert blocks.renewed(new) == new
    with pytest.raises(KeyError):
        blocks.renewed(marked.replace("desks", "nothing"))


@pytest.mark.parametrize("command", RULES)
def test_a_command_leads_where_the_table_of_rules_says(command: str) -> None:
    led = {step.after for step in steps() if step.of == "case" and step.command == command}
    assert led == {stage.value for stage in RULES[command].to}
    left = {Stage(step.before) for step in steps() if step.of == "case" and step.command == command}
    assert left <= RULES[command].stages


@pytest.mark.parametrize(("of", "kind"), [("case", Stage), ("task", TaskState), ("party", PartyState)])
def test_the_walk_reaches_every_state(of: str, kind: type[Stage | TaskState | PartyState]) -> None:
    assert {step.after for step in steps() if step.of == of} == {state.value for state in kind}


def test_the_diagrams_have_an_arrow_for_every_step() -> None:
    drawn = states.case_states() + states.task_states() + states.party_states()
    for step in steps():
        arrow = f"    {step.before or '[*]'} --> {step.after} : "
        labels = [line.removeprefix(arrow) for line in drawn.splitlines() if line.startswith(arrow)]
        assert any(step.command in label for label in labels), step


def test_what_has_ended_is_left_by_nothing() -> None:
    ended = {Stage.DECLINED, Stage.MERGED, Stage.VOIDED, Stage.ARCHIVED}
    assert not [step for step in steps() if step.of == "case" and step.before in ended]
    assert Step("case", "closed", "clock", "archived") in steps()


def test_main_writes_what_is_out_of_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from docs.generate import __main__ as program

    page = tmp_path / "docs" / "page.md"
    page.parent.mkdir()
    page.write_text(
        "<!-- generated: desks, by `make docs` -->\nold\n<!-- end of desks -->\n", encoding="utf-8"
    )
    monkeypatch.setattr(program, "DOCS", page.parent)
    monkeypatch.setattr(program, "pages", lambda: [page])
    program.main()
    assert "`grid`" in page.read_text(encoding="utf-8")
