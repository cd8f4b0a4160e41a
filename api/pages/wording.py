"""How pages say things: times, durations and the field's terms, in the reader's language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_timedelta
from markupsafe import Markup, escape

from api import glossary
from models.base import Language, Urgency, Words
from models.case.state import Stage
from models.case.table import RULES
from models.case.wording import STAGES
from models.city.people import Role
from models.city.units import UnitKind
from models.clocks.clock import Light

CITY_TIME: Final = ZoneInfo("Asia/Shanghai")
_LOCALES: Final[dict[Language, str]] = {"zh": "zh_Hans", "en": "en"}
_TERMS: Final[dict[tuple[type[StrEnum], str], Words]] = {
    (type(key), str(key)): words
    for table in (
        STAGES,
        glossary.ROLES,
        glossary.URGENCIES,
        glossary.LIGHTS,
        glossary.UNIT_KINDS,
        glossary.LEVELS,
        glossary.CHANNELS,
        glossary.TASK_ROLES,
        glossary.TASK_STATES,
        glossary.PARTY_STATES,
        glossary.GROUNDS,
        glossary.REQUESTS,
        glossary.SECTIONS,
    )
    for key, words in table.items()
}
"""By the type too: members of different enumerations may be equal as texts."""
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Speech:
    """Everything a template says with, for one language and one instant."""

    def __init__(self, language: Language, now: datetime) -> None:
        self.language = language
        self.now = now

    def say(self, words: Words) -> str:
        """The words in the reader's language."""
        return words.in_language(self.language)

    def term(self, key: StrEnum) -> str:
        """The field's term for a member of one of the core's enumerations."""
        return self.say(_TERMS[type(key), str(key)])

    def stage_word(self, stage: str) -> str:
        """The name of a stage."""
        return self.term(Stage(stage))

    def urgency_word(self, urgency: str) -> str:
        """The name of an urgency."""
        return self.term(Urgency(urgency))

    def role_word(self, role: str) -> str:
        """The name of a role."""
        return self.term(Role(role))

    def light_word(self, light: str) -> str:
        """The name of a light."""
        return self.term(Light(light))

    def unit_kind_word(self, kind: str) -> str:
        """The name of a kind of unit."""
        return self.term(UnitKind(kind))

    def command_word(self, command: str) -> str:
        """The name of a command, as buttons show it."""
        words = self.say(RULES[command].words)
        return words if self.language == "zh" else words[0].upper() + words[1:]

    def local(self, at: datetime) -> str:
        """The instant in the city's time: 3月2日 09:20, with the year when it is not this one."""
        here, this_year = at.astimezone(CITY_TIME), self.now.astimezone(CITY_TIME).year
        clock = f"{here:%H:%M}"
        if self.language == "zh":
            day = f"{here.month}月{here.day}日"
            return f"{day} {clock}" if here.year == this_year else f"{here.year}年{day} {clock}"
        day = f"{here.day} {_MONTHS[here.month - 1]}"
        return f"{day} {clock}" if here.year == this_year else f"{day} {here.year} {clock}"

    def precise(self, at: datetime) -> str:
        """The instant to the second, with the year: 2026-03-02 09:20:11."""
        return f"{at.astimezone(CITY_TIME):%Y-%m-%d %H:%M:%S}"

    def duration(self, spent: timedelta | float) -> str:
        """A length of time in its two largest units: 2天3小时, 5 min 10 s becomes 5 min."""
        seconds = int(spent.total_seconds() if isinstance(spent, timedelta) else spent)
        parts: list[str] = []
        for size, zh, en in ((86_400, "天", "d"), (3_600, "小时", "h"), (60, "分钟", "min"), (1, "秒", "s")):
            count, seconds = divmod(seconds, size)
            if count or (size == 1 and not parts):
                parts.append(f"{count}{zh}" if self.language == "zh" else f"{count} {en}")
            if len(parts) == 2 or (parts and size == 60):
                break
        return ("" if self.language == "zh" else " ").join(parts)

    def ago(self, at: datetime) -> str:
        """The instant as seen from now: 12分钟前, in 3 hours."""
        locale = _LOCALES[self.language]
        return format_timedelta(at - self.now, add_direction=True, locale=locale, threshold=1.2)

    def when(self, at: datetime | None, *, relative: bool = False) -> Markup:
        """The instant as an element that shows it in the city's time, to the second in its title."""
        if at is None:
            return Markup("—")
        stamp = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        head = Markup('<time datetime="{}" title="{}"').format(stamp, self.precise(at))
        if not relative:
            return head + Markup(">{}</time>").format(self.local(at))
        return head + Markup(" data-relative>{}</time>").format(escape(self.ago(at)))
