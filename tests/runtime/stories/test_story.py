"""The stories as data: every name in them means something, and time is counted as it passes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image
from pydantic import ValidationError

from models.base import Words
from models.case.commands import COMMANDS
from models.city.data_files import load_catalogue
from models.clocks.calendar import CITY_ZONE, load_calendar
from models.clocks.policy import ClockStage
from runtime.stories.pictures import SIZE, sketch
from runtime.stories.story import After, Step, Story, load_stories, person_name, place_id, spelt_out

STORIES = load_stories()
CALENDAR = load_calendar()
WORDS = Words(zh="事", en="Something")


def test_the_articles_are_told() -> None:
    assert [story.key for story in STORIES] == [
        "eave", "smoke", "road", "bracelet", "lamps", "pool", "house", "unheeded",
    ]  # fmt: skip
    assert [story.number for story in STORIES] == list(range(1, len(STORIES) + 1))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.key)
def test_everything_a_story_names_exists(story: Story) -> None:
    matters = {matter.key for matter in load_catalogue()}
    numbers: dict[str, str] = {}
    for step in story.steps:
        assert person_name(step.who)
        assert step.does == "report" or step.does in COMMANDS
        body = spelt_out(step.body, numbers, date(2026, 3, 2))
        if step.does == "report":
            assert body["matter"] in matters
        numbers[step.case] = "20260302-000001"
    assert "虚构" in story.source.zh
    assert "invented" in story.source.en


def test_a_case_begins_with_one_report() -> None:
    report, claim = (Step(who="admin", does=does, words=WORDS) for does in ("report", "claim"))
    for steps in ((claim,), (report, report), (report, claim.model_copy(update={"case": "other"}))):
        with pytest.raises(ValidationError, match="begins with one report"):
            Story(key="k", number=1, title=WORDS, source=WORDS, ending=WORDS, steps=steps)


def test_places_desks_cases_and_dates_are_spelt_out() -> None:
    body = {
        "unit": "@dongguan-g18",
        "lead": "@bicheng-pingan",
        "units": ["@bishan-xiaofang", "@city"],
        "follows": "#main",
        "review_on": {"days_ahead": 120},
        "contact": {"name": "罗淑芬"},
        "score": 5,
    }
    assert spelt_out(body, {"main": "20260302-000017"}, date(2026, 3, 2)) == {
        "unit": "500120001005-g18",
        "lead": "500120001-pingan",
        "units": ["500120-xiaofang", "50"],
        "follows": "20260302-000017",
        "review_on": "2026-06-30",
        "contact": {"name": "罗淑芬"},
        "score": 5,
    }


@pytest.mark.parametrize("name", ["nowhere", "nowhere-pingan"])
def test_a_place_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(LookupError, match=name):
        place_id(name)


def test_a_login_that_nobody_has_is_refused() -> None:
    with pytest.raises(LookupError, match="nobody"):
        person_name("nobody")


def test_office_time_flows_only_in_the_office() -> None:
    friday = datetime(2026, 10, 16, 17, tzinfo=CITY_ZONE)
    after = After(working_hours=2, minutes=10)
    assert after.until(friday, None, CALENDAR) == datetime(2026, 10, 19, 9, 10, tzinfo=CITY_ZONE)
    assert after.words() == Words(zh="2个工作小时10分", en="2 working h 10 min")


def test_a_step_may_wait_for_a_red_light() -> None:
    now = datetime(2026, 10, 12, 1, tzinfo=UTC)
    after = After(red=ClockStage.LEVEL, seconds=30)
    red = now + timedelta(days=2)
    assert after.until(now, red, CALENDAR) == red + timedelta(seconds=30)
    assert after.until(now, now - timedelta(days=1), CALENDAR) == now + timedelta(seconds=30)
    assert after.until(now, None, CALENDAR) == now + timedelta(seconds=30)
    assert after.words() == Words(zh="亮红灯以后30秒", en="after the red light 30 s")


def test_no_time_has_no_words() -> None:
    assert After().words() == Words(zh="", en="")


def test_a_sketch_is_a_picture_of_its_own() -> None:
    picture = Image.open(BytesIO(sketch("A dark lane")))
    assert (picture.format, picture.size) == ("JPEG", SIZE)
    assert sketch("A dark lane") == sketch("A dark lane") != sketch("The same lane, lit")
