"""What each command asks for, as data: the fields of its form, in the field's words.

The names are those of the API's bodies, so a form is read by the same models.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from api.glossary import GROUNDS, LEVELS, URGENCIES
from models.base import Frozen, Words
from models.city.triage import DEFAULT as TRIAGE


class Widget(StrEnum):
    """How a field is asked for."""

    TEXT = "text"
    """Several lines."""
    LINE = "line"
    NUMBER = "number"
    DATE = "date"
    PHOTOS = "photos"
    PLACE = "place"
    """Latitude and longitude, filled in by the device."""
    UNIT = "unit"
    UNITS = "units"
    CHOICE = "choice"
    SCORE = "score"
    TICK = "tick"
    YES_NO = "yes_no"
    BUDGET = "budget"
    """A number and a unit of time, sent as one text."""
    CASE = "case"


class Field(Frozen):
    """One field of a command's form."""

    name: str
    label: Words
    widget: Widget = Widget.TEXT
    required: bool = False
    hint: Words | None = None
    choices: tuple[tuple[str, Words], ...] = ()


def _f(name: str, zh: str, en: str, widget: Widget = Widget.TEXT, **more: Any) -> Field:
    return Field(name=name, label=Words(zh=zh, en=en), widget=widget, **more)


def _reason(zh: str = "理由", en: str = "Reason", **more: Any) -> Field:
    return _f("reason", zh, en, required=True, **more)


W = Widget
_NOTE: Final = _f("note", "备注", "Note")
_PHOTOS: Final = _f("attachments", "照片", "Photos", W.PHOTOS)

FORMS: Final[Mapping[str, tuple[Field, ...]]] = {
    "accept": (
        _f(
            "triage",
            "三事分流",
            "Whose business",
            W.CHOICE,
            choices=tuple((kind.key, kind.name) for kind in TRIAGE.kinds),
        ),
        _NOTE,
    ),
    "decline": (
        _reason(
            hint=Words(
                zh="上报人会看到这段话，请说明该找谁", en="The reporter reads this: say who to turn to"
            )
        ),
    ),
    "merge": (
        _f("into", "并入的案件编号", "Number of the case to merge into", W.CASE, required=True),
        _f("reason", "说明", "Remark"),
    ),
    "dispatch": (
        _f("lead", "主办单位", "Lead unit", W.UNIT),
        _f("assisting", "协办单位", "Assisting units", W.UNITS),
        _f("instruction", "交办要求", "Instruction"),
        _f(
            "task_force",
            "专班",
            "Task force",
            W.LINE,
            hint=Words(zh="需要时填写名称", en="Its name, if there is one"),
        ),
        _f("reason", "改派理由", "Reason for choosing anew", W.LINE),
    ),
    "transfer": (_f("to", "转往单位", "Transfer to", W.UNIT, required=True), _reason()),
    "claim": (),
    "release": (_reason(),),
    "arrive": (
        _f("place", "现在的位置", "Where you are", W.PLACE),
        _f("contact_only", "未到现场，仅电话联系", "Not on the scene: by phone only", W.TICK),
        _NOTE,
    ),
    "handle": (
        _f("attachments", "处置后照片", "Photos afterwards", W.PHOTOS),
        _f("note", "怎样处置的", "What was done", required=True),
    ),
    "return": (_reason("退回理由", "Why it is not yours"),),
    "annotate": (_f("note", "备注", "Note", required=True), _PHOTOS),
    "inform": (
        _f("units", "告知单位", "Units to tell", W.UNITS, required=True),
        _f("text", "告知内容", "What to tell them", required=True),
    ),
    "plan-milestone": (
        _f("name", "节点名称", "Name of the milestone", W.LINE, required=True),
        _f(
            "key",
            "节点代号",
            "Its key",
            W.LINE,
            required=True,
            hint=Words(zh="小写字母、数字和连字符", en="Lower-case letters, digits, hyphens"),
        ),
        _f("budget", "时限", "Limit", W.BUDGET),
    ),
    "reach-milestone": (
        _f("key", "完成的节点", "Milestone reached", W.CHOICE, required=True),
        _NOTE,
        _PHOTOS,
    ),
    "whistle": (
        _f(
            "ground",
            "吹哨事由",
            "Ground",
            W.CHOICE,
            required=True,
            choices=tuple((g.value, w) for g, w in GROUNDS.items()),
        ),
        _f("units", "吹哨部门", "Departments", W.UNITS, required=True),
        _reason("情况说明", "What it is about"),
    ),
    "sign": (),
    "report-in": (_NOTE,),
    "finish": (_f("note", "办理结果", "Result", required=True), _PHOTOS),
    "rate": (
        _f("unit", "评价部门", "Department", W.UNIT, required=True),
        _f("score", "评分", "Score", W.SCORE, required=True),
        _NOTE,
    ),
    "urge": (_f("note", "催办内容", "What to say"),),
    "supervise": (_f("text", "督办要求", "What is demanded", required=True),),
    "answer": (_f("reply", "回复", "Reply", required=True),),
    "escalate": (
        _f("to", "提级到", "Hand up to", W.CHOICE, choices=tuple((k.value, w) for k, w in LEVELS.items())),
        _reason(),
    ),
    "regrade": (
        _f(
            "urgency",
            "紧急程度",
            "Urgency",
            W.CHOICE,
            required=True,
            choices=tuple((k.value, w) for k, w in URGENCIES.items()),
        ),
        _reason(),
    ),
    "request-extension": (
        _f("amount", "延长多少", "How much more", W.NUMBER, required=True),
        _reason("延期理由", "Why"),
    ),
    "request-suspension": (
        _f(
            "review_on",
            "复核日期",
            "Review date",
            W.DATE,
            required=True,
            hint=Words(
                zh="到期提醒复核；挂起期间时限停走",
                en="It is looked at again then; clocks stand still until resumed",
            ),
        ),
        _reason("挂起理由", "Why"),
    ),
    "request-special-handling": (
        _f("budget", "新的处置时限", "New limit for handling", W.BUDGET, required=True),
        _reason(),
    ),
    "void": (_reason("作废理由", "Why it is void"),),
    "approve": (_NOTE,),
    "refuse": (_f("note", "不批准的理由", "Why not", required=True),),
    "resume": (_NOTE,),
    "verify": (_f("note", "核查情况", "What was found"), _PHOTOS),
    "rework": (_reason("返工要求", "What is still to be done"),),
    "call-back": (
        _f("reached", "是否联系上", "Was somebody reached", W.YES_NO, required=True),
        _f("resolved", "问题是否解决", "Is it resolved", W.YES_NO),
        _f("satisfied", "是否满意", "Is the reporter satisfied", W.YES_NO),
        _NOTE,
    ),
    "reopen": (_reason("重开理由", "Why it is opened again"),),
}
"""Every command that people send."""

QUICK: Final = frozenset({"claim", "sign"})
"""Commands that need nothing: one tap sends them."""
PRIMARY: Final = (
    "claim", "sign", "report-in", "arrive", "handle", "finish", "accept", "dispatch", "verify", "call-back",
    "answer", "approve", "resume", "rate",
)  # fmt: skip
"""The steps that take a case on, in the order in which one of them is the button that stands out."""
GRAVE: Final = frozenset({"decline", "void", "return", "refuse", "rework"})
"""Commands that undo, refuse or end something: their buttons say so."""
ICONS: Final[Mapping[str, str]] = {
    "accept": "check", "decline": "x", "merge": "git-merge", "dispatch": "send", "transfer": "corner-up-left",
    "claim": "hand-grab", "release": "hand-stop", "arrive": "map-pin", "handle": "clipboard-check",
    "return": "arrow-back-up", "annotate": "note", "inform": "message", "plan-milestone": "flag",
    "reach-milestone": "flag", "whistle": "speakerphone", "sign": "writing", "report-in": "user-check",
    "finish": "circle-check", "rate": "star", "urge": "bell-ringing", "supervise": "alert-octagon",
    "answer": "message-2", "escalate": "arrow-up", "regrade": "urgent", "request-extension": "hourglass-high",
    "request-suspension": "player-pause", "request-special-handling": "adjustments", "void": "trash",
    "approve": "check", "refuse": "x", "resume": "player-play", "verify": "eye-check", "rework": "rotate",
    "call-back": "phone", "reopen": "refresh",
}  # fmt: skip
