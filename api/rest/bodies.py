"""Request bodies of the commands: the core's commands, with units named by their ids.

Derived from the commands themselves, so that a field added there is there, documented, here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, create_model

from models.case.commands import COMMANDS, CommandBase
from models.city.units import UnitRef

UnitId = Annotated[str, Field(min_length=2, max_length=64, examples=["500120001-safety"])]

EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "accept": {"triage": "公事", "note": "已核实"},
    "decline": {"reason": "不属于本街道管辖，已告知拨打 12345"},
    "merge": {"into": "20260302-000017", "reason": "同一处井盖"},
    "dispatch": {"lead": "500120001-safety", "assisting": ["500120-zhujian"], "instruction": "先行警戒"},
    "transfer": {"to": "500120001-livelihood", "reason": "涉及物业管理"},
    "claim": {},
    "release": {"reason": "临时外勤，交回值班同事"},
    "arrive": {"latitude": 29.592, "longitude": 106.227, "note": "已到现场"},
    "handle": {"note": "已加固并清理", "attachments": ["at_3vXUu2nq0bN4cW8tHk1yJg"]},
    "return": {"reason": "属区住建部门职责"},
    "annotate": {"note": "居民要求先通知再施工"},
    "inform": {"units": ["500120-jiaojing"], "text": "救护车途经，请予护送"},
    "plan-milestone": {"key": "cordon", "name": "警戒", "budget": "10 minutes"},
    "reach-milestone": {"key": "cordon", "note": "警戒线已拉"},
    "whistle": {"ground": "emergency", "units": ["500120-xiaofang"], "reason": "有群众被困"},
    "sign": {},
    "report-in": {"note": "消防站 6 人到场"},
    "finish": {"note": "被困人员已救出"},
    "rate": {"unit": "500120-xiaofang", "score": 5, "note": "到场迅速"},
    "urge": {"note": "请抓紧"},
    "supervise": {"text": "请说明超期原因，两日内办结"},
    "answer": {"reply": "施工队明日进场"},
    "escalate": {"to": "street", "reason": "社区无法自行解决"},
    "regrade": {"urgency": "urgent", "reason": "裂缝扩大"},
    "request-extension": {"amount": 2, "reason": "等待配件"},
    "request-suspension": {"review_on": "2026-12-31", "reason": "等待上级资金"},
    "request-special-handling": {"budget": "10 working days", "reason": "需专家检测"},
    "void": {"reason": "误报"},
    "approve": {"note": "同意"},
    "refuse": {"note": "理由不充分"},
    "resume": {"note": "资金到位"},
    "verify": {"note": "现场已核查"},
    "rework": {"reason": "仍有松动"},
    "call-back": {"reached": True, "resolved": True, "satisfied": True},
    "reopen": {"reason": "一周后再次损坏"},
}
"""One body for each command that people send; what is not here is a machine's."""


def _unit_fields(command: type[CommandBase]) -> Iterable[tuple[str, bool]]:
    """The fields that name units, and whether they name several."""
    for name, info in command.model_fields.items():
        text = str(info.annotation)
        if "UnitRef" in text:
            yield name, "tuple" in text


def body_of(name: str) -> type[BaseModel]:
    """The request body of the command `name`."""
    command = COMMANDS[name]
    units = dict(_unit_fields(command))
    fields: dict[str, Any] = {}
    for field, info in command.model_fields.items():
        if field == "command":
            continue
        if field in units:
            annotation: Any = tuple[UnitId, ...] if units[field] else UnitId
            if not info.is_required() and not units[field]:
                annotation = annotation | None
            fields[field] = (annotation, info)
        else:
            fields[field] = (info.annotation, info)
    title = "".join(part.capitalize() for part in name.split("-")) + "Body"
    config = ConfigDict(extra="forbid", title=title, json_schema_extra={"examples": [EXAMPLES.get(name, {})]})
    return create_model(title, __config__=config, __doc__=command.__doc__, **fields)


def named_units(name: str, body: BaseModel) -> list[str]:
    """The ids of all units the body names."""
    ids: list[str] = []
    for field, several in _unit_fields(COMMANDS[name]):
        value = getattr(body, field)
        ids.extend(value if several else [value] if value is not None else [])
    return ids


def command_of(name: str, body: BaseModel, units: dict[str, UnitRef]) -> CommandBase:
    """The core's command, with the units that the body names."""
    values = {field: getattr(body, field) for field in type(body).model_fields}
    for field, several in _unit_fields(COMMANDS[name]):
        value = values[field]
        if value is not None:
            values[field] = tuple(units[i] for i in value) if several else units[value]
    return COMMANDS[name].model_validate(values)
