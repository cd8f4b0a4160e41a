"""Short names, on the real places of the articles and on the code list's odd ones."""

from __future__ import annotations

import pytest

from models.city.naming import short_name


@pytest.mark.parametrize(
    ("official", "short"),
    [
        ("东关社区居民委员会", "东关社区"),
        ("互助村村民委员会", "互助村"),
        ("民主村社区居民委员会", "民主村社区"),
        ("胜地社区居民委员会", "胜地社区"),
        ("民主村民委员会", "民主村"),
        ("真武村民委员会", "真武村"),
        ("田坝社区村民委员会", "田坝社区"),
        ("化龙桥社区工作站", "化龙桥社区工作站"),
        ("璧城街道", "璧城街道"),
        ("黑溪镇", "黑溪镇"),
        ("村民委员会", "村民委员会"),
        ("滨江居民委员会", "滨江社区"),
    ],
)
def test_short_name(official: str, short: str) -> None:
    assert short_name(official) == short
