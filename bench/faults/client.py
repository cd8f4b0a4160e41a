"""A good client: sends under a key, and after a lost answer or a 5xx the same again, until it is answered.

`Retry-After` is obeyed. Now and then a client is made to hang up: its line is cut in the middle of the
request or before the answer, and it, too, sends the same again.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import httpx

from bench.faults.memory import Answer, Memory, Sent
from models.city.demonstration import demo_people

API: Final = "/api/v1"
PATIENCE: Final = 120.0
"""Seconds after which somebody who still has no answer gives up; longer than any blow and its recovery."""
ONE_TRY: Final = 15.0
"""Seconds that a client waits for one answer; more than the product's own `SHAODAO_RPC_TIMEOUT` of ten."""
FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 2.0


class GaveUp(Exception):
    """No answer for as long as anybody would wait."""


class Refused(Exception):
    """An answer that sending again does not change: a refusal, or an internal error."""

    def __init__(self, words: str, code: str = "") -> None:
        """`code` is the stable one of the problem document."""
        super().__init__(words)
        self.code = code


class Reply(NamedTuple):
    """What was answered at last, and after how much asking; instants are monotonic seconds."""

    said: httpx.Response
    tries: int
    began: float
    asked: float
    """When the try was sent that brought the answer."""


class Clients:
    """People who are signed in, behind one address."""

    def __init__(self, address: str, password: str, memory: Memory, rng: random.Random) -> None:
        """`address` is the API's; the demonstration people have the `password`."""
        self.memory = memory
        self.hang_up_share = 0.0
        """The share of requests whose line is cut at the first try."""
        self.hung_up = 0
        self._address = urlsplit(address)
        self._password = password
        self._rng = rng
        self._tokens: dict[str, str] = {}
        self._persons = {person.login: person.id for person in demo_people()}
        self._http = httpx.AsyncClient(
            base_url=address,
            timeout=ONE_TRY,
            trust_env=False,
            limits=httpx.Limits(max_connections=100, keepalive_expiry=5),
        )

    async def close(self) -> None:
        """Let go of the lines."""
        await self._http.aclose()

    async def sign_in(self, logins: Iterable[str]) -> None:
        """Sign in who is not yet, one after the other: passwords are slow to check on purpose."""
        for login in sorted(set(logins) - self._tokens.keys()):
            form = {"username": login, "password": self._password}
            answer = await self._http.post(f"{API}/tokens", data=form, timeout=60)
            if not answer.is_success:
                raise Refused(f"{login} may not sign in: {answer.status_code} {answer.text[:200]}")
            self._tokens[login] = answer.json()["access_token"]

    def _request(self, login: str, path: str, body: dict[str, Any]) -> Sent:
        """A new request, under a new key. A report's text is its key, by which it is found again."""
        key = f"{self.memory.run}-{len(self.memory.sent)}"
        if path == "/cases":
            body = {**body, "text": key, "drill": True}
        sent = Sent(login=login, person=self._persons[login], path=path, body=body, key=key)
        self.memory.sent[key] = sent
        return sent

    async def post(self, login: str, path: str, body: dict[str, Any]) -> Answer:
        """Send something new, until it is answered; the answer is remembered. Raises Refused, GaveUp."""
        sent = self._request(login, path, body)
        began = time.monotonic()
        if self._rng.random() < self.hang_up_share:
            await self._hang_up(sent)  # which may have brought it there all the same
        answer = (await self.send(sent)).model_copy(update={"began": began})
        self.memory.note(answer)
        return answer

    async def send(self, sent: Sent) -> Answer:
        """Send it, and again until it is answered. Raises Refused, GaveUp."""
        headers = self._headers(sent)
        reply = await self._insist(
            sent.name, lambda: self._http.post(f"{API}{sent.path}", json=sent.body, headers=headers)
        )
        return _answer(sent, reply)

    async def send_up(self, login: str, picture: bytes) -> str:
        """Send a picture up, until it is taken in; its id. Raises Refused, GaveUp."""
        files, headers = {"file": ("noise.png", picture, "image/png")}, self._bearer(login)
        path = f"{API}/attachments"
        reply = await self._insist("picture", lambda: self._http.post(path, files=files, headers=headers))
        return str(reply.said.json()["id"])

    async def picture(self, login: str, picture: str) -> bytes:
        """Look at a picture. Raises Refused where it is not shown, GaveUp."""
        path, headers = f"{API}/attachments/{picture}", self._bearer(login)
        return (await self._insist("picture", lambda: self._http.get(path, headers=headers))).said.content

    async def page(self, path: str) -> str:
        """A page that anybody may read. Raises Refused, GaveUp."""
        return (await self._insist(path, lambda: self._http.get(path))).said.text

    async def fill_in(self, path: str, form: Mapping[str, str]) -> str:
        """Send a form that anybody may send, until it is taken; where it leads. Raises Refused, GaveUp."""
        said = (await self._insist(path, lambda: self._http.post(path, data=dict(form)))).said
        if not said.is_redirect:
            raise Refused(f"{path}: the form came back with {said.status_code}")
        return said.headers["Location"]

    async def _insist(self, name: str, ask: Callable[[], Awaitable[httpx.Response]]) -> Reply:
        """Ask, and again until it is answered. Raises Refused, GaveUp."""
        began, pause, tries = time.monotonic(), FIRST_PAUSE, 0
        while True:
            asked, tries = time.monotonic(), tries + 1
            wait = pause
            try:
                said = await ask()
            except httpx.TransportError as error:
                self.memory.told[type(error).__name__] += 1
            else:
                if said.is_success or said.is_redirect:
                    return Reply(said, tries, began, asked)
                code = _code(said)
                self.memory.told[f"{said.status_code} {code}"] += 1
                if said.status_code not in (429, 502, 503, 504):
                    raise Refused(f"{name}, try {tries}: {said.status_code} {code} {said.text[:300]}", code)
                wait = float(said.headers.get("Retry-After", pause))
            if time.monotonic() - began > PATIENCE:
                raise GaveUp(f"{name}: no answer in {tries} tries, {PATIENCE:g} s")
            await asyncio.sleep(wait * self._rng.uniform(1.0, 1.2))  # not all in the same instant
            pause = min(LONGEST_PAUSE, pause * 1.5)

    async def _hang_up(self, sent: Sent) -> None:
        """Send it over a line of its own, wholly or in part, and cut the line before the answer is read."""
        content = json.dumps(sent.body).encode()
        head = [f"POST {API}{sent.path} HTTP/1.1", f"Host: {self._address.netloc}"]
        head += [f"{name}: {value}" for name, value in self._headers(sent).items()]
        head += ["Content-Type: application/json", f"Content-Length: {len(content)}", "", ""]
        whole = "\r\n".join(head).encode() + content
        length = len(whole) if self._rng.random() < 0.7 else self._rng.randrange(len(whole))
        self.hung_up += 1
        with suppress(OSError):  # nobody listens: then this line was cut by somebody else
            _, writer = await asyncio.open_connection(self._address.hostname, self._address.port)
            writer.write(whole[:length])
            await writer.drain()
            await asyncio.sleep(self._rng.uniform(0.0, 0.06))
            writer.transport.abort()

    def _headers(self, sent: Sent) -> dict[str, str]:
        return {**self._bearer(sent.login), "Idempotency-Key": sent.key}

    def _bearer(self, login: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._tokens[login]}"}


def _answer(sent: Sent, reply: Reply) -> Answer:
    said = reply.said.json()
    return Answer(
        sent=sent,
        number=said["number"],
        version=said["version"],
        head=said["case"]["head"],
        stage=said["stage"],
        at=datetime.fromisoformat(said["at"]),
        tries=reply.tries,
        began=reply.began,
        asked=reply.asked,
        answered=time.monotonic(),
    )


def _code(said: httpx.Response) -> str:
    try:
        return str(said.json().get("code", ""))
    except ValueError:
        return ""
