"""Text that can be kept: what PostgreSQL cannot hold is refused at the door, beside its field.

A command is accepted by the case's workflow before PostgreSQL sees it. A NUL would be in the case's history
by then, and no row could ever be written of it. `middleware.plain_text` looks at the bytes of a body; this
looks at what has been understood of them, whatever their encoding was (JSON may be UTF-16 too).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel, field_validator
from pydantic_core import PydanticCustomError

UNKEEPABLE: Final = "\0"


def require_plain(value: Any) -> Any:
    """`value` itself. Raises PydanticCustomError if a text in it, however deep, has a NUL."""
    if isinstance(value, str):
        if UNKEEPABLE in value:
            raise PydanticCustomError("string_control_characters", "Text must not contain NUL characters")
    elif isinstance(value, BaseModel):
        require_plain(value.__dict__)
    elif isinstance(value, Mapping):
        require_plain([*value.keys(), *value.values()])
    elif isinstance(value, Iterable) and not isinstance(value, bytes):
        for part in value:
            require_plain(part)
    return value


PLAIN: Final[dict[str, Any]] = {"plain": field_validator("*")(require_plain)}
"""For `create_model(__validators__=…)`."""
