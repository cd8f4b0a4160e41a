"""The words of the pages: gettext catalogues under `translations/`, a file per folder of templates.

Templates are written in Chinese, so a Chinese text is its own key; `zh_Hans` holds the texts as they are
shown and `en` their English. Both are complete: a test compares them with the templates.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po

from models.base import Language

FOLDER: Final = Path(__file__).parents[2] / "translations"
LOCALES: Final[dict[Language, str]] = {"zh": "zh_Hans", "en": "en"}


@cache
def catalogue(language: Language, folder: str) -> dict[str, str]:
    """The texts of one folder of templates in `language`, by their Chinese keys; of all of them for `*`.

    A short text may mean something else elsewhere: 上报 is what a form does, and the head of a column.
    """
    found: dict[str, str] = {}
    for path in sorted((FOLDER / LOCALES[language]).glob(f"{folder}.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=LOCALES[language]):
                if message.id and message.string and not message.fuzzy:
                    found.setdefault(str(message.id), str(message.string))
    return found


def translated(language: Language, text: str, template: str) -> str:
    """`text` in `language` as `template` says it; the Chinese itself where nobody has translated it yet."""
    own = catalogue(language, template.partition("/")[0])
    return own.get(text) or catalogue(language, "*").get(text, text)
