"""Bodies and heads: huge, nested, slow, endless, or not what they say. None holds more than its connection.

Which limit answers:

| what comes                             | limit                                          | answer          |
|----------------------------------------|------------------------------------------------|-----------------|
| a body that is too large               | `SHAODAO_MAX_BODY_BYTES`                       | 413             |
| a body that comes too slowly           | `api/middleware/slow_bodies`: 30 s, 2 KiB/s    | 408             |
| a head that comes too slowly, or never | `api/connection`: 20 s                         | connection ends |
| a head or trailers without end         | `api/connection`: 64 KiB                       | 431             |
| nested or otherwise unreadable JSON    | the parser                                     | 400, 422        |

That declared and undeclared lengths are cut off is tests/api/middleware/test_stack.py.
"""

from __future__ import annotations

import asyncio
import time
from typing import Final

import httpx
import pytest

import api.connection
from api.middleware import slow_bodies
from tests.security import shared
from tests.security.routes import PAGE_ROUTES, REST_ROUTES, UNSAFE
from tests.security.sockets import Door, listening
from tests.security.test_sessions import FILLED
from tests.support.product import API, Product

product = shared.product

JSON: Final = "application/json"
DEEP: Final = 20_000
BODIES: Final[dict[str, bytes]] = {
    "nested lists": b"[" * DEEP + b"]" * DEEP,
    "nested objects": b'{"reason":' * DEEP + b"1" + b"}" * DEEP,
    "a nested field": b'{"reason":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "nested and never closed": b'{"a":[' * DEEP,
    "a number of many digits": b'{"amount":' + b"9" * 100_000 + b',"reason":"x"}',
    "a number that is none": b'{"amount":NaN,"latitude":Infinity,"reason":"x"}',
    "one field a thousand times": b"{" + b",".join(b'"reason":"%d"' % n for n in range(5000)) + b"}",
    "ten thousand fields": b"{" + b",".join(b'"f%d":1' % n for n in range(10_000)) + b"}",
    "a NUL": b'{"reason":"a\\u0000b","note":"a\\u0000b","text":"\\u0000"}',
    "a NUL in UTF-16": '{"reason":"a\\u0000b","note":"a\\u0000b","text":"\\u0000"}'.encode("utf-16"),
    "half a character": b'{"reason":"\\ud800","note":"\\udfff","text":"\\ud800"}',
    "no UTF-8": b'{"reason":"\xff\xfe\xfa"}',
    "nothing": b"",
    "a word": b'"x"',
    "null": b"null",
}
WRITING: Final = tuple(
    route for route in REST_ROUTES if route.method in UNSAFE and "tokens" not in route.path
)


@pytest.mark.parametrize("kind", BODIES)
async def test_no_body_is_our_fault(product: Product, kind: str) -> None:
    """Every address of the interface that takes something, as its documentation lists them."""
    admin, dispatcher = await product.admitted("admin"), await product.admitted("bicheng-dispatch")
    number = (await dispatcher.report(matter="other", unit="500120001"))["number"]
    before = (await product.state(number)).version
    values = FILLED | {"number": number, "attachment_id": "at_x", "rollout_id": "x", "whose": "mine"}
    assert len(WRITING) > 50
    for route in WRITING:
        who = admin if route.path.startswith((f"{API}/people", f"{API}/units", f"{API}/pol")) else dispatcher
        headers = who.headers | {"Content-Type": JSON}
        answer = await product.http.request(
            route.method, route.at(**values), content=BODIES[kind], headers=headers
        )
        harmless = kind in ("one field a thousand times", "nothing", "null")  # some take an empty body
        allowed = (400, 403, 404, 409, 422) if not harmless else (200, 201, 204, 400, 403, 404, 409, 422)
        assert answer.status_code in allowed, f"{route}: {answer.status_code} {answer.text[:200]}"
        assert len(answer.content) < 100_000, f"{route}: a long answer to a short question"
        if harmless and answer.status_code == 200 and route.path.endswith("accept"):
            before = answer.json()["version"]
    if kind not in ("one field a thousand times", "nothing", "null"):
        assert (await product.state(number)).version == before


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "",
        "text/plain",
        "application/json;charset=utf-16",
        "APPLICATION/JSON",
        "application/merge-patch+json",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
async def test_a_nul_passes_under_no_name(product: Product, kind: str | None, encoding: str) -> None:
    """A body that is called otherwise is either not read, or looked through."""
    dispatcher = await product.admitted("bicheng-dispatch")
    number = (await dispatcher.report(matter="other", unit="500120001"))["number"]
    before = (await product.state(number)).version
    for path in (f"{API}/cases", f"{API}/cases/{number}/annotate"):
        said = '{"matter":"other","text":"a\\u0000b","note":"a\\u0000b"}'.encode(encoding)
        headers = dispatcher.headers | ({} if kind is None else {"Content-Type": kind})
        answer = await product.http.post(path, content=said, headers=headers)
        assert answer.status_code in (400, 415, 422), f"{path}: {answer.status_code} {answer.text[:200]}"
    assert (await product.state(number)).version == before


@pytest.mark.parametrize("kind", ["urlencoded", "multipart", "lies"])
async def test_no_form_is_our_fault(product: Product, kind: str) -> None:
    """Thousands of fields, parts without names, a boundary that never comes: every form of every page."""
    from tests.security.cookies import browser_of

    browser = browser_of(product, await product.admitted("admin"))
    ours = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
    forms: dict[str, tuple[str, bytes]] = {
        "urlencoded": (
            "application/x-www-form-urlencoded",
            b"&".join(b"f%d=%%00%%ff" % n for n in range(3000)),
        ),
        "multipart": (
            "multipart/form-data; boundary=b",
            b"".join(
                b'--b\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nx\r\n' % n for n in range(2000)
            ),
        ),
        "lies": ("multipart/form-data; boundary=" + "b" * 300, b"--c\r\n\r\n" + b"\x00" * 1000),
    }
    content_type, content = forms[kind]
    for route in PAGE_ROUTES:
        if route.method not in UNSAFE or route.path == "/sign-out":
            continue
        headers = ours | {"Content-Type": content_type}
        answer = await browser.http.post(route.at(**FILLED), content=content, headers=headers)
        assert answer.status_code < 500, f"{route}: {answer.status_code}"


async def test_slow_bodies_hold_only_their_connections(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three times as many as there are database connections: others are served at once, and these let go."""
    monkeypatch.setattr(slow_bodies, "PATIENCE", 3.0)
    many = 3 * product.services.settings.pool_size
    worker = await product.admitted("dongguan-g18")
    token = worker.headers["Authorization"]
    addresses = (
        ("/api/v1/cases", f"Authorization: {token}\r\nContent-Type: application/json"),
        ("/r/500120001005-g18/report", "Content-Type: application/x-www-form-urlencoded"),
        ("/me/password", f"Cookie: shaodao_session={token.split()[1]}\r\nSec-Fetch-Site: same-origin\r\n"
         "Content-Type: application/x-www-form-urlencoded"),
    )  # fmt: skip
    async with listening(product.app) as door:
        began = time.monotonic()
        drips = [asyncio.create_task(_drip(door, *addresses[n % 3])) for n in range(many)]
        await asyncio.sleep(0.5)
        async with httpx.AsyncClient(base_url=door.address) as http:
            for path in ("/readyz", "/r/500120001005-g18", "/api/v1/cases", "/healthz"):
                asked = time.monotonic()
                answer = await http.get(path, headers=worker.headers, timeout=10)
                assert answer.status_code == 200, path
                assert time.monotonic() - asked < 5, f"{path} waited for the slow ones"
        assert not any(drip.done() for drip in drips), "the slow ones were still there"
        answers = await asyncio.gather(*drips)
        assert time.monotonic() - began < 60
    assert {answer.split(b" ", 2)[1] for answer in answers} == {b"408"}


async def _drip(door: Door, path: str, headers: str) -> bytes:
    """Send a body byte by byte until something is said to it; the first line of that."""
    reader, writer = await door.connect()
    writer.write(f"POST {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\nContent-Length: 5000\r\n\r\n".encode())
    answered = asyncio.create_task(reader.readline())
    while not answered.done():
        writer.write(b"x")
        await asyncio.sleep(0.1)
    writer.close()
    return answered.result()


async def test_a_head_that_never_ends_is_let_go(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.connection, "HEAD_WITHIN", 1.0)
    async with listening(product.app) as door:
        silent = await door.connect()
        slow = await door.connect()
        slow[1].write(b"GET /healthz HTTP/1.1\r\n")
        began = time.monotonic()

        async def drip() -> bytes:
            answered = asyncio.create_task(slow[0].read())
            while not answered.done():
                slow[1].write(b"X-A: b\r\n")
                await asyncio.sleep(0.1)
            return answered.result()

        ended = await asyncio.gather(silent[0].read(), drip(), return_exceptions=True)
        for _, writer in (silent, slow):
            writer.close()
        assert time.monotonic() - began < 20
        assert all(one == b"" or isinstance(one, ConnectionError) for one in ended)


@pytest.mark.parametrize("what", ["one header", "many headers", "the address", "trailers"])
async def test_a_head_without_end_is_refused(product: Product, what: str) -> None:
    """uvicorn itself would go on collecting it: 20 MB here, and only some of it is read."""
    parts: dict[str, tuple[bytes, bytes]] = {
        "one header": (b"GET /healthz HTTP/1.1\r\nX-Long: ", b"x" * 16_000),
        "many headers": (b"GET /healthz HTTP/1.1\r\n", b"X-H: y\r\n" * 2000),
        "the address": (b"GET /", b"a" * 16_000),
        "trailers": (
            b"POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
            b"X-T: y\r\n" * 2000,
        ),
    }
    first, more = parts[what]
    async with listening(product.app) as door:
        reader, writer = await door.connect()
        writer.write(first)
        sent = 0
        try:
            while sent < 20_000_000 and not reader.at_eof():
                writer.write(more)
                await writer.drain()
                sent += len(more)
                await asyncio.sleep(0)
            said = await reader.read()
        except ConnectionError:
            said = b""
        assert sent < 10_000_000, "it was read to the end"
        assert said == b"" or said.split(b" ", 2)[1] in (b"431", b"400")
        async with httpx.AsyncClient(base_url=door.address) as http:
            assert (await http.get("/healthz")).status_code == 200


async def test_a_hundred_ordinary_headers_are_no_attack(product: Product) -> None:
    async with listening(product.app) as door, httpx.AsyncClient(base_url=door.address) as http:
        headers = {f"X-H{n}": "y" * 100 for n in range(100)}
        for _ in range(3):
            assert (await http.get("/healthz", headers=headers)).status_code == 200
        person = await product.admitted("dongguan-g18")
        large = {"file": ("x.bin", b"\xff" * 3_000_000, "image/jpeg")}
        answer = await http.post("/api/v1/attachments", files=large, headers=person.headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "picture_unreadable")


def _smuggled() -> dict[str, bytes]:
    first = b"POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\n"
    hidden = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
    return {
        "two lengths": first + b"Content-Length: 0\r\nContent-Length: 5\r\n\r\n" + hidden,
        "a length and chunks": first
        + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        + hidden,
        "chunks by another name": first + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + hidden,
        "a negative length": first + b"Content-Length: -1\r\n\r\n" + hidden,
        "a line within a header": first + b"X-A: b\rX-B: c\r\n\r\n" + hidden,
    }


@pytest.mark.parametrize("kind", _smuggled())
async def test_what_is_no_clear_request_ends_the_connection(product: Product, kind: str) -> None:
    """Whatever stands before us might read it otherwise: one answer at most, and never the hidden one's."""
    async with listening(product.app) as door:
        reader, writer = await door.connect()
        writer.write(_smuggled()[kind])
        said = await asyncio.wait_for(reader.read(), 20)
        assert b"shaodao_http_requests" not in said
        assert said.count(b"HTTP/1.1") <= 1
        writer.close()
