"""What holds for every page: translated whole, nothing inline, vendored files as they were fetched."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from api.pages.assets import STATIC
from api.pages.rendering import environment
from translations.update import folders, texts

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
VENDOR = STATIC / "vendor"
PLACES = re.compile(r"%\(\w+\)s|%%|\{\}")
HAN = re.compile(r"[\u4e00-\u9fff]")
OWN_ASSETS = [
    path for path in STATIC.rglob("*.*") if VENDOR not in path.parents and path.suffix in (".js", ".css")
]


def _catalogue(locale: str, folder: Path) -> dict[str, str]:
    path = ROOT / "translations" / locale / f"{folder.name}.po"
    with path.open("rb") as file:
        return {
            str(message.id): str(message.string) for message in read_po(file, locale=locale) if message.id
        }


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
def test_every_text_is_translated(folder: Path, locale: str) -> None:
    said = {text for text, _template in texts(folder)}
    translated = _catalogue(locale, folder)
    assert said == set(translated), "run `make translations`"
    assert [text for text, other in translated.items() if not other] == []
    for text, other in translated.items():
        assert sorted(PLACES.findall(text)) == sorted(PLACES.findall(other)), text
        if locale == "en":
            assert not HAN.search(other), f"“{other}” is not English"


@pytest.mark.parametrize("template", sorted(environment.list_templates()))
def test_a_template_is_whole_and_has_nothing_inline(template: str) -> None:
    environment.get_template(template)
    source = (TEMPLATES / template).read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)", source), "scripts are files"
    assert not re.search(r"<style\b|\sstyle=", source), "the policy blocks inline styles"
    assert not re.search(r"\son[a-z]+=|hx-on\b|javascript:", source), "handlers are in files"
    assert not re.search(r"\shx-(ext|vars|disinherit|params|encoding)=|\ssse-", source), "habits of htmx 2"
    for element in re.findall(r"<[a-z-]+(?:[^<>\"]|\"[^\"]*\"|\{\{.*?\}\}|\{%.*?%\})*>", source):
        if re.search(r"\shx-(?!nonce)[a-z]|\{\{ renewing", element) and not element.startswith("<hx-partial"):
            assert "{{ hx }}" in element, f"without a nonce htmx strips {element[:90]}"
        if re.search(r"hx-trigger=\"[^\"]*(from:#live|every |desk-ask)", element):
            assert "{{ renewing }}" in element, f"leads away from the page: {element[:90]}"


@pytest.mark.parametrize("template", sorted(environment.list_templates()))
def test_a_template_speaks_through_the_catalogues(template: str) -> None:
    source = (TEMPLATES / template).read_text()
    bare = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}|<!--.*?-->", "", source, flags=re.DOTALL)
    bare = re.sub(r"<pre\b.*?</pre>", "", bare, flags=re.DOTALL)  # examples of files
    bare = re.sub(r"<(\w+)[^>]*lang=\"zh-Hans\"[^>]*>.*?</\1>", "", bare, flags=re.DOTALL)
    assert HAN.findall(re.sub(r"[：；，。（）、《》“”]", "", bare)) == []


def test_vendored_files_are_as_they_were_fetched() -> None:
    lines = (line.split("  ") for line in (VENDOR / "hashes.txt").read_text().splitlines())
    listed = {name: digest for digest, name in lines}
    here = {
        str(p.relative_to(VENDOR)): p for p in VENDOR.rglob("*") if p.is_file() and p.name != "hashes.txt"
    }
    assert set(listed) == set(here)
    for name, path in here.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == listed[name], name


def test_icons_that_are_used_are_in_the_sprite() -> None:
    sprite = next(VENDOR.glob("tabler-icons-*/icons.svg")).read_text()
    there = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    used = {
        name
        for template in environment.list_templates()
        for name in re.findall(r"icon\(\s*['\"]([a-z0-9-]+)['\"]", (TEMPLATES / template).read_text())
    }
    assert used - there == set()


@pytest.mark.parametrize("path", OWN_ASSETS, ids=lambda path: str(path.relative_to(STATIC)))
def test_what_we_wrote_for_browsers_asks_nobody_else(path: Path) -> None:
    source = path.read_text()
    assert not re.search(r"https?://(?!www\.w3\.org/)", source)
    assert "eval(" not in source
