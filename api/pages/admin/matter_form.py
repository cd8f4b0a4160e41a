"""A matter as a form, and a form as a matter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from api.pages.forms import Form
from models.base import Words
from models.city.catalogue import Matter, Section
from models.city.units import Level
from models.queries.catalogue_admin import MatterLine

SECTIONS: Final[Mapping[Section, Words]] = {
    Section.PARTY: Words(zh="党的建设", en="Party building"),
    Section.ECONOMY: Words(zh="经济发展", en="Economy"),
    Section.LIVELIHOOD: Words(zh="民生服务", en="Livelihood"),
    Section.SAFETY: Words(zh="平安法治", en="Safety and law"),
}
FIELDS: Final[Mapping[str, Words]] = {
    "key": Words(zh="标识", en="Key"),
    "name": Words(zh="名称", en="Name"),
    "section": Words(zh="板块", en="Section"),
    "department": Words(zh="主管部门", en="Lead department"),
    "urgency": Words(zh="紧急程度", en="Urgency"),
    "entry": Words(zh="进入层级", en="Entry level"),
    "accepted_by": Words(zh="受理层级", en="Levels that accept it"),
    "closing": Words(zh="结案条件", en="Closing condition"),
    "policy": Words(zh="时限政策", en="Policy"),
    "variant": Words(zh="政策细则", en="Variant"),
    "words": Words(zh="搜索词", en="Search words"),
    "callback": Words(zh="结案前回访", en="Called back before it closes"),
}
"""What people call the fields of a matter."""

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
_APART: Final = re.compile(r"[\s,，、;；]+")
_BESIDE: Final = {"name": "name_zh", "closing": "closing_zh"}


def from_matter(line: MatterLine) -> Form:
    """The matter's form, with the version that was read."""
    matter = line.matter
    return Form.empty(
        key=matter.key,
        version=str(line.version),
        name_zh=matter.name.zh,
        name_en=matter.name.en,
        section=matter.section.value,
        department=matter.department or "",
        urgency=matter.urgency.value,
        entry=matter.entry.value if matter.entry else "",
        accepted_by=[level.value for level in matter.accepted_by],
        closing_zh=matter.closing.zh,
        closing_en=matter.closing.en,
        policy=matter.policy,
        variant=matter.variant or "",
        words=" ".join(matter.words),
        callback="on" if matter.callback else "",
    )


def to_matter(form: Form, key: str | None = None) -> Matter | None:
    """The matter that was typed (under `key`, if it has one already); None with faults beside the fields."""
    _require(form, "name_zh", "closing_zh")
    named = key or form["key"]
    if not _KEY.fullmatch(named):
        words = Words(zh="2 至 40 个小写字母、数字或连字符", en="2 to 40 small letters, digits, hyphens")
        form.fault("key", words.in_language(form.language))
    levels = set(form.all("accepted_by"))
    data: dict[str, Any] = {
        "key": named,
        "name": {"zh": form["name_zh"], "en": form["name_en"] or form["name_zh"]},
        "section": form["section"],
        "department": form["department"] or None,
        "urgency": form["urgency"],
        "entry": form["entry"] or None,
        "accepted_by": [level.value for level in Level if level.value in levels],
        "closing": {"zh": form["closing_zh"], "en": form["closing_en"] or form["closing_zh"]},
        "policy": form["policy"],
        "variant": form["variant"] or None,
        "words": [word for word in _APART.split(form["words"]) if word],
        "callback": form.ticked("callback"),
    }
    if not levels:
        words = Words(zh="至少选择一个层级", en="Choose at least one level")
        form.fault("accepted_by", words.in_language(form.language))
    elif data["entry"] and data["entry"] not in levels:
        words = Words(zh="进入层级须在受理层级之内", en="It must enter at a level that accepts it")
        form.fault("entry", words.in_language(form.language))
    if form.wrong:
        return None
    try:
        return Matter.model_validate(data)
    except ValidationError as error:
        form.take(error)
        for field, beside in _BESIDE.items():
            if field in form.faults:
                form.faults[beside] = form.faults.pop(field)
        return None


def _require(form: Form, *fields: str) -> None:
    for field in fields:
        if not form[field]:
            form.fault(field, Words(zh="此项必填", en="Required").in_language(form.language))
