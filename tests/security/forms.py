"""The forms and links of a page, as a browser has them, to be sent back with something else in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from urllib.parse import parse_qsl, urlsplit

_TYPED: Final = frozenset(
    {"text", "search", "tel", "url", "email", "number", "date", "datetime-local", "password"}
)
_NOT_SENT: Final = frozenset({"submit", "button", "reset", "image"})


@dataclass
class Form:
    """One form."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    """What it would send as it stands."""
    typed: set[str] = field(default_factory=set)
    """The fields into which people type."""
    files: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    """Buttons that say which of them was pressed: name and value."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._form: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(said.get("action", ""), said.get("method", "get").lower())
            self.forms.append(self._form)
        for name in ("href", "hx-get"):
            if name in said:
                self.links.append(said[name])
        if self._form is None:
            return
        name, kind = said.get("name", ""), said.get("type", "text")
        match tag:
            case "input" if name and kind == "file":
                self._form.files.add(name)
            case "input" if name and kind not in _NOT_SENT:
                self._form.fields.setdefault(name, said.get("value", ""))
                if kind in _TYPED:
                    self._form.typed.add(name)
            case "textarea" if name:
                self._form.fields.setdefault(name, "")
                self._form.typed.add(name)
            case "select" if name:
                self._select = name
                self._form.fields.setdefault(name, "")
            case "option" if self._select and not self._form.fields[self._select]:
                self._form.fields[self._select] = said.get("value", "")
            case "button" if "formaction" in said:
                self.forms.append(Form(said["formaction"], self._form.method, self._form.fields))
            case "button" if name:
                self._form.buttons.append((name, said.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = ""


def forms_and_links(page: str) -> tuple[list[Form], list[str]]:
    """What of `page` leads on."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.forms, reader.links


def names_for(page: str, path: str) -> set[str]:
    """The names by which `path` may be asked for something: of the page's fields, and in links to itself."""
    forms, links = forms_and_links(page)
    names = {name for form in forms for name in form.fields}
    for link in links:
        parts = urlsplit(link)
        if parts.path in ("", path):
            names |= {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    return names
