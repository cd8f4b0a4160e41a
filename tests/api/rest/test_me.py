"""Who I am, and acting under one of several posts."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.api.house import signed_in


async def test_me_names_my_posts_with_their_units(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/me", headers=await signed_in(client, "two-posts"))
    me = answer.json()
    assert (me["person"], me["name"]) == ("p_two-posts", "赵强")
    assert [(post["role"], post["words"]["zh"], post["unit"]["name"]) for post in me["posts"]] == [
        ("grid_head", "网格长", "18网格"),
        ("supervisor", "督查员", "璧城街道"),
    ]
    may = {duty["command"]: duty["words"]["zh"] for duty in me["posts"][0]["may"]}
    assert may["claim"] == "认领"
    assert "supervise" not in may


async def test_one_post_can_be_chosen(client: httpx.AsyncClient) -> None:
    headers = await signed_in(client, "two-posts")
    answer = await client.get("/api/v1/me", headers={**headers, "Shaodao-Post": "post_two-posts_1"})
    assert [post["id"] for post in answer.json()["posts"]] == ["post_two-posts_1"]


@pytest.mark.parametrize("post", ["post_dispatcher_0", "nonsense", ""])
async def test_a_post_that_is_not_mine_cannot(client: httpx.AsyncClient, post: str) -> None:
    headers = await signed_in(client, "two-posts")
    answer = await client.get("/api/v1/me", headers={**headers, "Shaodao-Post": post})
    assert (answer.status_code, answer.json()["code"]) == (403, "post_not_yours")


async def test_a_lost_post_is_lost_at_the_next_look(client: httpx.AsyncClient, engine: AsyncEngine) -> None:
    headers = await signed_in(client, "elsewhere")
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE posts SET until = now() WHERE id = 'post_elsewhere_0'"))
    answer = await client.get("/api/v1/me", headers=headers)
    assert answer.json()["posts"] == []
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE posts SET until = NULL WHERE id = 'post_elsewhere_0'"))


async def test_a_closed_account_is_out_at_the_next_look(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    headers = await signed_in(client, "auditor")
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE people SET active = false WHERE login = 'auditor'"))
    answer = await client.get("/api/v1/me", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "session_ended")
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE people SET active = true WHERE login = 'auditor'"))
