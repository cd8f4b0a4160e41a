"""People, posts, units and matters over HTTP, in the hands of administrators, and the journal of it all."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from models.city.data_files import load_catalogue
from models.city.people import Role
from models.clocks.policy_files import load_policies
from models.tables.catalogue import CatalogueItemRow
from models.tables.people import PersonRow, PostRow
from models.tables.policies import PolicyRow
from tests.api.house import (
    CITY,
    COMMUNITY,
    DISTRICT,
    GRID,
    LONG_AGO,
    OTHER_STREET,
    SECTION,
    STREET,
    hashed,
    signed_in,
)
from tests.api.house import PASSWORD as HOUSE_PASSWORD

API = "/api/v1"
_ADMINS = (("city-admin", CITY), ("street-admin", STREET))


@pytest.fixture
async def admin(client: httpx.AsyncClient, engine: AsyncEngine) -> httpx.AsyncClient:
    """The city's administrator, in a house that has one, and one for a street; with the shipped rules."""
    people = [
        {
            "id": f"p_{login}",
            "login": login,
            "password_hash": hashed(),
            "name": login,
            "active": True,
            "must_change_password": False,
            "created_at": LONG_AGO,
            "password_changed_at": LONG_AGO,
        }
        for login, _ in _ADMINS
    ]
    posts = [
        {
            "id": f"post_{login}",
            "person_id": f"p_{login}",
            "unit_id": unit,
            "role": Role.ADMINISTRATOR,
            "since": LONG_AGO,
        }
        for login, unit in _ADMINS
    ]
    policies = [
        {"id": policy.id, "version": policy.version, "body": policy.model_dump(mode="json")}
        for policy in load_policies().values()
    ]
    matters = [
        {
            "key": matter.key,
            "version": 1,
            "section": matter.section,
            "department": matter.department,
            "urgency": matter.urgency,
            "policy": matter.policy,
            "position": position,
            "active": True,
            "body": matter.model_dump(mode="json"),
        }
        for position, matter in enumerate(load_catalogue())
    ]
    async with engine.begin() as connection:
        for table, rows in (
            (PersonRow, people),
            (PostRow, posts),
            (PolicyRow, policies),
            (CatalogueItemRow, matters),
        ):
            await connection.execute(insert(table).on_conflict_do_nothing(), rows)
    client.headers.update(await signed_in(client, "city-admin"))
    return client


async def _as(client: httpx.AsyncClient, login: str, password: str = HOUSE_PASSWORD) -> dict[str, str]:
    return await signed_in(client, login, password)


def _new(login: str, **more: Any) -> dict[str, Any]:
    return {"login": login, "name": "陈晓", "unit": SECTION, "role": "section_staff", **more}


async def test_an_account_is_opened_used_and_closed(admin: httpx.AsyncClient) -> None:
    made = await admin.post(f"{API}/people", json=_new("pingan-chen", rank="A", phone="023-41412345"))
    assert made.status_code == 201, made.text
    person, password = made.json()["person"], made.json()["password"]
    shown = (await admin.get(f"{API}/people/{person}")).json()
    assert (shown["login"], shown["must_change_password"], shown["theirs"]) == ("pingan-chen", True, True)
    assert (shown["posts"][0]["unit"]["id"], shown["posts"][0]["rank"]) == (SECTION, "A")
    theirs = await _as(admin, "pingan-chen", password)
    me = (await admin.get(f"{API}/me", headers=theirs)).json()
    assert (me["login"], me["posts"]) == ("pingan-chen", [])
    own = {"current": password, "new": "a river of three words"}
    assert (await admin.post(f"{API}/password", json=own, headers=theirs)).status_code == 204
    me = (await admin.get(f"{API}/me", headers=theirs)).json()
    assert [post["unit"]["id"] for post in me["posts"]] == [SECTION]
    again = await admin.post(f"{API}/people", json=_new("pingan-chen"))
    assert (again.status_code, again.json()["code"]) == (409, "login_taken")
    changed = await admin.patch(f"{API}/people/{person}", json={"name": "陈小"})
    assert changed.status_code == 204
    reset = await admin.post(f"{API}/people/{person}/password", json={"reason": "忘记"})
    assert reset.json()["password"] != password
    assert (await admin.get(f"{API}/me", headers=theirs)).status_code == 401
    assert (await admin.post(f"{API}/people/{person}/close", json={"reason": "调离"})).status_code == 204
    closed = (await admin.get(f"{API}/people", params={"state": "closed", "q": "陈小"})).json()
    assert [item["id"] for item in closed["items"]] == [person]
    assert (await admin.post(f"{API}/people/{person}/reopen", json={"reason": "回来"})).status_code == 204
    deeds = (await admin.get(f"{API}/journal", params={"subject": person})).json()["items"]
    assert [entry["deed"] for entry in deeds] == [
        "person_reopened",
        "person_closed",
        "password_reset",
        "person_changed",
        "post_given",
        "person_created",
    ]
    assert password not in str(deeds)


async def test_posts_are_given_and_ended(admin: httpx.AsyncClient) -> None:
    posts = f"{API}/people/p_grid/posts"
    given = await admin.post(posts, json={"unit": COMMUNITY, "role": "community_officer", "reason": "兼任"})
    assert given.status_code == 201, given.text
    desk = (await admin.get(f"{API}/units/{COMMUNITY}/posts")).json()["items"]
    assert [(post["name"], post["role"]) for post in desk] == [("李敏", "community_officer")]
    for body, code in (
        ({"unit": COMMUNITY, "role": "community_officer"}, "already_held"),
        ({"unit": COMMUNITY, "role": "dispatcher"}, "role_unfit"),
        ({"unit": "999999", "role": "dispatcher"}, "unit_outside"),
    ):
        assert (await admin.post(posts, json=body)).json()["code"] == code
    end = f"{API}/posts/{given.json()['id']}/end"
    assert (await admin.post(end, json={"reason": "到期"})).status_code == 204
    assert (await admin.post(end, json={"reason": "到期"})).status_code == 404
    last = await admin.post(f"{API}/posts/post_city-admin/end", json={"reason": "x"})
    assert (last.status_code, last.json()["code"]) == (409, "last_administrator")


async def test_units_are_added_renamed_closed_and_reopened(admin: httpx.AsyncClient) -> None:
    made = await admin.post(f"{API}/units", json={"parent": COMMUNITY, "kind": "grid", "name": "夜市网格"})
    assert (made.status_code, made.json()["id"]) == (201, f"{COMMUNITY}-g19")
    unit = f"{API}/units/{COMMUNITY}-g19"
    assert (await admin.patch(unit, json={"name": "夜市"})).json()["name"] == "夜市"
    assert (await admin.post(f"{unit}/close", json={"reason": "撤并"})).json() == {"units": 1}
    assert (await admin.get(unit)).status_code == 404
    assert (await admin.post(f"{unit}/reopen", json={"reason": "恢复"})).status_code == 204
    official = await admin.post(f"{API}/units/{COMMUNITY}/close", json={"reason": "x"})
    assert (official.status_code, official.json()["code"]) == (409, "unit_of_the_list")


async def test_matters_are_added_changed_and_retired(admin: httpx.AsyncClient) -> None:
    lamp = (await admin.get(f"{API}/matters/street-lamp")).json()
    assert lamp["active"]
    changed = {**lamp["matter"], "words": ["路灯"]}
    body = {"matter": changed, "version": lamp["version"]}
    answer = await admin.put(f"{API}/matters/street-lamp", json=body)
    assert answer.json()["version"] == lamp["version"] + 1
    stale = await admin.put(f"{API}/matters/street-lamp", json={**body, "matter": lamp["matter"]})
    assert (stale.status_code, stale.json()["code"]) == (409, "changed_meanwhile")
    elsewhere = await admin.put(f"{API}/matters/other", json=body)
    assert elsewhere.status_code == 422
    new = {**lamp["matter"], "key": "night-lamp"}
    assert (await admin.post(f"{API}/matters", json={"matter": new})).status_code == 201
    assert (await admin.post(f"{API}/matters", json={"matter": new})).json()["code"] == "matter_taken"
    unfit = {**new, "key": "x-lamp", "department": "nowhere"}
    assert (await admin.post(f"{API}/matters", json={"matter": unfit})).json()["code"] == "matter_unfit"
    assert (await admin.post(f"{API}/matters/night-lamp/retire", json={"reason": "x"})).status_code == 204
    assert not (await admin.get(f"{API}/matters/night-lamp")).json()["active"]
    assert (await admin.post(f"{API}/matters/night-lamp/restore", json={"reason": "x"})).status_code == 204
    assert (await admin.post(f"{API}/matters/other/retire", json={"reason": "x"})).json()[
        "code"
    ] == "backstop"
    for path in ("retire", "restore"):
        assert (await admin.post(f"{API}/matters/nowhere/{path}", json={"reason": "x"})).status_code == 404
    assert (await admin.get(f"{API}/matters/nowhere")).status_code == 404


async def test_an_administrator_of_a_street_stays_in_the_street(admin: httpx.AsyncClient) -> None:
    street = await _as(admin, "street-admin")
    people = (await admin.get(f"{API}/people", headers=street)).json()["items"]
    assert {person["login"] for person in people} >= {"grid", "dispatcher", "two-posts"}
    assert not {person["login"] for person in people} & {"elsewhere", "auditor", "city-admin"}
    for method, path, body, status in (
        ("GET", "/people/p_elsewhere", None, 404),
        ("GET", f"/units/{DISTRICT}/posts", None, 404),
        ("POST", "/people", _new("outside-x", unit=OTHER_STREET, role="dispatcher"), 422),
        ("PATCH", f"/units/{OTHER_STREET}", {"name": "乱改"}, 422),
        ("POST", "/units", {"parent": DISTRICT, "kind": "department", "name": "x", "suffix": "x"}, 422),
        ("POST", "/matters/other/retire", {"reason": "x"}, 403),
        ("POST", "/posts/post_elsewhere_0/end", {"reason": "x"}, 404),
        ("POST", "/people/p_elsewhere/close", {"reason": "x"}, 404),
    ):
        answer = await admin.request(method, f"{API}{path}", json=body, headers=street)
        assert answer.status_code == status, (path, answer.text)
    renamed = await admin.patch(f"{API}/units/{GRID}", json={"name": "18网格"}, headers=street)
    assert renamed.status_code == 200


async def test_nobody_else_may(admin: httpx.AsyncClient) -> None:
    worker = await _as(admin, "grid")
    for method, path, body in (
        ("GET", "/people", None),
        ("POST", "/people", _new("sneaky")),
        ("GET", "/journal", None),
        ("GET", "/contact-reads", None),
        ("POST", "/units", {"parent": COMMUNITY, "kind": "grid", "name": "x"}),
        ("POST", "/matters/other/retire", {"reason": "x"}),
        ("GET", "/matters/other", None),
    ):
        answer = await admin.request(method, f"{API}{path}", json=body, headers=worker)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed"), path
    auditor = await _as(admin, "auditor")
    assert (await admin.get(f"{API}/journal", headers=auditor)).status_code == 200
    assert (await admin.get(f"{API}/contact-reads", headers=auditor)).json() == {"items": [], "next": None}
