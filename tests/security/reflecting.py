"""Sends the payload in every parameter of every address and in every field of every form there is.

What there is comes from the application itself: its routes, and the forms and links of its own pages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

import httpx

from tests.security.cookies import browser_of
from tests.security.forms import Form, forms_and_links, names_for
from tests.security.payloads import LINK, PAYLOAD, SHORT, examine
from tests.security.poisoned_day import PoisonedDay
from tests.security.routes import PAGE_ROUTES, Route
from tests.support.page_list import ShownPage, page_list
from tests.support.product import Browser

ALSO: Final = frozenset(
    {"next", "back", "q", "after", "cursor", "note", "task", "unit", "tab", "seen", "lang"}
)
"""Parameters that pages read and that stand in no form or link of theirs."""
ENDING: Final = frozenset({"/sign-out", "/me/post", "/me/sessions/{session_id}/revoke", "/me/password"})
"""Forms that end the visit or change who one is; sent last."""
BESIDES: Final = (
    ("bicheng-dispatch", "target"),
    ("bicheng-dispatch", "reopened"),
    ("bicheng-dispatch", "paused"),
    ("bicheng-dispatch", "worked"),
    ("bicheng-minsheng", "called"),
    ("bicheng-minsheng", "asked"),
    ("bicheng-command", "asked"),
    ("bicheng-command", "paused"),
    ("bishan-jiaojing", "called"),
    ("dongguan-2", "verify"),
    ("dongguan-2", "call-back"),
    ("dongguan", "closed"),
)
"""Whose page of which case leads to commands that no listed page leads to."""
_END: Final = "⟦end⟧"
TEXT: Final = PAYLOAD + _END
BRIEF: Final = SHORT + _END
_LONG: Final = "长" * 6000 + TEXT
"""More than any field takes, so that the form comes back with it."""
_BLANK: Final = re.compile(r"\{[^}]*\}")
_COMMAND: Final = re.compile(r"/cases/[^/]+/do/([a-z-]+)")


def route_of(method: str, path: str) -> Route:
    """The route that answers it, as the application would choose it."""
    for route in PAGE_ROUTES:
        pattern = "[^/]+".join(map(re.escape, _BLANK.split(route.path)))
        if route.method == method and re.fullmatch(pattern, path):
            return route
    raise LookupError(f"no route for {method} {path}")


class Reflecting:
    """Somebody who tries it everywhere, and notes where it came back and whether it was more than text."""

    def __init__(self, day: PoisonedDay) -> None:
        self._day = day
        self._readers: dict[str | None, Browser] = {}
        self._pages: dict[tuple[str | None, str], str] = {}
        self._forms: dict[tuple[object, ...], tuple[str | None, str, Form]] = {}
        self.faults: list[str] = []
        self.asked: dict[str, set[str]] = {}
        """By route, the parameters or fields in which the payload was sent."""
        self.came_back: set[str] = set()
        """The routes whose answer had it, as text."""

    async def addresses(self) -> None:
        """In every part of every address, one at a time."""
        listed = [(route_of("GET", self._path(page)), page) for page in page_list().pages]
        for route, page in {route: (route, page) for route, page in listed}.values():
            parts = self._path(page).split("/")
            for place, part in enumerate(route.path.split("/")):
                for text in (TEXT, LINK) if "{" in part else ():
                    path = "/".join([*parts[:place], quote(text, safe=""), *parts[place + 1 :]])
                    await self._get(page.login, route.path, path, {part})
        for route in {route for route in PAGE_ROUTES if route.method == "GET"} - {
            route for route, _ in listed
        }:
            blanks = dict.fromkeys(route.blanks, quote(TEXT, safe=""))
            if blanks:
                await self._get("admin", route.path, route.at(**blanks), set(blanks))

    async def parts(self) -> None:
        """In every parameter of what pages fetch afterwards."""
        for path, what in page_list().not_pages.items():
            for name in sorted(ALSO | {"matter", "text"}) if "a part of" in what and "{" not in path else ():
                await self._get("dongguan-g18", path, path, {name}, {name: TEXT})

    async def parameters(self) -> None:
        """In every parameter that a page has a field or a link for, one at a time; and in some others."""
        for page in page_list().pages:
            path, route = self._path(page), route_of("GET", self._path(page)).path
            names = names_for(await self._page(page.login, page.at(self._day.shown.values())), path)
            for name in sorted(names - self.asked.get(route, set())):
                await self._get(page.login, route, path, {name}, {name: BRIEF})
            for text in (TEXT, LINK):
                await self._get(page.login, route, path, set(), dict.fromkeys(names | ALSO, text))

    async def forms(self) -> None:
        """In every form, so that it comes back with what is wrong; every field of it, typed or not."""
        await self._collect()
        for login, route, form in sorted(self._forms.values(), key=lambda found: found[1] in ENDING):
            browser = await self._as(login)
            for pressed in [dict([button]) for button in form.buttons] or [{}]:
                typed = {**form.fields, **dict.fromkeys(form.typed, _LONG), **pressed}
                whole = {**dict.fromkeys(form.fields, TEXT), **dict.fromkeys(form.typed, BRIEF), **pressed}
                files = {
                    name: (f"{TEXT}.csv", f"code,name\n{TEXT}".encode(), "text/csv") for name in form.files
                }
                for data, brought in ((typed, None), (whole, files or None)):
                    answer = await browser.post(form.action, data=data, files=brought)
                    self._look(route, set(form.fields) | form.files, answer)

    async def _collect(self) -> None:
        """The forms of all pages, and of the commands to which they lead; each kind of form once."""
        commands: dict[str, tuple[str | None, str]] = {}
        pages = [(page.login, page.at(self._day.shown.values())) for page in page_list().pages]
        numbers = self._day.shown.numbers | self._day.rest
        pages += [(login, f"/cases/{numbers[name]}") for login, name in BESIDES]
        pages += [(None, f"/track/{self._day.codes['evaluated']}")]
        pages += [("admin", path) for path in self._day.closed]
        for login, path in pages:
            for link in await self._take(login, path):
                if found := _COMMAND.match(link):
                    commands.setdefault(found[1], (login, link))
        for login, link in commands.values():
            await self._take(login, link)
        self.commands = set(commands)

    async def _take(self, login: str | None, path: str) -> list[str]:
        forms, links = forms_and_links(await self._page(login, path))
        for form in forms:
            form.action = form.action or path
            action = urlsplit(form.action).path
            if form.method != "post":
                continue
            route = route_of("POST", action).path
            command = _COMMAND.match(action)
            key = (route, command and command[1], frozenset(form.fields), frozenset(form.buttons))
            self._forms.setdefault(key, (login, route, form))
        return links

    def _path(self, page: ShownPage) -> str:
        return page.at(self._day.shown.values()).partition("?")[0]

    async def _page(self, login: str | None, path: str) -> str:
        """The page as it was at first."""
        if (login, path) not in self._pages:
            self._pages[login, path] = (await (await self._as(login)).get(path)).text
        return self._pages[login, path]

    async def _as(self, login: str | None) -> Browser:
        if login not in self._readers:
            person = await self._day.product.admitted(login) if login else None
            self._readers[login] = browser_of(self._day.product, person)
        return self._readers[login]

    async def _get(
        self,
        login: str | None,
        route: str,
        path: str,
        names: set[str],
        query: Mapping[str, str] | None = None,
    ) -> None:
        browser = await self._as(login)
        self._look(route, names, await browser.get(f"{path}?{urlencode(query)}" if query else path))

    def _look(self, route: str, names: set[str], answer: httpx.Response) -> None:
        self.asked.setdefault(route, set()).update(names)
        if answer.status_code >= 500:
            self.faults.append(f"{route} {sorted(names)}: {answer.status_code}")
        self.faults += [
            f"{route} {sorted(names)}: a header {name}: {value}"
            for name, value in answer.headers.items()
            if "\n" in value or value.lower().startswith("javascript:")
        ]
        if answer.headers.get("content-type", "").startswith("text/html"):
            found = examine(answer.text)
            self.faults += [f"{route} {sorted(names)}: {fault}" for fault in found.faults]
            if any(_END in text for text in found.texts):
                self.came_back.add(f"{answer.request.method} {route}")
