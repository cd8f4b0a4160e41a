"""Phone and identity numbers in what residents write: hidden before the words go anywhere.

Words of a report become facts, which many may read and nothing erases. Phone numbers move to the contact,
which few read and which can be erased; identity numbers are not kept at all. Names cannot be found this way:
the form asks not to write any.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_MOBILE: Final = r"(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}"
_LANDLINE: Final = r"0\d{2,3}[ -]?\d{7,8}"
_PHONE: Final = re.compile(rf"(?<!\d)(?:{_MOBILE}|{_LANDLINE})(?!\d)")
_IDENTITY: Final = re.compile(r"(?<![0-9A-Za-z])\d{17}[0-9Xx](?![0-9A-Za-z])")
_HIDDEN: Final = "***"


class Scrubbed(NamedTuple):
    """Words without numbers that belong to somebody, and the phone numbers that stood there."""

    words: str
    phones: tuple[str, ...]


def scrub(written: str) -> Scrubbed:
    """What may travel of `written`: of phone numbers the last two digits, of identity numbers nothing."""
    without = _IDENTITY.sub(_HIDDEN, _halfwidth(written))
    phones = tuple(dict.fromkeys(found.group() for found in _PHONE.finditer(without)))
    return Scrubbed(_PHONE.sub(lambda found: f"{_HIDDEN}{found.group()[-2:]}", without), phones)


def _halfwidth(written: str) -> str:
    """The same with plain digits: 138 is 138 to whoever dials it."""
    return written.translate({0xFF10 + digit: str(digit) for digit in range(10)})
