"""Phone and identity numbers in free text: hidden at the door, before the words go anywhere.

Words of reports and commands become facts, which many may read and nothing erases. Phone numbers of a report
move to its contact, which few read and which can be erased; identity numbers are not kept at all. Of names
only the one given with the report can be found in its words; forms ask not to write others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple, TypeVar

from pydantic import BaseModel

_MOBILE: Final = r"(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}"
_LANDLINE: Final = r"0\d{2,3}[ -]?\d{7,8}"
_PHONE: Final = re.compile(rf"(?<!\d)(?<!20\d{{6}}-)(?:{_MOBILE}|{_LANDLINE})(?!\d)")
"""Not the counter of a case's number, which may have as many digits."""
_IDENTITY: Final = re.compile(r"(?<![0-9A-Za-z])\d{17}[0-9Xx](?![0-9A-Za-z])")
_HIDDEN: Final = "***"

WRITTEN: Final = frozenset({"note", "reason", "text", "instruction", "reply", "name", "task_force", "triage"})
"""The fields of commands in which people write what they like. All their other texts are ids."""

B = TypeVar("B", bound=BaseModel)


class Scrubbed(NamedTuple):
    """Words without numbers that belong to somebody, and the phone numbers that stood there."""

    words: str
    phones: tuple[str, ...]


def scrub(written: str) -> Scrubbed:
    """What may travel of `written`: of phone numbers the last two digits, of identity numbers nothing."""
    without = _IDENTITY.sub(_HIDDEN, _halfwidth(written))
    phones = tuple(dict.fromkeys(found.group() for found in _PHONE.finditer(without)))
    if not phones and without == _halfwidth(written):
        return Scrubbed(written, ())  # nothing to hide: as it was written, digit for digit
    return Scrubbed(_PHONE.sub(lambda found: f"{_HIDDEN}{found.group()[-2:]}", without), phones)


def without_name(words: str, name: str | None) -> str:
    """The words with `name`, of two characters at least, cut to its first: 王小明 becomes 王**."""
    if name is None or len(name) < 2:
        return words
    whole = rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])"  # Li is not in light
    return re.sub(whole, name[0] + "*" * (len(name) - 1), words)


def scrubbed(body: B, fields: Iterable[str] = WRITTEN) -> B:
    """The body of a command as it may travel."""
    changed: dict[str, str] = {}
    for field in fields:
        written = getattr(body, field, None)
        if isinstance(written, str) and (words := scrub(written).words) != written:
            changed[field] = words
    return body.model_copy(update=changed) if changed else body


def _halfwidth(written: str) -> str:
    """The same with plain digits: 138 is 138 to whoever dials it."""
    return written.translate({0xFF10 + digit: str(digit) for digit in range(10)})
