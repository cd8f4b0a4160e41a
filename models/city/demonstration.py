"""The demonstration people of `data/people.toml`: who they are, and the places they stand around."""

from __future__ import annotations

import base64
import hashlib
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from models.base import Frozen, Words
from models.city.data_files import DATA
from models.city.people import Rank, Role


class DemoPost(Frozen):
    """A post of a demonstration person."""

    unit: str
    role: Role
    rank: Rank | None = None


class DemoPerson(Frozen):
    """Somebody invented. Identities are derived from the login, so that every installation has the same."""

    login: str
    name: str
    shown: Words | None = None
    """What the account is good for, if it is one of those that the first start prints."""
    posts: tuple[DemoPost, ...]

    @property
    def id(self) -> str:
        """The person's opaque identity."""
        return f"p_{_opaque(self.login)}"

    @property
    def post_ids(self) -> tuple[str, ...]:
        """The identities of the posts, in their order."""
        return tuple(f"post_{_opaque(f'{self.login} {number}')}" for number in range(len(self.posts)))


class DemoContact(Frozen):
    """A public contact of a place. The numbers are nobody's."""

    unit: str
    kind: str
    name: str
    phone: str
    note: str = ""


@cache
def demo_people() -> tuple[DemoPerson, ...]:
    """Everybody in `data/people.toml`."""
    return tuple(DemoPerson.model_validate(entry) for entry in _file()["people"])


@cache
def demo_places() -> Mapping[str, str]:
    """Unit ids by the short names that stories use: `dongguan-g18`, `heixi`, `bishan`."""
    places: dict[str, str] = _file()["places"]
    return places


@cache
def demo_contacts() -> tuple[DemoContact, ...]:
    """The public contacts in `data/people.toml`."""
    return tuple(DemoContact.model_validate(entry) for entry in _file()["contacts"])


@cache
def _file() -> dict[str, Any]:
    with (DATA / "people.toml").open("rb") as file:
        return tomllib.load(file)


def _opaque(text: str) -> str:
    digest = hashlib.sha256(f"shaodao demonstration {text}".encode()).digest()
    return base64.b32encode(digest).decode()[:16].lower()


DEMO_ACCOUNTS: Final = tuple(person for person in demo_people() if person.shown is not None)
"""The accounts worth trying first, in the file's order."""
