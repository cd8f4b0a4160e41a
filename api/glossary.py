"""The words of the field for what the interface names by a key (domain.md §1)."""

from __future__ import annotations

from typing import Final

from models.base import Words
from models.city.people import Role

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
    Role.SYSTEM: Words(zh="系统", en="the system"),
}
