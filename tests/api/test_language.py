"""Which language an `Accept-Language` header asks for."""

from __future__ import annotations

import pytest

from api.language import preferred


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9", "en"),
        ("en;q=0.5, zh-Hans;q=0.8", "zh"),
        ("fr-FR, en;q=0.4", "en"),
        ("fr-FR, de", "zh"),
        ("EN", "en"),
        ("*", "zh"),
        ("en;q=0, zh;q=0.1", "zh"),
        ("en;q=much, zh;q=0.1", "zh"),
        ("zhuang, english", "zh"),
        (",;,=;q", "zh"),
    ],
)
def test_the_highest_weight_wins_and_chinese_is_the_default(header: str, language: str) -> None:
    assert preferred(header) == language
