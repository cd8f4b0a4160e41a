"""A small house for the API's tests: two streets, a section, a department, a grid, and who works there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Final

import httpx
from pwdlib import PasswordHash
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from models.city.people import Role
from models.city.units import UnitKind, UnitSource
from models.tables.people import PersonRow, PostRow
from models.tables.units import UnitRow

PASSWORD: Final = "a sound of whistles"
LONG_AGO: Final = datetime(2024, 1, 1, tzinfo=UTC)

CITY, DISTRICT, STREET, OTHER_STREET = "50", "500120", "500120001", "500120002"
SECTION, DEPARTMENT = "500120001-pingan", "500120-chengguan"
COMMUNITY, GRID = "500120001005", "500120001005-g18"

_UNITS: Final = (
    (CITY, UnitKind.CITY, "重庆市", None),
    (DISTRICT, UnitKind.DISTRICT, "璧山区", CITY),
    (DEPARTMENT, UnitKind.DEPARTMENT, "璧山区城市管理局", DISTRICT),
    (STREET, UnitKind.STREET, "璧城街道", DISTRICT),
    (OTHER_STREET, UnitKind.STREET, "璧泉街道", DISTRICT),
    (SECTION, UnitKind.SECTION, "平安法治板块", STREET),
    (COMMUNITY, UnitKind.COMMUNITY, "东关社区", STREET),
    (GRID, UnitKind.GRID, "18网格", COMMUNITY),
)
_PEOPLE: Final = (
    ("grid", "李敏", ((GRID, Role.GRID_WORKER),)),
    ("dispatcher", "王磊", ((STREET, Role.DISPATCHER),)),
    ("elsewhere", "周洋", ((OTHER_STREET, Role.DISPATCHER),)),
    ("auditor", "陈静", ((DISTRICT, Role.AUDITOR),)),
    ("two-posts", "赵强", ((GRID, Role.GRID_HEAD), (STREET, Role.SUPERVISOR))),
    ("gone", "孙丽", ((GRID, Role.GRID_WORKER),)),
)


@dataclass(frozen=True)
class House:
    """What the tests know of the furnished database."""

    password: str = PASSWORD

    @staticmethod
    def person(login: str) -> str:
        """The id of the person with this login."""
        return f"p_{login}"

    @staticmethod
    def post(login: str, number: int = 0) -> str:
        """The id of a person's post."""
        return f"post_{login}_{number}"


@cache
def hashed() -> str:
    """The stored form of everybody's password; made once, for it is slow on purpose."""
    return PasswordHash.recommended().hash(PASSWORD)


async def furnish(engine: AsyncEngine) -> House:
    """Put the units and people there, once; sessions and attachments of earlier tests stay."""
    paths: dict[str, str] = {}
    for unit, _, _, parent in _UNITS:
        paths[unit] = f"{paths[parent]}.{unit}" if parent else unit
    units = [
        {
            "id": unit,
            "path": paths[unit],
            "kind": kind,
            "name": name,
            "official_name": name,
            "parent_id": parent,
            "grid_type": None,
            "position": position,
            "active": True,
            "source": UnitSource.OFFICIAL,
        }
        for position, (unit, kind, name, parent) in enumerate(_UNITS)
    ]
    password_hash = hashed()
    people = [
        {
            "id": House.person(login),
            "login": login,
            "password_hash": password_hash,
            "name": name,
            "active": login != "gone",
            "created_at": LONG_AGO,
            "password_changed_at": LONG_AGO,
        }
        for login, name, _ in _PEOPLE
    ]
    posts = [
        {
            "id": House.post(login, number),
            "person_id": House.person(login),
            "unit_id": unit,
            "role": role,
            "since": LONG_AGO,
        }
        for login, _, held in _PEOPLE
        for number, (unit, role) in enumerate(held)
    ]
    async with engine.begin() as connection:
        for table, rows in ((UnitRow, units), (PersonRow, people), (PostRow, posts)):
            await connection.execute(insert(table).on_conflict_do_nothing(), rows)
    return House()


async def signed_in(client: httpx.AsyncClient, login: str, password: str = PASSWORD) -> dict[str, str]:
    """The headers of somebody who has just signed in."""
    answer = await client.post("/api/v1/tokens", data={"username": login, "password": password})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}
