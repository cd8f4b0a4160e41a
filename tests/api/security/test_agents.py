"""Families of programs."""

from __future__ import annotations

import pytest

from api.security.agents import agent_family

CHROME = "Mozilla/5.0 (Linux; Android 14; ALN-AL00) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"


@pytest.mark.parametrize(
    ("header", "family"),
    [
        (CHROME, "Chrome · Android"),
        (CHROME + " MicroMessenger/8.0.49", "WeChat · Android"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126 Safari/537.36 Edg/126",
            "Edge · Windows",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox · Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari · iPhone",
        ),
        ("curl/8.7.1", "curl"),
        ("python-httpx/0.28.1", "python-httpx"),
        ("<script>", "other"),
        ("", "other"),
        (None, "other"),
    ],
)
def test_the_family_is_told_and_the_device_is_not(header: str | None, family: str) -> None:
    assert agent_family(header) == family
