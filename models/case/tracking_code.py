"""Tracking codes (查询码): by which a resident follows a report, without an account and without its number.

`K7QM-2X9D-4HTR`: eleven random characters, 55 bits, and one that checks them, in Crockford's base 32, which
has no letter that is mistaken for a digit. What people mistype all the same (O for 0, I or L for 1) is read
right.
"""

from __future__ import annotations

import re
from hashlib import blake2b, sha256
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 12
"""Characters without the hyphens, the check included."""
_GROUP: Final = 4
_MISREAD: Final = str.maketrans("OIL", "011")
_BITS: Final = 5
_CODE: Final = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")


def code_from(secret: bytes) -> str:
    """The code that belongs to `secret`, which must be as hard to guess: at least 16 random bytes.

    The same secret gives the same code, so that a report sent twice is told the same one.
    """
    number = int.from_bytes(blake2b(secret, digest_size=8, person=b"tracking").digest())
    body = "".join(ALPHABET[number >> (_BITS * place) & 31] for place in range(LENGTH - 1))
    return body + _check(body)


def read_code(typed: str) -> str | None:
    """The code in what somebody typed, or None if it cannot be one: too long, too short, or mistyped."""
    plain = re.sub(r"[\s\-\u2010-\u2015]+", "", typed).upper().translate(_MISREAD)
    if _CODE.fullmatch(plain) is None or _check(plain[:-1]) != plain[-1]:
        return None
    return plain


def grouped(code: str) -> str:
    """The code as it is shown and printed: K7QM-2X9D-4HTR."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def code_hash(code: str) -> str:
    """What is kept of a code."""
    return sha256(f"shaodao tracking {code}".encode()).hexdigest()


def _check(body: str) -> str:
    """Luhn's check in base 32: finds every wrong character, and nearly every two that changed places."""
    total = 0
    for place, character in enumerate(reversed(body)):
        value = ALPHABET.index(character) * (2 if place % 2 == 0 else 1)
        total += value // len(ALPHABET) + value % len(ALPHABET)
    return ALPHABET[-total % len(ALPHABET)]
