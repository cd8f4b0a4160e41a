"""Sessions and passwords over HTTP."""

from __future__ import annotations

import httpx

from tests.api.house import PASSWORD, House, signed_in

NEW = "three words and a river"


async def _live(client: httpx.AsyncClient, headers: dict[str, str]) -> list[dict[str, object]]:
    answer = await client.get("/api/v1/sessions", headers=headers)
    assert answer.status_code == 200
    items: list[dict[str, object]] = answer.json()["items"]
    return items


async def test_i_see_where_i_am_signed_in_and_nobody_else_does(client: httpx.AsyncClient) -> None:
    phone = await signed_in(client, "dispatcher")
    desk = await signed_in(client, "dispatcher")
    sessions = await _live(client, phone)
    assert len(sessions) == 2
    assert [session["current"] for session in sessions].count(True) == 1
    assert {session["agent"] for session in sessions} == {"python-httpx"}
    mine = next(str(session["id"]) for session in sessions if session["current"])
    assert mine not in {session["id"] for session in await _live(client, await signed_in(client, "grid"))}
    assert next(session["id"] for session in await _live(client, desk) if session["current"]) != mine


async def test_a_revoked_session_is_over_at_once(client: httpx.AsyncClient) -> None:
    lost, kept = await signed_in(client, "elsewhere"), await signed_in(client, "elsewhere")
    assert (await client.get("/api/v1/me", headers=lost)).status_code == 200
    lost_id = next(session["id"] for session in await _live(client, lost) if session["current"])
    assert (await client.delete(f"/api/v1/sessions/{lost_id}", headers=kept)).status_code == 204
    answer = await client.get("/api/v1/me", headers=lost)
    assert (answer.status_code, answer.json()["code"]) == (401, "session_ended")
    assert (await client.get("/api/v1/me", headers=kept)).status_code == 200
    again = await client.delete(f"/api/v1/sessions/{lost_id}", headers=kept)
    assert again.status_code == 404


async def test_nobody_ends_another_persons_session(client: httpx.AsyncClient) -> None:
    victim, other = await signed_in(client, "grid"), await signed_in(client, "dispatcher")
    victims = next(session["id"] for session in await _live(client, victim) if session["current"])
    assert (await client.delete(f"/api/v1/sessions/{victims}", headers=other)).status_code == 404
    assert (await client.get("/api/v1/me", headers=victim)).status_code == 200


async def test_a_new_password_ends_the_other_sessions(client: httpx.AsyncClient, house: House) -> None:
    here, elsewhere = await signed_in(client, "two-posts"), await signed_in(client, "two-posts")
    answer = await client.post("/api/v1/password", json={"current": PASSWORD, "new": NEW}, headers=here)
    assert answer.status_code == 204
    assert (await client.get("/api/v1/me", headers=here)).status_code == 200
    assert (await client.get("/api/v1/me", headers=elsewhere)).status_code == 401
    old = await client.post("/api/v1/tokens", data={"username": "two-posts", "password": PASSWORD})
    assert old.status_code == 401
    await signed_in(client, "two-posts", NEW)
    back = await client.post("/api/v1/password", json={"current": NEW, "new": PASSWORD}, headers=here)
    assert back.status_code == 204


async def test_a_password_is_changed_only_by_who_knows_it(client: httpx.AsyncClient) -> None:
    headers = await signed_in(client, "grid")
    wrong = await client.post("/api/v1/password", json={"current": "guess", "new": NEW}, headers=headers)
    assert (wrong.status_code, wrong.json()["code"]) == (403, "password_wrong")
    unfit = await client.post("/api/v1/password", json={"current": PASSWORD, "new": "short"}, headers=headers)
    assert (unfit.status_code, unfit.json()["code"]) == (422, "password_unfit")
    await signed_in(client, "grid")


async def test_guessing_the_present_password_is_limited(client: httpx.AsyncClient) -> None:
    headers = await signed_in(client, "auditor")
    answers = [
        await client.post("/api/v1/password", json={"current": f"guess {n}", "new": NEW}, headers=headers)
        for n in range(11)
    ]
    assert [answer.status_code for answer in answers] == [403] * 10 + [429]
