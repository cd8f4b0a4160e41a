"""A good client: sends under a key, and after a lost answer or a 5xx the same again, until it is answered.

`Retry-After` is obeyed. Now and then a client is made to hang up: its line is cut in the middle of the
request or before the answer, and it, too, sends the same again.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final
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
            base_url=f"{address}{API}",
            timeout=ONE_TRY,
            trust_env=False,
            limits=httpx.Limits(max_connections=100, keepalive_expiry=5),
        )

    async def close(self) -> None:
        """Let go of the lines."""
        await self._http.aclose()

    async def sign_in(self, logins: Sequence[str]) -> None:
        """Sign everybody in, one after the other: passwords are slow to check on purpose."""
        for login in logins:
            form = {"username": login, "password": self._password}
            answer = await self._http.post("/tokens", data=form, timeout=60)
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
        if self._rng.random() < self.hang_up_share:
            await self._hang_up(sent)
        answer = await self.send(sent)
        self.memory.note(answer)
        return answer

    async def send(self, sent: Sent) -> Answer:
        """Send it, and again until it is answered. Raises Refused, GaveUp."""
        began, pause, tries = time.monotonic(), FIRST_PAUSE, 0
        while True:
            asked, tries = time.monotonic(), tries + 1
            wait = pause
            try:
                said = await self._http.post(sent.path, json=sent.body, headers=self._headers(sent))
            except httpx.TransportError as error:
                self.memory.told[type(error).__name__] += 1
            else:
                if said.is_success:
                    return _answer(sent, said.json(), tries, began, asked)
                code = _code(said)
                self.memory.told[f"{said.status_code} {code}"] += 1
                if said.status_code not in (429, 502, 503, 504):
                    words = f"{sent.name}, try {tries}: {said.status_code} {code} {said.text[:300]}"
                    raise Refused(words, code)
                wait = float(said.headers.get("Retry-After", pause))
            if time.monotonic() - began > PATIENCE:
                raise GaveUp(f"{sent.name}: no answer in {tries} tries, {PATIENCE:g} s")
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
        return {"Authorization": f"Bearer {self._tokens[sent.login]}", "Idempotency-Key": sent.key}


def _answer(sent: Sent, said: dict[str, Any], tries: int, began: float, asked: float) -> Answer:
    return Answer(
        sent=sent,
        number=said["number"],
        version=said["version"],
        head=said["case"]["head"],
        stage=said["stage"],
        at=datetime.fromisoformat(said["at"]),
        tries=tries,
        began=began,
        asked=asked,
        answered=time.monotonic(),
    )


def _code(said: httpx.Response) -> str:
    try:
        return str(said.json().get("code", ""))
    except ValueError:
        return ""
