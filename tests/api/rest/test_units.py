"""The tree of the city over HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.house import COMMUNITY, DISTRICT, GRID, OTHER_STREET, SECTION, STREET, signed_in


async def _get(client: httpx.AsyncClient, path: str, login: str = "grid") -> Any:
    answer = await client.get(f"/api/v1/units{path}", headers=await signed_in(client, login))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_unit_with_its_chain(client: httpx.AsyncClient) -> None:
    unit = await _get(client, f"/{GRID}")
    assert (unit["name"], unit["kind"], unit["level"]) == ("18网格", "grid", "grid")
    assert [above["name"] for above in unit["chain"]] == ["重庆市", "璧山区", "璧城街道", "东关社区"]


async def test_children_in_their_order_and_by_kind(client: httpx.AsyncClient) -> None:
    assert [unit["id"] for unit in (await _get(client, f"/{STREET}/children"))["items"]] == [
        SECTION,
        COMMUNITY,
    ]
    only = await _get(client, f"/{STREET}/children?kind=community&kind=grid")
    assert [unit["id"] for unit in only["items"]] == [COMMUNITY]
    assert (await _get(client, f"/{GRID}/children"))["items"] == []


async def test_units_are_found_by_name_everywhere_or_only_in_my_area(client: httpx.AsyncClient) -> None:
    everywhere = await _get(client, "?q=街道")
    assert [unit["id"] for unit in everywhere["items"]] == [STREET, OTHER_STREET]
    mine = await _get(client, "?q=街道&mine=true", "dispatcher")
    assert [unit["id"] for unit in mine["items"]] == [STREET]
    assert len((await _get(client, "?q=街道&limit=1"))["items"]) == 1
    assert (await _get(client, "?q=%25"))["items"] == []
    assert [unit["id"] for unit in (await _get(client, "?q=璧山&kind=district"))["items"]] == [DISTRICT]


@pytest.mark.parametrize("path", ["/999999", "/999999/children"])
async def test_an_unknown_unit_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(f"/api/v1/units{path}", headers=await signed_in(client, "grid"))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/nonsense", "?q=", "?q=x&limit=101", "?q=x&kind=planet", "/50.500120"])
async def test_nonsense_is_refused(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(f"/api/v1/units{path}", headers=await signed_in(client, "grid"))
    assert answer.status_code == 422


@pytest.mark.parametrize("path", ["/50", "?q=x", "/50/children"])
async def test_only_who_is_signed_in_may_look(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(f"/api/v1/units{path}")).status_code == 401
