"""What a backup says of itself: its parts with their hashes, and the instants they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

from models.base import Frozen

MANIFEST: Final = "manifest.json"
"""The archive's last member."""
POSTGRES_DUMP: Final = "postgres.dump"
TEMPORAL_COPY: Final = "temporal.db.gz"
FORMAT: Final = 1
"""The layout of archives; a later one is refused, not guessed at."""

_KNOWN: Final = re.compile(
    r"postgres\.dump|temporal\.db\.gz|secrets/[a-z_]{1,40}|attachments/([0-9a-f]{2})/\1[0-9a-f]{62}"
)


class Part(StrEnum):
    """What a house keeps, and what can be brought back by itself."""

    POSTGRES = "postgres"
    TEMPORAL = "temporal"
    ATTACHMENTS = "attachments"
    SECRETS = "secrets"


class Member(Frozen):
    """One file of the archive."""

    name: str
    size: int
    """Bytes."""
    sha256: str


class Manifest(Frozen):
    """The whole of a backup."""

    format: int = FORMAT
    version: str
    """The version of the product that made it."""
    schema_revision: str
    """The newest migration of the database it was made of."""
    postgres_at: datetime
    """The instant (UTC) whose records it has."""
    temporal_at: datetime | None = None
    """The instant (UTC) whose workflows it has; none if Temporal's server is somebody else's."""
    payload_keys: tuple[str, ...] = ()
    """The ids of the payload keys that its workflows need. The keys themselves are not in it."""
    members: tuple[Member, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts it has; pictures and secrets may be none."""
        found = {part_of(member.name) for member in self.members}
        return tuple(part for part in Part if part in found)

    def of(self, parts: Iterable[Part]) -> tuple[Member, ...]:
        """The files of these parts."""
        wanted = set(parts)
        return tuple(member for member in self.members if part_of(member.name) in wanted)


def known(name: str) -> bool:
    """Whether an archive may hold a file of this name: no other way into a folder is taken."""
    return _KNOWN.fullmatch(name) is not None


def part_of(name: str) -> Part:
    """The part that the file belongs to."""
    match name.partition("/")[0]:
        case "secrets":
            return Part.SECRETS
        case "attachments":
            return Part.ATTACHMENTS
        case "temporal.db.gz":
            return Part.TEMPORAL
        case _:
            return Part.POSTGRES
