"""What a page may cost: bytes over a phone's network, things that jump while it loads, the server's time."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from typing import Final, NamedTuple

import httpx

from models.base import Urgency
from models.case.commands import Accept, Dispatch
from tests.support import world
from tests.support.browser import Site, Visit
from tests.support.play import Play
from tests.support.reading import write
from tests.support.transferred import Transferred

KILOBYTE: Final = 1024
"""As Lighthouse counts; the page itself and all headers are counted in."""
ROWS: Final = 200
_WATCH_SHIFTS: Final = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    if (!entry.hadRecentInput)
      window.shifts.push(entry.sources.map(({node}) => node?.outerHTML?.slice(0, 120) ?? '(gone)'));
}).observe({type: 'layout-shift', buffered: true});
"""


async def test_the_first_view_of_report_is_light_and_stands_still(visit: Visit) -> None:
    page = await visit("dongguan-g18", size="phone", path=None)
    await page.add_init_script(_WATCH_SHIFTS)
    transferred = Transferred()
    await transferred.over(page)
    await page.goto("/report")
    await page.wait_for_timeout(1000)  # what scripts move when everything is there
    without_the_map = {url: size for url, size in transferred.sizes.items() if "leaflet" not in url}
    listing = "\n".join(f"{size:>8} {url}" for url, size in sorted(without_the_map.items()))
    assert any("/static/" in url for url in without_the_map), listing
    assert sum(without_the_map.values()) <= 150 * KILOBYTE, listing
    shifts = await page.evaluate("shifts")
    assert len(shifts) <= 1, shifts


async def test_a_desk_with_200_rows_takes_the_server_100_ms(site: Site) -> None:
    await write(site.product.services.database, *map(_to_be_claimed, range(ROWS)))
    cookies = await site.session_cookies("bicheng-pingan")
    transport = httpx.ASGITransport(site.product.app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://shaodao.test", cookies=cookies
    ) as http:
        desk, page = await _quickest(http, f"/desk?rows={ROWS}")
        assert page.count("向阳街230号") >= ROWS
        plain, _ = await _quickest(http, "/me/password")
    assert desk.busy <= 0.1, f"a desk: {desk}; a page with one form: {plain}"


def _to_be_claimed(n: int) -> Play:
    dossier = world.dossier(Urgency.URGENT, number=f"20261013-{n:06}")
    play = Play.reported(
        dossier, at=datetime.now(UTC), text="消防通道被堵，请尽快处理", address="向阳街230号"
    )
    return play.send(world.DISPATCHER, Accept()).send(world.DISPATCHER, Dispatch(lead=world.SAFETY))


class Took(NamedTuple):
    """What an answer took, in seconds."""

    busy: float
    """The server's own computing: what it takes on the wall's clock when nobody else needs the machine."""
    elapsed: float

    def __str__(self) -> str:
        return f"{self.busy * 1000:.0f} ms busy, {self.elapsed * 1000:.0f} ms in all"


async def _quickest(http: httpx.AsyncClient, path: str) -> tuple[Took, str]:
    """What the quickest of some answers took, and its text. Coverage does not look on: it would double it."""
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        took = []
        for _ in range(40):
            busy, elapsed = time.thread_time(), time.perf_counter()
            answer = await http.get(path)
            took.append(Took(time.thread_time() - busy, time.perf_counter() - elapsed))
            assert answer.status_code == httpx.codes.OK, answer.text[:300]
        return min(took), answer.text
    finally:
        sys.settrace(tracer)
