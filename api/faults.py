"""Faults of single fields, said in the caller's language and without repeating what was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.problems import FieldFault
from models.base import Language

_CHINESE: Final[dict[str, str]] = {
    "missing": "此项必填",
    "extra_forbidden": "没有此项",
    "json_invalid": "不是有效的 JSON",
    "string_type": "应为文字",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "至多 {max_length} 个字符",
    "string_pattern_mismatch": "格式不正确",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "bool_type": "应为是或否",
    "bool_parsing": "应为是或否",
    "enum": "应为以下之一：{expected}",
    "literal_error": "应为以下之一：{expected}",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "应不小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "应不大于 {le}",
    "too_short": "至少 {min_length} 项",
    "too_long": "至多 {max_length} 项",
    "list_type": "应为列表",
    "dict_type": "应为对象",
    "model_attributes_type": "应为对象",
    "datetime_parsing": "应为带时区的时刻",
    "datetime_from_date_parsing": "应为带时区的时刻",
    "timezone_aware": "时刻应带时区",
    "date_parsing": "应为日期",
    "date_from_datetime_parsing": "应为日期",
    "uuid_parsing": "应为 UUID",
    "union_tag_invalid": "应为以下之一：{expected_tags}",
}
"""pydantic's kinds of fault in Chinese, with the values of its context. Its own English is good as it is."""


MOST: Final = 100
"""Faults that are told: nobody mends more at a time, and nobody gets a megabyte of them for a kilobyte."""


def field_faults(errors: Sequence[Mapping[str, Any]], language: Language) -> list[FieldFault]:
    """The faults that pydantic or FastAPI found, as members of a problem document.

    The offending input is left out on purpose: it may be somebody's name or phone, and the caller has it.
    """
    return [
        FieldFault(
            field=".".join(str(part) for part in error["loc"]),
            code=error["type"],
            message=_chinese(error) if language == "zh" else str(error["msg"]),
        )
        for error in errors[:MOST]
    ]


def _chinese(error: Mapping[str, Any]) -> str:
    template = _CHINESE.get(error["type"])
    return template.format_map(error.get("ctx", {})) if template else "不符合要求"
