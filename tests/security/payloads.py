"""A text that tries to be more than text, and the finding of places where it was."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final

MARK: Final = "xqz"
"""Nothing of ours has it, so whatever carries it came from somebody's text."""
PAYLOAD: Final = (
    f"</script></style></title></textarea><{MARK}-tag on{MARK}=1><img src=x on{MARK}=alert(1)>"
    f"\"on{MARK}=\"1' on{MARK}='1`{{{{7*191}}}}{{%print 7*191%}}${{7*191}}javascript:{MARK}()"
)
SHORT: Final = f"\"><{MARK}-tag on{MARK}=1>'{{{{7*191}}}}"
"""For fields that take few characters."""
SUM: Final = "1337"
"""What the arithmetic in it would come to if somebody evaluated it."""
_LEADS: Final = frozenset({"href", "src", "action", "formaction", "hx-get", "hx-post", "data", "xlink:href"})


def poisoned(text: str, most: int = 4000) -> str:
    """The text with the payload behind it, within `most` characters."""
    for payload in (PAYLOAD, SHORT):
        if len(text) + len(payload) <= most:
            return text + payload
    return SHORT if len(SHORT) <= most else text


@dataclass
class Found:
    """What a page is made of, as far as it came from somebody's text."""

    faults: list[str] = field(default_factory=list)
    shown: int = 0
    """How often the payload stands in the page as text."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Found()
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if MARK in tag:
            self.found.faults.append(f"an element of theirs: <{tag}>")
        if tag in ("script", "style"):
            self._inside.append(tag)
        for name, value in attrs:
            if MARK in name:
                self.found.faults.append(f"an attribute of theirs on <{tag}>: {name}")
            if value and name in _LEADS and value.strip().lower().startswith(("javascript:", "data:text")):
                self.found.faults.append(f"<{tag} {name}> leads to script: {value[:60]}")
            if value and name.startswith("on"):
                self.found.faults.append(f"an inline handler on <{tag}>: {name}")
            if value and name == "style" and MARK in value:
                self.found.faults.append(f"their text as a style of <{tag}>")
            self.found.shown += bool(value and MARK in value)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        self.found.shown += MARK in data


def examine(page: str) -> Found:
    """Read a page as a browser would; what in it is theirs and more than text."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    evaluated = [text for text in (f"{{{SUM}}}", f"`{SUM}", f"$`{SUM}") if text in page]
    if evaluated or (MARK in page and f"1`{SUM}" in page):
        reader.found.faults.append("their arithmetic was done")
    return reader.found


def poison(value: Any, most: dict[str, int], name: str = "") -> Any:
    """The body with the payload in every field that `most` names, with how many characters each takes."""
    if isinstance(value, dict):
        return {key: poison(part, most, key) for key, part in value.items()}
    if isinstance(value, str) and name in most:
        return poisoned(value, most[name])
    return value
