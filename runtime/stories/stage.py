"""The stage a story is played on: people who are signed in to a running product, and its time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from runtime.stories.faults import NotReady, Refused
from runtime.stories.pictures import sketch

API: Final = "/api/v1"
TRIES: Final = 8
"""How often something is sent while the product asks for patience (429, 503)."""
LONGEST_PAUSE: Final = 30.0
"""Seconds; a product that asks for more at a time is not waited for any longer."""


class Stage:
    """A product behind an address. Here no time passes but the pause between two steps."""

    time_passes = False
    """Whether `wait_until` really waits, so that clocks run out and reminders come."""

    def __init__(self, http: httpx.AsyncClient, password: str, pace: float = 0) -> None:
        """`http` knows the address; everybody has the `password`; `pace` is the pause in seconds."""
        self.http = http
        self._password = password
        self._pace = pace
        self._tokens: dict[str, str] = {}

    async def now(self) -> datetime:
        """The product's time, UTC."""
        return datetime.now(UTC)

    async def wait_until(self, instant: datetime) -> None:
        """Let the story's time come to `instant`, if this stage can; else only pause."""
        del instant
        await asyncio.sleep(self._pace)

    async def sign_in(self, login: str) -> None:
        """Sign somebody in, once. Raises NotReady if the product does not let them in."""
        if login in self._tokens:
            return
        form = {"username": login, "password": self._password}
        answer = await self._send("POST", "/tokens", data=form)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise NotReady(
                f"账号 {login} 不存在或密码不符:演示账号只在首次启动、且有演示密码时建立\n"
                f"The account {login} is missing or has another password: the demonstration people are made "
                "at the first start, and only where there is a demonstration password (SHAODAO_DEMO_PASSWORD)"
            )
        self._tokens[login] = _accepted(answer)["access_token"]

    async def post(self, login: str, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        """Send something as somebody, under an idempotency key; the answer. Raises Refused, NotReady."""
        headers = {**self._as(login), "Idempotency-Key": key}
        return _accepted(await self._send("POST", path, json=body, headers=headers))

    async def get(self, login: str, path: str) -> dict[str, Any]:
        """Read something as somebody. Raises Refused, NotReady."""
        return _accepted(await self._send("GET", path, headers=self._as(login)))

    async def take_picture(self, login: str, caption: str) -> str:
        """Draw a picture and send it up as somebody; its id. Raises Refused, NotReady."""
        picture = {"file": ("picture.jpg", sketch(caption), "image/jpeg")}
        answer = await self._send("POST", "/attachments", files=picture, headers=self._as(login))
        stored: str = _accepted(answer)["id"]
        return stored

    def _as(self, login: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._tokens[login]}"}

    async def _send(self, method: str, path: str, **content: Any) -> httpx.Response:
        """Send, and have patience where the product asks for it."""
        for attempt in range(1, TRIES + 1):
            try:
                answer = await self.http.request(method, f"{API}{path}", **content)
            except httpx.TransportError as error:
                raise NotReady(
                    f"{self.http.base_url} 没有应答;先在另一个终端 make run\n"
                    f"{self.http.base_url} does not answer ({type(error).__name__}): "
                    "start the product first, with `make run` in another terminal"
                ) from error
            pause = float(answer.headers.get("Retry-After", 1))
            patient = answer.status_code in (429, 503) and pause <= LONGEST_PAUSE and attempt < TRIES
            if not patient:
                break
            await asyncio.sleep(pause)
        return answer


def _accepted(answer: httpx.Response) -> dict[str, Any]:
    try:
        content: dict[str, Any] = answer.json()
    except ValueError:
        content = {"title": answer.text[:200]}
    if answer.is_success:
        return content
    raise Refused(answer.status_code, content)
