"""The whole of `shaodao stories`: which stories, where, and what is said."""

from __future__ import annotations

import uuid
from collections.abc import Collection

import httpx
from rich.console import Console

from runtime.settings import Settings, is_loopback
from runtime.stories.faults import NotReady
from runtime.stories.show import Shown, show, where_to_look
from runtime.stories.stage import Stage
from runtime.stories.story import Story, load_stories

PATIENCE = 30.0
"""Seconds an answer may take."""


async def tell(
    settings: Settings,
    console: Console,
    *,
    only: Collection[str] = (),
    url: str | None = None,
    pace: float = 0,
) -> Shown:
    """Play the stories (or `only` some, by key) on the product at `url`, or at the settings' own address.

    Every playing makes new cases. Raises NotReady in plain words when there is nothing to play on.
    """
    stories = chosen(only)
    password = settings.demonstration_password
    if password is None:
        raise NotReady(
            "没有演示密码,无法登录演示账号:请设置 SHAODAO_DEMO_PASSWORD\n"
            "There is no demonstration password to sign in with: set SHAODAO_DEMO_PASSWORD"
        )
    address = (url or own_address(settings)).rstrip("/")
    loopback = is_loopback(httpx.URL(address).host)
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE, trust_env=not loopback) as http:
        shown = await show(stories, Stage(http, password, pace), console, run=uuid.uuid4().hex[:8])
    if shown.cases:
        first = next(iter(shown.cases.values()))
        temporal_ui = settings.state.addresses().temporal_ui if url is None else None
        where_to_look(console, first.played, address, password, temporal_ui)
    return shown


def chosen(only: Collection[str]) -> tuple[Story, ...]:
    """The stories with these keys, or all. Raises NotReady for a key that none has."""
    stories = load_stories()
    unknown = set(only) - {story.key for story in stories}
    if unknown:
        known = ", ".join(story.key for story in stories)
        raise NotReady(f"没有这个故事 · there is no story “{'”, “'.join(sorted(unknown))}”: {known}")
    return tuple(story for story in stories if not only or story.key in only)


def own_address(settings: Settings) -> str:
    """Where the settings' own API listens, as this machine reaches it."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - compared only
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
