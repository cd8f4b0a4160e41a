"""The live stream: who may see a case hears of it, for one query however many listen."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from sqlalchemy.ext.asyncio import AsyncEngine

from api import live as ears
from api.live import Listener, Live, on_termination
from api.rest import stream
from models.case.commands import Accept
from models.case.jurisdiction import sight
from runtime.database import Sessions
from tests.support import world
from tests.support.play import Play
from tests.support.product import API, Product
from tests.support.reading import furnish, statements, write


@pytest.fixture
async def live(engine: AsyncEngine, sessions: Sessions) -> AsyncIterator[Live]:
    """An ear on this module's database."""
    await furnish(engine)
    live = Live(sessions)
    yield live
    await live.close()


async def hearing(listener: Listener) -> None:
    """Wait until the ear is open: that is when listeners are told that they may have missed something."""
    missed, _ = await listener.wait(10)
    assert missed


async def test_a_case_is_told_to_those_who_may_see_it_and_to_nobody_else(
    engine: AsyncEngine, live: Live
) -> None:
    play = Play.reported(world.dossier(number="20261012-000001"))
    with (
        live.listener(sight(world.OFFICER)) as officer,
        live.listener(sight(world.FOREIGN_DISPATCHER)) as foreign,
    ):
        await hearing(officer)
        await hearing(foreign)
        await write(engine, play)
        assert await officer.wait(10) == (False, {play.case.number: play.case.version})
        assert await foreign.wait(0.3) == (False, {})


async def test_a_burst_is_one_query_for_any_number_of_listeners(engine: AsyncEngine, live: Live) -> None:
    plays = [Play.reported(world.dossier(number=f"20261012-{place:06}")) for place in range(100, 150)]
    listeners = [live.listener(sight(world.OFFICER)) for _ in range(40)]
    opened = [context.__enter__() for context in listeners]
    for listener in opened:
        await hearing(listener)
    with statements(live._sessions.engine) as sent:
        await write(engine, *plays)
        heard: dict[str, int] = {}
        while len(heard) < len(plays):
            missed, told = await opened[0].wait(10)
            assert not missed
            heard |= told
    asked = [statement for statement in sent if "visible_to" in statement and "INSERT" not in statement]
    assert len(asked) <= 3
    for context in listeners:
        context.__exit__(None, None, None)


async def test_versions_that_pile_up_are_told_once_and_too_many_become_a_reset() -> None:
    listener = Listener(sight(world.OFFICER))
    listener.tell({"a": 1})
    listener.tell({"a": 2, "b": 1})
    assert await listener.wait(0.01) == (False, {"a": 2, "b": 1})
    listener.tell({str(number): 1 for number in range(ears.BEHIND + 1)})
    assert await listener.wait(0.01) == (True, {})
    assert await listener.wait(0.01) == (False, {})


async def test_a_replaced_sight_counts_from_then_on(engine: AsyncEngine, live: Live) -> None:
    play = Play.reported(world.dossier(number="20261012-000003"))
    with live.listener(sight(world.OFFICER)) as listener:
        await hearing(listener)
        listener.sight = sight(world.FOREIGN_DISPATCHER)
        await write(engine, play)
        assert await listener.wait(0.5) == (False, {})
        listener.sight = sight(world.OFFICER)
        play.send(world.OFFICER, Accept())
        await write(engine, play)
        assert await listener.wait(10) == (False, {play.case.number: play.case.version})


async def test_the_signal_to_end_reaches_the_streams_and_then_the_server() -> None:
    told: list[str] = []
    before = signal.signal(signal.SIGTERM, lambda *_: told.append("server"))
    try:
        with on_termination(lambda: told.append("streams")):
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(0.1)
        assert sorted(told) == ["server", "streams"]
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0.1)
        assert told.count("streams") == 1
    finally:
        signal.signal(signal.SIGTERM, before)


async def test_where_nobody_handles_signals_nothing_is_done() -> None:
    handler = signal.getsignal(signal.SIGTERM)
    assert handler is signal.SIG_DFL
    with on_termination(lambda: None):
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL

    def elsewhere() -> None:
        with on_termination(lambda: None):
            pass

    await asyncio.to_thread(elsewhere)


# ── over HTTP ────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def listening(product: Product) -> AsyncIterator[httpx.AsyncClient]:
    """The product's application on a real port: a stream needs a real connection."""
    config = uvicorn.Config(product.app, lifespan="off", log_config=None, timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as door:  # open at once: whoever comes early waits in line
        serving = asyncio.create_task(server._serve([door]))  # without taking over this process's signals
        base = f"http://127.0.0.1:{door.getsockname()[1]}"
        try:
            async with httpx.AsyncClient(base_url=base, trust_env=False, timeout=15) as http:
                yield http
        finally:
            server.should_exit = True
            await serving


@asynccontextmanager
async def stream_of(
    product: Product, http: httpx.AsyncClient, login: str
) -> AsyncIterator[AsyncIterator[tuple[str, str]]]:
    """The events of somebody's stream, as pairs of name and data; the first one has been taken."""
    person = await product.person(login)

    async def events(answer: httpx.Response) -> AsyncIterator[tuple[str, str]]:
        event = ""
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                event = value
            elif name == "data":
                yield event, value

    async with http.stream("GET", f"{API}/stream", headers=person.headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        told = events(answer)
        assert await anext(told) == ("reset", "{}")
        yield told


async def test_the_stream_carries_numbers_and_versions_only(product: Product) -> None:
    worker = await product.person("dongguan-g18")
    async with (
        listening(product) as http,
        stream_of(product, http, "dongguan") as told,
        stream_of(product, http, "shengdi") as foreign,
    ):
        assert await anext(told) == ("reset", "{}")  # the first listener opened the ear
        receipt = await worker.report(matter="street-lamp", unit="500120001005-g18", text="路灯不亮")
        event, data = await asyncio.wait_for(anext(told), 10)
        assert event == "case"
        assert json.loads(data) == {"number": receipt["number"], "version": receipt["version"]}
        product.services.live.end()
        assert [entry async for entry in told] == []
        assert {name for name, _ in [entry async for entry in foreign]} <= {"reset"}


async def test_the_stream_ends_with_the_session(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.2)
    async with listening(product) as http, stream_of(product, http, "dongguan-2") as told:
        assert (await anext(told))[0] == "reset"
        person = await product.person("dongguan-2")
        (session,) = (await person.get("/sessions")).json()["items"]
        gone = await product.http.delete(f"{API}/sessions/{session['id']}", headers=person.headers)
        assert gone.status_code == 204
        assert await asyncio.wait_for(anext(told), 10) == ("end", "{}")
