"""What the journal keeps, said in the reader's words rather than in those of tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from api.glossary import LEVELS, ROLES, UNIT_KINDS, URGENCIES
from api.pages.admin.matter_form import FIELDS as MATTER_FIELDS
from api.pages.admin.matter_form import SECTIONS
from models.base import Language, Words
from models.clocks.calendar import CITY_ZONE
from models.clocks.calendar_edit import DAY_WORDS

_LABELS: Final[dict[str, Words]] = {
    **MATTER_FIELDS,
    "login": Words(zh="登录名", en="login"),
    "phone": Words(zh="电话", en="telephone"),
    "active": Words(zh="启用", en="in use"),
    "unit_name": Words(zh="单位", en="unit"),
    "role": Words(zh="岗位", en="role"),
    "rank": Words(zh="A、B角", en="rank"),
    "since": Words(zh="自", en="from"),
    "until": Words(zh="至", en="until"),
    "kind": Words(zh="类型", en="kind"),
    "parent": Words(zh="上级", en="above"),
    "version": Words(zh="版本", en="version"),
    "in_force_from": Words(zh="生效", en="in force from"),
    "open_cases": Words(zh="告知在办案件", en="open cases told"),
    "notice": Words(zh="文号", en="notice"),
    "note": Words(zh="说明", en="note"),
    "contact": Words(zh="联系方式", en="contact"),
    "added": Words(zh="增加", en="added"),
    "renamed": Words(zh="更名", en="renamed"),
    "moved": Words(zh="改隶", en="moved"),
    "revived": Words(zh="恢复", en="brought back"),
    "vanished": Words(zh="停用", en="closed"),
    "drawn": Words(zh="新边界", en="new outlines"),
    "redrawn": Words(zh="更换边界", en="outlines replaced"),
}
_TERMS: Final[dict[str, Words]] = {
    str(key): words
    for table in (ROLES, UNIT_KINDS, LEVELS, URGENCIES, SECTIONS, DAY_WORDS)
    for key, words in table.items()
}
_IDS: Final = frozenset({"post", "unit"})
"""What says nothing to people: the name stands beside it."""
YES: Final = Words(zh="是", en="yes")
NO: Final = Words(zh="否", en="no")


def spoken_values(values: Mapping[str, Any] | None, language: Language) -> list[tuple[str, str]]:
    """Each field that was kept, with its label; ids and fields without a value are left out."""
    return [
        (_LABELS[key].in_language(language) if key in _LABELS else key, spoken(value, language))
        for key, value in (values or {}).items()
        if key not in _IDS and value not in (None, "")
    ]


def spoken(value: Any, language: Language) -> str:
    """A value in the reader's words."""
    if isinstance(value, bool):
        return (YES if value else NO).in_language(language)
    if isinstance(value, Mapping) and "zh" in value:
        return str(value[language])
    if isinstance(value, list):
        return "、".join(spoken(each, language) for each in value) or "—"
    if isinstance(value, str):
        if value in _TERMS:
            return _TERMS[value].in_language(language)
        return _instant(value) or value
    return str(value)


def _instant(text: str) -> str | None:
    """The instant in the city's time, if the text is one."""
    if len(text) < len("2026-03-02T01:00:00+00:00") or text[4:5] != "-":
        return None
    try:
        return datetime.fromisoformat(text).astimezone(CITY_ZONE).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return None
