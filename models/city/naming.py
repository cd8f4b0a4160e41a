"""Names of places: the short ones people use, made from the code list's official ones."""

from __future__ import annotations

import re
from typing import Final

_COMMITTEE: Final = re.compile(r"(村民|居民)委员会$")


def short_name(official: str) -> str:
    """The name people use for a community or village, from its committee's official name.

    东关社区居民委员会 → 东关社区, 互助村村民委员会 → 互助村, 民主村民委员会 → 民主村. Names that are
    no committee's stay as they are.
    """
    place = _COMMITTEE.sub("", official)
    if place == official or not place:
        return official
    if place.endswith(("社区", "村")):
        return place
    return place + ("社区" if official.endswith("居民委员会") else "村")
