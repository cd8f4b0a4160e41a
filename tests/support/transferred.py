"""What a page loads over the network, and what the browser had already."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Page


@dataclass
class Transferred:
    """What a page has loaded over the network, headers included, compressed as it came."""

    _urls: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    """Bytes by address."""

    async def over(self, page: Page) -> None:
        """Count everything that `page` loads from now on."""
        session = await page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._finished)
        await session.send("Network.enable")

    def _asked(self, event: dict[str, Any]) -> None:
        self._urls[event["requestId"]] = event["request"]["url"]

    def _finished(self, event: dict[str, Any]) -> None:
        url = self._urls[event["requestId"]]
        self.sizes[url] = self.sizes.get(url, 0) + round(event["encodedDataLength"])
