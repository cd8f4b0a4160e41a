"""`make translations`: the texts of the templates, into the catalogues; nothing that was translated is lost.

One file per folder of templates and language. Chinese texts are their own Chinese; English ones are written
by hand, and what is still missing is told at the end.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT: Final = Path(__file__).parents[1]
HERE: Final = ROOT / "translations"
TEMPLATES: Final = ROOT / "templates"
_UNUSED: Final = (
    '"Project-Id', '"Report-Msgid', '"POT-Creation', '"PO-Revision', '"Last-Translator', '"Language-Team',
    '"Plural-Forms', '"Generated-By',
)  # fmt: skip
OPTIONS: Final = {"trimmed": "true", "newstyle_gettext": "true", "extensions": "jinja2.ext.i18n"}


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Every text of the templates in `folder`, with the template that says it."""
    for template in sorted(folder.rglob("*.html")):
        with template.open("rb") as file:
            for _line, message, *_ in extract(
                "jinja2", file, {"_": None, "gettext": None}, options=dict(OPTIONS)
            ):
                yield str(message), str(template.relative_to(TEMPLATES))


def catalogue(folder: Path, locale: str) -> Catalog:
    """The catalogue of one folder, with what is translated so far."""
    path = HERE / locale / f"{folder.name}.po"
    known: dict[str, str] = {}
    if path.exists():
        with path.open("rb") as file:
            known = {str(m.id): str(m.string) for m in read_po(file, locale=locale) if m.id}
    made = Catalog(locale=locale, header_comment="", charset="utf-8", fuzzy=False)
    places: dict[str, list[tuple[str, int]]] = {}
    for text, template in texts(folder):
        places.setdefault(text, [])
        if (template, 0) not in places[text]:
            places[text].append((template, 0))
    for text in sorted(places):
        said = text if locale == "zh_Hans" else known.get(text, "")
        made.add(text, said, locations=places[text])
    return made


def folders() -> list[Path]:
    """The folders of templates."""
    return sorted(path for path in TEMPLATES.iterdir() if path.is_dir() and any(path.rglob("*.html")))


def main() -> None:
    """Write every catalogue anew. Ends with 1 if an English text is missing."""
    missing = []
    for locale in ("zh_Hans", "en"):
        (HERE / locale).mkdir(exist_ok=True)
        for folder in folders():
            made = catalogue(folder, locale)
            missing += [f"{locale}/{folder.name}.po: {m.id}" for m in made if m.id and not m.string]
            out = BytesIO()
            write_po(out, made, width=0, omit_header=False, include_lineno=False)
            # Of the header only what readers need: the same texts make the same file.
            lines = out.getvalue().decode().splitlines()
            kept = [line for line in lines if not line.startswith(_UNUSED)]
            (HERE / locale / f"{folder.name}.po").write_text("\n".join(kept) + "\n")
    for line in missing:
        sys.stderr.write(f"to be translated: {line}\n")
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
