"""A browser that has the session cookie already: signing in by the form is tested elsewhere, and is slow."""

from __future__ import annotations

import httpx

from api.pages.cookies import SESSION
from tests.support.product import Browser, Person, Product


def browser_of(product: Product, person: Person | None = None) -> Browser:
    """Somebody before the pages: this person, or nobody yet."""
    http = httpx.AsyncClient(transport=httpx.ASGITransport(product.app), base_url="http://shaodao.test")
    if person is not None:
        http.cookies.set(SESSION, person.headers["Authorization"].split()[1])
    return Browser(http)
