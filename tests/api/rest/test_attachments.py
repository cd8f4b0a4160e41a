"""Pictures over HTTP: sent up, looked at by those who may, refused to the others."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from runtime.settings import Settings
from tests.api.attachments.pictures import exif, picture
from tests.api.house import signed_in

PATH = "/api/v1/attachments"


async def _sent(client: httpx.AsyncClient, headers: dict[str, str], data: bytes) -> httpx.Response:
    return await client.post(PATH, files={"file": ("../../etc/passwd.exe", data)}, headers=headers)


async def test_a_picture_is_stored_with_what_the_camera_knew(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    headers = await signed_in(client, "grid")
    answer = await _sent(client, headers, picture(data=exif()))
    assert answer.status_code == 201, answer.text
    attachment = answer.json()
    assert attachment["taken_at"] == "2026-03-02T01:12:45Z"
    assert (attachment["latitude"], attachment["longitude"]) == (29.5921, 106.2279)
    assert answer.headers["location"] == f"{PATH}/{attachment['id']}"
    stored = [path for path in settings.state.attachments.rglob("*") if path.is_file()]
    assert len(stored) == 1
    assert b"Xiaoming" not in stored[0].read_bytes()

    look = await client.get(answer.headers["location"], headers=headers)
    assert look.content == stored[0].read_bytes()
    assert look.headers["content-type"] == "image/jpeg"
    assert len(look.content) == attachment["size"]


async def test_the_same_picture_twice_is_one_object_and_two_attachments(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    headers = await signed_in(client, "grid")
    first, second = [await _sent(client, headers, picture()) for _ in range(2)]
    assert first.json()["id"] != second.json()["id"]
    assert len([path for path in settings.state.attachments.rglob("*") if path.is_file()]) == 1


async def test_a_picture_that_the_caller_has_is_not_sent_again(client: httpx.AsyncClient) -> None:
    headers = await signed_in(client, "grid")
    where = (await _sent(client, headers, picture())).headers["location"]
    etag = (await client.get(where, headers=headers)).headers["etag"]
    answer = await client.get(where, headers={**headers, "If-None-Match": etag})
    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.parametrize(
    ("login", "status"),
    [("grid", 200), ("dispatcher", 404), ("auditor", 404), ("two-posts", 404), ("elsewhere", 404)],
)
async def test_until_a_case_speaks_of_it_only_the_uploader_may_look(
    client: httpx.AsyncClient, login: str, status: int
) -> None:
    where = (await _sent(client, await signed_in(client, "grid"), picture())).headers["location"]
    assert (await client.get(where, headers=await signed_in(client, login))).status_code == status
    assert (await client.get(where)).status_code == 401


async def test_the_chosen_post_decides_who_may_look(client: httpx.AsyncClient) -> None:
    both = await signed_in(client, "two-posts")
    sent = await _sent(client, {**both, "Shaodao-Post": "post_two-posts_1"}, picture())
    look = await client.get(sent.headers["location"], headers=await signed_in(client, "grid"))
    assert look.status_code == 404, "uploaded under the street's post, so the grid has no part in it"


@pytest.mark.parametrize("guess", ["at_nonsense", "%2e%2e%2f%2e%2e", "at_%00"])
async def test_a_guessed_id_finds_nothing(client: httpx.AsyncClient, guess: str) -> None:
    answer = await client.get(f"{PATH}/{guess}", headers=await signed_in(client, "grid"))
    assert answer.status_code in {400, 404, 422}


async def test_what_is_no_picture_is_refused_and_not_stored(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    answer = await _sent(client, await signed_in(client, "grid"), b"MZ\x90\0 this is a program")
    assert (answer.status_code, answer.json()["code"]) == (422, "picture_unreadable")
    assert [path for path in settings.state.attachments.rglob("*") if path.is_file()] == []


async def test_a_picture_may_be_larger_than_other_bodies_but_not_endless(
    client: httpx.AsyncClient, app: FastAPI, settings: Settings
) -> None:
    headers = await signed_in(client, "grid")
    answer = await _sent(client, headers, picture() + b"\0" * (2 * settings.max_body_bytes))
    assert answer.status_code == 201
    answer = await _sent(client, headers, picture() + b"\0" * (settings.max_attachment_bytes + 20_000))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_only_who_is_signed_in_may_send(client: httpx.AsyncClient) -> None:
    assert (await _sent(client, {}, picture())).status_code == 401


async def test_a_form_without_a_file_is_refused(client: httpx.AsyncClient) -> None:
    headers = await signed_in(client, "grid")
    answer = await client.post(PATH, data={"file": "not a file"}, headers=headers)
    assert answer.status_code == 422
