"""The pages hold together: links lead somewhere, and every setting and room that is named exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").glob("*.md")])
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.strip().lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        there = (page.parent / target).resolve() if target else page
        assert there.exists(), target
        if anchor:
            assert anchor in anchors(there), f"{target}#{anchor}"


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_map_of_the_house_has_every_room(name: str) -> None:
    drawn = re.search(r"```text\n(models/.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
    assert drawn is not None
    named = set(re.findall(r"^ {0,2}([\w.]+/?)", drawn[1], re.MULTILINE))
    top = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()} - {"tests"}
    top |= {"data", "migrations", "deploy", "docs", "tests", "templates"}
    below = {path.parent.name for path in (ROOT / "models").glob("*/__init__.py")}
    assert {room.rstrip("/") for room in named} >= top | below


def test_decisions_are_listed_and_numbered_without_a_gap() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(path.name for path in folder.glob("*.md") if path.name != "README.md")
    assert [name[:4] for name in records] == [f"{number:04d}" for number in range(1, len(records) + 1)]
    index = (folder / "README.md").read_text(encoding="utf-8")
    for name in records:
        title = (folder / name).read_text(encoding="utf-8").partition("\n")[0].removeprefix(f"# {name[:4]} ")
        assert f"| [{name[:4]}]({name}) | {title} |" in index


@pytest.mark.parametrize("heading", ["Context", "Decision", "Consequences", "Instead of"])
def test_decisions_have_the_same_form(heading: str) -> None:
    for path in (ROOT / "docs" / "decisions").glob("0*.md"):
        assert f"\n## {heading}\n" in path.read_text(encoding="utf-8"), path.name
