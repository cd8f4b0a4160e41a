"""The few primitives that every room of the core shares."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict

Language = Literal["zh", "en"]


class Frozen(BaseModel):
    """A value: immutable, strict about unknown fields, compared by content."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        """Itself: nobody can tell a value from its copy. Pydantic copies defaults at every validation."""
        del memo
        return self


class Words(Frozen):
    """The same words in the two languages of the interface, Chinese first."""

    zh: str
    en: str

    def in_language(self, language: Language) -> str:
        """The words in `language`."""
        return self.zh if language == "zh" else self.en


class Urgency(StrEnum):
    """How pressing a matter is (紧急程度). Not to be confused with the overdue light."""

    ORDINARY = "ordinary"  # 一般
    URGENT = "urgent"  # 紧急
    CRITICAL = "critical"  # 特急, the red order 红色工单
