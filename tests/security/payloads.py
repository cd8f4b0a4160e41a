"""A text that tries to be more than text, and the finding of places where it was."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

MARK: Final = "xqz"
"""Nothing of ours has it, so whatever carries it came from somebody's text."""
_SUM: Final = "9901*99991"
PAYLOAD: Final = (
    f"</script></style></title></textarea><{MARK}-tag on{MARK}=1><img src=x on{MARK}=alert(1)>"
    f"\"on{MARK}=\"1' on{MARK}='1`{{{{{_SUM}}}}}{{%print {_SUM}%}}${{{_SUM}}}javascript:{MARK}()"
)
SHORT: Final = f"\"><{MARK}-tag on{MARK}>'{{{{{_SUM}}}}}"
"""For fields that take few characters."""
RESULT: Final = str(9901 * 99991)
"""What the arithmetic in it would come to if somebody evaluated it; too long to stand there by chance."""
LINK: Final = f"javascript:{MARK}()"
"""For what might become somebody's link."""

_LEADS: Final = frozenset(
    {"href", "src", "action", "formaction", "data", "xlink:href", "poster", "ping", "background"}
    | {"hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete"}
)
_RUNS: Final = ("javascript:", "vbscript:", "data:text", "data:application")
_EVALUATED: Final = frozenset({"hx-vals", "hx-vars", "hx-headers", "hx-trigger", "srcdoc", "style"})
"""Attributes in which nobody's text has a place: they are read as more than text."""
_DATA: Final = frozenset({"application/json", "application/ld+json"})
_SKIPPED: Final = re.compile(r"[\x00-\x20]")
"""What browsers pass over in an address before they look for its scheme."""


@dataclass
class Found:
    """What a page is made of, as far as it came from somebody's text."""

    faults: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    """The texts and attributes with the payload in them as text."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Found()
        self._runs = ""
        """The element whose content is run or applied, while we are in one."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        faults = self.found.faults
        if MARK in tag:
            faults.append(f"an element of theirs: <{tag}>")
        # A block of data is read by our scripts as JSON; that it cannot be left shows by what follows it.
        if tag == "style" or (tag == "script" and dict(attrs).get("type") not in _DATA):
            self._runs = tag
        for name, value in attrs:
            bare = _SKIPPED.sub("", value or "").lower()
            if MARK in name:
                faults.append(f"an attribute of theirs on <{tag}>: {name}")
            if name in _LEADS and bare.startswith(_RUNS):
                faults.append(f"<{tag} {name}> leads to script: {bare[:60]}")
            if tag == "meta" and name == "content" and re.search("url=.?javascript:", bare):
                faults.append(f"<meta> leads to script: {bare[:60]}")
            if name.startswith(("on", "hx-on")):
                faults.append(f"an inline handler on <{tag}>: {name}")
            if name in _EVALUATED and MARK in bare:
                faults.append(f"their text as {name} of <{tag}>")
            if value and MARK in value:
                self.found.texts.append(value)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._runs:
            self._runs = ""

    def handle_data(self, data: str) -> None:
        if MARK in data and self._runs:
            self.found.faults.append(f"their text inside <{self._runs}>")
        elif MARK in data:
            self.found.texts.append(data)


def examine(page: str) -> Found:
    """Read a page as a browser would; what in it is theirs, and whether any is more than text."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    if RESULT in page:
        reader.found.faults.append("their arithmetic was done")
    return reader.found
