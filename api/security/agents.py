"""The family of a program, from its User-Agent: enough for "was that me?", too little to follow a person."""

from __future__ import annotations

import re
from typing import Final

_FAMILIES: Final = (
    # The order matters: most browsers name their ancestors too.
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("HeadlessChrome", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
_OTHER: Final = "other"


def agent_family(user_agent: str | None) -> str:
    """`Chrome · Android`, `curl`, `other` … without versions or devices."""
    if not user_agent:
        return _OTHER
    family = next((name for mark, name in _FAMILIES if mark in user_agent), None)
    if family is None:
        product = re.match(r"[A-Za-z][A-Za-z-]{1,30}", user_agent)
        return product.group() if product else _OTHER
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    return f"{family} · {system}" if system else family
