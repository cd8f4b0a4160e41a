"""Passwords that are made here, told once, and good for choosing another one only."""

from __future__ import annotations

import secrets
from typing import Final

_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are taken for one another when they are read out or copied by hand."""


def first_password() -> str:
    """A password to be told to somebody: three groups of four, 59 random bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
