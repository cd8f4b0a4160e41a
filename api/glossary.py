"""The words of the field for what the interface names by a key (domain.md §1)."""

from __future__ import annotations

from typing import Final

from models.base import Urgency, Words
from models.case.state import Channel, Ground, PartyState, RequestKind, TaskRole, TaskState
from models.city.catalogue import Section
from models.city.people import Role
from models.city.units import Level, UnitKind
from models.clocks.clock import Light

ROLES: Final[dict[Role, Words]] = {
    Role.GRID_WORKER: Words(zh="网格员", en="grid worker"),
    Role.GRID_HEAD: Words(zh="网格长", en="grid head"),
    Role.GRID_INSTRUCTOR: Words(zh="网格指导员", en="grid instructor"),
    Role.COMMUNITY_OFFICER: Words(zh="社区干部", en="community officer"),
    Role.DISPATCHER: Words(zh="值班调度员", en="dispatcher"),
    Role.SECTION_STAFF: Words(zh="板块工作人员", en="section staff"),
    Role.DEPARTMENT_STAFF: Words(zh="部门工作人员", en="department staff"),
    Role.COMMANDER: Words(zh="指挥长", en="commander"),
    Role.SUPERVISOR: Words(zh="督查员", en="supervisor"),
    Role.AUDITOR: Words(zh="纪检监察员", en="auditor"),
    Role.ADMINISTRATOR: Words(zh="管理员", en="administrator"),
    Role.DEVICE: Words(zh="感知设备", en="device"),
    Role.RESIDENT: Words(zh="群众", en="resident"),
    Role.SYSTEM: Words(zh="系统", en="the system"),
}

URGENCIES: Final[dict[Urgency, Words]] = {
    Urgency.ORDINARY: Words(zh="一般", en="ordinary"),
    Urgency.URGENT: Words(zh="紧急", en="urgent"),
    Urgency.CRITICAL: Words(zh="特急", en="critical"),
}

LIGHTS: Final[dict[Light, Words]] = {
    Light.GREEN: Words(zh="正常", en="on time"),
    Light.YELLOW: Words(zh="临期", en="due soon"),
    Light.RED: Words(zh="超期", en="overdue"),
}

UNIT_KINDS: Final[dict[UnitKind, Words]] = {
    UnitKind.CITY: Words(zh="市", en="city"),
    UnitKind.DISTRICT: Words(zh="区县", en="district"),
    UnitKind.DEPARTMENT: Words(zh="部门", en="department"),
    UnitKind.STREET: Words(zh="镇街", en="street"),
    UnitKind.SECTION: Words(zh="板块", en="section"),
    UnitKind.COMMUNITY: Words(zh="村(社区)", en="community"),
    UnitKind.GRID: Words(zh="网格", en="grid"),
    UnitKind.MICRO_GRID: Words(zh="微网格", en="micro-grid"),
}

LEVELS: Final[dict[Level, Words]] = {level: UNIT_KINDS[UnitKind(level.value)] for level in Level}

CHANNELS: Final[dict[Channel, Words]] = {
    Channel.GRID: Words(zh="网格上报", en="reported by the grid"),
    Channel.RESIDENT: Words(zh="群众反映", en="raised by a resident"),
    Channel.SENSOR: Words(zh="感知预警", en="raised by a sensor"),
    Channel.HOTLINE: Words(zh="12345 热线", en="12345 hotline"),
    Channel.DISPATCH: Words(zh="指挥中心下派", en="sent down by the centre"),
    Channel.FOLLOW_UP: Words(zh="后续关联", en="follow-up"),
}

TASK_ROLES: Final[dict[TaskRole, Words]] = {
    TaskRole.LEAD: Words(zh="主办", en="lead"),
    TaskRole.ASSISTING: Words(zh="协办", en="assisting"),
}

TASK_STATES: Final[dict[TaskState, Words]] = {
    TaskState.OPEN: Words(zh="待认领", en="to be claimed"),
    TaskState.CLAIMED: Words(zh="已认领", en="claimed"),
    TaskState.ARRIVED: Words(zh="已到场", en="on scene"),
    TaskState.HANDLED: Words(zh="已处置", en="handled"),
    TaskState.RETURNED: Words(zh="已退回", en="returned"),
    TaskState.WITHDRAWN: Words(zh="已撤回", en="withdrawn"),
}

PARTY_STATES: Final[dict[PartyState, Words]] = {
    PartyState.CALLED: Words(zh="已吹哨", en="called"),
    PartyState.SIGNED: Words(zh="已签收", en="signed"),
    PartyState.REPORTED_IN: Words(zh="已报到", en="reported in"),
    PartyState.FINISHED: Words(zh="已办结", en="finished"),
    PartyState.RATED: Words(zh="已评哨", en="rated"),
}

GROUNDS: Final[dict[Ground, Words]] = {
    Ground.STRONG_ISSUE: Words(zh="群众反映强烈、镇街难以解决", en="strong issue the street cannot solve"),
    Ground.JOINT_ENFORCEMENT: Words(zh="联合执法", en="joint enforcement"),
    Ground.EMERGENCY: Words(zh="应急处置", en="emergency"),
}

REQUESTS: Final[dict[RequestKind, Words]] = {
    RequestKind.EXTENSION: Words(zh="延期", en="extension"),
    RequestKind.SUSPENSION: Words(zh="挂起", en="suspension"),
    RequestKind.VOID: Words(zh="作废", en="voiding"),
    RequestKind.SPECIAL_HANDLING: Words(zh="特事特办", en="special handling"),
}

SECTIONS: Final[dict[Section, Words]] = {
    Section.PARTY: Words(zh="党的建设", en="party building"),
    Section.ECONOMY: Words(zh="经济发展", en="economy"),
    Section.LIVELIHOOD: Words(zh="民生服务", en="livelihood"),
    Section.SAFETY: Words(zh="平安法治", en="safety and law"),
}
"""The four kinds of matter (四板块)."""
