"""Catalogue, policies and calendar over HTTP, as they ship."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from models.base import Words
from models.city.data_files import load_catalogue
from models.clocks.calendar import Arrangement, CalendarYear
from models.clocks.policy_files import load_policies
from models.queries.calendar import store_calendar
from models.tables.catalogue import CatalogueItemRow
from models.tables.policies import PolicyRow
from tests.api.house import signed_in

NATIONAL_DAY = Arrangement(
    name=Words(zh="国庆节", en="National Day"),
    first=date(2026, 10, 1),
    last=date(2026, 10, 7),
    work=(date(2026, 9, 20), date(2026, 10, 10)),
)
CALENDAR = [
    CalendarYear(year=2026, notice="of the test", issued=date(2025, 11, 4), holidays=(NATIONAL_DAY,)),
    CalendarYear(year=2027, holidays=()),
]


@pytest.fixture
async def reader(client: httpx.AsyncClient, engine: AsyncEngine) -> httpx.AsyncClient:
    """A client that is signed in, with the shipped catalogue and policies and a small calendar stored."""
    matters = [
        {
            "key": matter.key,
            "version": 1,
            "section": matter.section,
            "department": matter.department,
            "urgency": matter.urgency,
            "policy": matter.policy,
            "position": position,
            "active": matter.key != "other",
            "body": matter.model_dump(mode="json"),
        }
        for position, matter in enumerate(load_catalogue())
    ]
    policies = [
        {"id": policy.id, "version": policy.version, "body": policy.model_dump(mode="json")}
        for policy in load_policies().values()
    ]
    async with engine.begin() as connection:
        await connection.execute(insert(CatalogueItemRow).on_conflict_do_nothing(), matters)
        await connection.execute(insert(PolicyRow).on_conflict_do_nothing(), policies)
    client.headers.update(await signed_in(client, "grid"))
    return client


async def _get(client: httpx.AsyncClient, path: str) -> Any:
    answer = await client.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_catalogue_lists_what_is_active(reader: httpx.AsyncClient) -> None:
    items = (await _get(reader, "/matters"))["items"]
    assert len(items) >= 60
    assert "other" not in {item["key"] for item in items}
    assert {item["section"] for item in items} == {"party", "economy", "livelihood", "safety"}
    safety = (await _get(reader, "/matters?section=safety"))["items"]
    assert {item["section"] for item in safety} == {"safety"}


async def test_words_suggest_matters_best_first(reader: httpx.AsyncClient) -> None:
    items = (await _get(reader, "/matters?q=小区门口路灯不亮了"))["items"]
    assert 1 <= len(items) <= 8
    assert "路灯" in items[0]["name"]["zh"] or "路灯" in items[0]["words"]
    assert (await _get(reader, "/matters?q=qqq"))["items"] == []


async def test_policies_say_where_they_come_from(reader: httpx.AsyncClient) -> None:
    policies = {policy["id"]: policy for policy in (await _get(reader, "/policies"))["items"]}
    assert {"135", "yunan-1530", "gaotai-4level-7wd", "beijing-12345"} <= policies.keys()
    assert policies["135"]["standing"] == "project_default"
    assert not policies["135"]["official"]
    assert policies["135"]["standing_words"]["zh"] == "项目默认，非官方定义"
    assert policies["gaotai-4level-7wd"]["official"]


async def test_one_policy_resolved_for_each_urgency(reader: httpx.AsyncClient) -> None:
    policy = await _get(reader, "/policies/135")
    rules = {item["urgency"]: item["rules"] for item in policy["variants"] if item["key"] is None}
    accept = {stage["stage"]: stage["budget"] for stage in rules["critical"]["stages"]}["accept"]
    assert accept == {"kind": "continuous", "amount": 60}
    assert rules["ordinary"]["stages"] != rules["critical"]["stages"]
    assert (await reader.get("/api/v1/policies/nonsense")).status_code == 404


async def test_a_year_names_its_holidays_and_make_up_days(
    reader: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    assert (await reader.get("/api/v1/calendar/2026")).json()["code"] == "calendar_missing"
    async with engine.begin() as connection:
        await store_calendar(connection, CALENDAR)
    year = await _get(reader, "/calendar/2026")
    assert year["version"]
    assert not year["provisional"]
    assert [holiday["day"] for holiday in year["holidays"]] == [f"2026-10-0{day}" for day in range(1, 8)]
    assert year["holidays"][0]["name"]["zh"] == "国庆节"
    assert year["make_up_days"] == ["2026-09-20", "2026-10-10"]
    assert year["working_days"] == 261 - 5 + 2
    assert year["windows"] == [
        {"opens": "08:00:00", "closes": "12:00:00"},
        {"opens": "14:00:00", "closes": "18:00:00"},
    ]
    assert (await _get(reader, "/calendar/2027"))["provisional"]


@pytest.mark.parametrize("path", ["/matters", "/policies", "/policies/135", "/calendar/2026"])
async def test_only_who_is_signed_in_may_read(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(f"/api/v1{path}")).status_code == 401
