"""Message channels: kept by administrators; messages reach the world outside once, whatever fails."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.delivering import Delivering
from models.queries.channels import GIVE_UP_AFTER, due
from runtime.settings import Settings
from tests.support.product import Product

REPORT = {"matter": "manhole-cover", "urgency": "urgent", "unit": "500120001005-g18", "text": "井盖没了"}


@dataclass
class Outside:
    """A chat robot of this test's own: what it took, and whether it takes anything now."""

    port: int = 0
    status: int = 200
    taken: list[dict[str, Any]] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one webhook."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(re.findall(r"(?i)content-length: (\d+)", head)[0])
        body = await reader.readexactly(length)
        if self.status == 200:
            self.taken.append(json.loads(body))
        writer.write(
            f"HTTP/1.1 {self.status} Said\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
        )
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    """The robot, listening."""
    robot = Outside()
    server = await asyncio.start_server(robot.answer, "127.0.0.1", 0)
    robot.port = server.sockets[0].getsockname()[1]
    async with server:
        yield robot


@pytest.fixture
def product_settings(product_settings: Settings, outside: Outside) -> Settings:
    """Settings that know the robot's address."""
    addresses = json.dumps({"duty-group": f"json://127.0.0.1:{outside.port}/robot"})
    return Settings.model_validate({**product_settings.model_dump(), "channels": addresses})


def _delivering(product: Product) -> Delivering:
    settings = product.services.settings
    return Delivering(product.services.database, settings.channel_addresses, "https://shaodao.test")


async def _channel(product: Product, **more: str) -> str:
    """Make a channel for the street; its id."""
    admin = await product.reader("admin")
    form = {"name": "值班群", "address": "duty-group", "unit": "500120001", "language": "zh"}
    answer = await admin.post("/admin/channels/new", data={**form, **more})
    assert answer.status_code == 303, answer.text
    listed = (await admin.get("/admin/channels")).text
    return str(re.findall(r"/admin/channels/(ch_[0-9a-f]+)/switch", listed)[-1])


async def test_a_message_goes_outside_once_and_says_where_to_look(product: Product, outside: Outside) -> None:
    channel = await _channel(product)
    worker = await product.person("dongguan-g18")
    number = (await worker.report(**REPORT))["number"]
    now = datetime.now(UTC) + timedelta(days=0.9)  # past the quiet hours
    assert await _delivering(product).send_due(now) > 0
    texts = [taken["message"] for taken in outside.taken]
    assert any(number in text for text in texts)
    assert f"https://shaodao.test/cases/{number}" in texts[0]
    outside.taken.clear()
    assert await _delivering(product).send_due(now) == 0
    assert outside.taken == []
    await _switch(product, channel, "no")


async def test_what_was_not_taken_is_tried_again_and_given_up_in_the_end(
    product: Product, outside: Outside
) -> None:
    channel = await _channel(product)
    outside.status = 500
    worker = await product.person("dongguan-g18")
    await worker.report(**REPORT)
    now = datetime.now(UTC) + timedelta(hours=1)
    tried = await _delivering(product).send_due(now)
    assert tried > 0
    async with product.services.sessions.read() as session:
        assert await due(session, datetime.now(UTC)) == ()
        again = await due(session, now)
    assert {one.attempts for one in again} == {1}
    outside.status = 200
    assert await _delivering(product).send_due(now) == tried
    assert len(outside.taken) == tried
    assert GIVE_UP_AFTER > 3
    await _switch(product, channel, "no")


async def test_a_paused_channel_is_silent_and_does_not_catch_up(product: Product, outside: Outside) -> None:
    channel = await _channel(product)
    await _switch(product, channel, "no")
    worker = await product.person("dongguan-g18")
    await worker.report(**REPORT)
    later = datetime.now(UTC) + timedelta(hours=1)
    assert await _delivering(product).send_due(later) == 0
    await _switch(product, channel, "yes")
    assert await _delivering(product).send_due(later) == 0
    await _switch(product, channel, "no")


async def test_a_trial_says_whether_it_was_taken(product: Product, outside: Outside) -> None:
    channel = await _channel(product)
    admin = await product.reader("admin")
    await admin.post(f"/admin/channels/{channel}/try")
    assert "对方已接收" in (await admin.get("/admin/channels")).text
    outside.status = 503
    await admin.post(f"/admin/channels/{channel}/try")
    assert "没有送出" in (await admin.get("/admin/channels")).text
    await _switch(product, channel, "no")


async def test_a_form_that_is_wrong_says_where(product: Product) -> None:
    admin = await product.reader("admin")
    answer = await admin.post("/admin/channels/new", name="", address="elsewhere", unit="500120001")
    assert answer.status_code == 422
    assert 'id="fault-name"' in answer.text
    answer = await admin.post("/admin/channels/new", name="群", address="elsewhere", unit="500120001")
    assert (answer.status_code, 'id="fault-address"' in answer.text) == (422, True)


async def test_only_administrators_keep_channels(product: Product) -> None:
    dispatcher = await product.reader("bicheng-dispatch")
    assert (await dispatcher.get("/admin/channels")).status_code == 403


@pytest.mark.parametrize("wrong", ["no json", '["a"]', '{"a": 1}', '{"": "json://x"}'])
def test_addresses_that_cannot_be_read_are_refused_without_being_repeated(wrong: str) -> None:
    with pytest.raises(ValueError, match="SHAODAO_CHANNELS must be like") as refused:
        Settings.model_validate({"channels": wrong})
    assert "json://x" not in str(refused.value)


async def _switch(product: Product, channel: str, active: str) -> None:
    admin = await product.reader("admin")
    assert (await admin.post(f"/admin/channels/{channel}/switch", active=active)).status_code == 303
