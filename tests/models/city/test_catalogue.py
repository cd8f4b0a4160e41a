"""The catalogue: what a matter may say, the shipped data, and suggestions from typed words."""

from __future__ import annotations

from collections import Counter

import pytest
from pydantic import ValidationError

from models.base import Urgency, Words
from models.city.catalogue import OTHER, Matter, Section, suggest
from models.city.data_files import load_catalogue
from models.city.units import Level
from models.clocks.policy import resolve
from models.clocks.policy_files import load_policies

CATALOGUE = load_catalogue()


def matter(**changes: object) -> Matter:
    words = Words(zh="事", en="Matter")
    return Matter.model_validate(
        {"key": "m", "name": words, "section": Section.SAFETY, "closing": words, **changes}
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"accepted_by": ()}, "at least one level"),
        ({"accepted_by": (Level.STREET, Level.GRID)}, "bottom to top"),
        ({"accepted_by": (Level.GRID, Level.GRID)}, "bottom to top"),
        ({"accepted_by": (Level.DISTRICT, Level.CITY)}, "the city supervises"),
        ({"accepted_by": (Level.STREET,), "entry": Level.GRID}, "need not accept it"),
    ],
)
def test_impossible_matters_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        matter(**changes)


def test_a_matter_may_be_pushed_down_only_to_a_level_that_must_accept_it() -> None:
    street_up = matter(accepted_by=(Level.STREET, Level.DISTRICT))
    assert street_up.accepts(Level.STREET)
    assert not street_up.accepts(Level.GRID)


def test_the_shipped_catalogue_covers_the_four_sections() -> None:
    sections = Counter(entry.section for entry in CATALOGUE)
    assert len(CATALOGUE) >= 60
    assert all(sections[section] >= 10 for section in Section)


def test_every_shipped_matter_resolves_a_policy_for_every_urgency() -> None:
    policies = load_policies()
    for entry in CATALOGUE:
        for urgency in Urgency:
            rules = resolve(policies[entry.policy], policies, urgency, entry.variant)
            assert rules.stages, f"{entry.key} has no limit when {urgency}"


def test_every_shipped_matter_says_when_it_is_done_in_both_languages() -> None:
    assert [entry.key for entry in CATALOGUE if not (entry.closing.zh and entry.closing.en)] == []
    assert all(entry.words for entry in CATALOGUE if entry.key != OTHER)


def test_the_backstop_is_accepted_everywhere_and_led_by_no_department() -> None:
    other = next(entry for entry in CATALOGUE if entry.key == OTHER)
    assert other.department is None
    assert other.accepted_by == (Level.GRID, Level.COMMUNITY, Level.STREET, Level.DISTRICT)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("门口路灯不亮了", "street-lamp"),
        ("临街房子屋檐裂了,要垮", "eave-collapse"),
        ("山上在烧秸秆,冒烟", "smoke-alert"),
        ("独居老人手环心率报警", "bracelet-alarm"),
        ("小区游泳池护栏松动,娃儿危险", "pool-railing"),
        ("村里的路太窄,想拓宽硬化", "road-widening"),
        ("人行道井盖破了", "manhole-cover"),
        ("楼上高空抛物", "falling-objects"),
        ("楼下餐馆油烟大", "cooking-fumes"),
        ("闻到煤气味", "gas-leak"),
        ("street lamp", "street-lamp"),
    ],
)
def test_suggestions_put_the_meant_matter_first(typed: str, key: str) -> None:
    assert suggest(typed, CATALOGUE)[0].key == key


@pytest.mark.parametrize("typed", ["", "  ", "zzzz", "。"])
def test_words_that_mean_nothing_suggest_nothing(typed: str) -> None:
    assert suggest(typed, CATALOGUE) == []


def test_the_backstop_is_never_suggested() -> None:
    assert OTHER not in {entry.key for entry in suggest("其他事项(兜底)", CATALOGUE)}
