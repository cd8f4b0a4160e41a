"""What the words of a report may mean: real sentences, in both languages."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from models.city.data_files import load_catalogue
from models.queries.matter_search import FOUND, SUGGESTED, backstop, find_matters, search_matters
from runtime.database import Sessions
from tests.models.queries.city import ready
from tests.support.reading import statements

CATALOGUE = load_catalogue()


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("屋檐开裂", "eave-collapse"),
        ("墙皮往下掉,砸到人咋办", "eave-collapse"),
        ("井盖丢了", "manhole-cover"),
        ("路上有个井盖不见了", "manhole-cover"),
        ("占道经营", "street-trading"),
        ("有人在门口摆摊卖菜", "street-trading"),
        ("摩托车停在消防通道", "fire-lane"),
        ("电线掉下来了", "dangling-cable"),
        ("小区停水两天", "water-outage"),
        ("电梯里困了人", "lift-trapped"),
        ("闻到天然气味", "gas-leak"),
        ("水管爆了水到处流", "burst-water-main"),
        ("垃圾没人收", "rubbish"),
        ("流浪狗咬人", "pet-dogs"),
        ("missing manhole cover", "manhole-cover"),
        ("Cracked eaves over the street!", "eave-collapse"),
        ("street lights are out", "street-lamp"),
        ("rubbish not collected", "rubbish"),
        ("dog bites", "pet-dogs"),
        ("power cut", "power-outage"),
        ("noisy neighbours", "noise"),
    ],
)
def test_the_meant_matter_comes_first(typed: str, key: str) -> None:
    assert find_matters(typed, CATALOGUE).suggested[0].key == key


@pytest.mark.parametrize(
    ("typed", "key"), [("楼上天天吵", "noise"), ("河里有臭味", "river-rubbish"), ("gas smell", "gas-leak")]
)
def test_a_doubtful_sentence_has_it_among_the_first(typed: str, key: str) -> None:
    assert key in {matter.key for matter in find_matters(typed, CATALOGUE).suggested}


@pytest.mark.parametrize("typed", ["", "   ", "的了吗", "zzzz", "the and", "12:30!"])
def test_words_that_say_nothing_suggest_nothing(typed: str) -> None:
    assert find_matters(typed, CATALOGUE).suggested == ()


def test_a_search_also_finds_what_only_mentions_the_word_and_nothing_twice() -> None:
    found = find_matters("停车", CATALOGUE)
    keys = [matter.key for matter in (*found.suggested, *found.named)]
    assert keys[0] == "parking"
    assert len(keys) == len(set(keys))
    assert len(found.suggested) <= SUGGESTED
    assert len(found.named) <= FOUND


def test_the_backstop_is_found_by_its_name_only() -> None:
    other = backstop(CATALOGUE)
    assert other is not None
    assert find_matters("兜底", CATALOGUE).named == (other,)
    assert other not in find_matters("说不清的事项", CATALOGUE).suggested
    assert backstop([]) is None


async def test_the_catalogue_of_the_day_is_searched_in_one_query(
    engine: AsyncEngine, sessions: Sessions
) -> None:
    await ready(engine)
    async with sessions.read() as session:
        with statements(engine) as sent:
            found = await search_matters(session, "井盖丢了")
    assert len(sent) == 1
    assert found == find_matters("井盖丢了", CATALOGUE)
