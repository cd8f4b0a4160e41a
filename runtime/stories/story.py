"""What a story is: people who do things one after another, with the time that passes in between.

Each is a file of `data/stories/`. A story exists once: the tests play it with its real durations and assert
what comes of it; `shaodao stories` plays it on a running system, where no time passes.

In a step's body a few strings stand for what only the playing knows:

| written                    | becomes                                                       |
|----------------------------|---------------------------------------------------------------|
| `"@heixi-pingan"`          | the id of that place, or of the desk beside it (people.toml)  |
| `"#main"`                  | the number of the story's case of that name                   |
| `{ days_ahead = 120 }`     | the date so many days after today (Asia/Shanghai)             |
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

from pydantic import Field, model_validator

from models.base import Frozen, Words
from models.city.data_files import DATA
from models.city.demonstration import demo_people, demo_places
from models.clocks.budget import ClockKind
from models.clocks.calendar import CalendarSlice
from models.clocks.measure import advance
from models.clocks.policy import ClockStage

STORIES: Final = DATA / "stories"
MAIN: Final = "main"
"""The name of a story's first case."""


class After(Frozen):
    """How much time passes before a step: the real duration, its parts added up."""

    red: ClockStage | None = None
    """First until the case's clock of this stage turns red."""
    working_hours: float = Field(default=0, ge=0)
    """Then office time; nothing flows at night, on weekends and on holidays."""
    days: float = Field(default=0, ge=0)
    hours: float = Field(default=0, ge=0)
    minutes: float = Field(default=0, ge=0)
    seconds: float = Field(default=0, ge=0)

    def until(self, now: datetime, red_at: datetime | None, calendar: CalendarSlice) -> datetime:
        """The instant (UTC) at which it is over, counted from `now`; `red_at` is that clock's."""
        start = now if self.red is None or red_at is None else max(now, red_at)
        start = advance(ClockKind.WORKING_HOURS, calendar, start, timedelta(hours=self.working_hours))
        return start + timedelta(days=self.days, hours=self.hours, minutes=self.minutes, seconds=self.seconds)

    def words(self) -> Words:
        """2小时10分 / 2 h 10 min; empty for no time at all."""
        zh, en = [], []
        if self.red is not None:
            zh.append("亮红灯以后")
            en.append("after the red light")
        parts = (
            (self.days, "天", "d"),
            (self.working_hours, "个工作小时", "working h"),
            (self.hours, "小时", "h"),
            (self.minutes, "分", "min"),
            (self.seconds, "秒", "s"),
        )
        zh += [f"{amount:g}{unit}" for amount, unit, _ in parts if amount]
        en += [f"{amount:g} {unit}" for amount, _, unit in parts if amount]
        return Words(zh="".join(zh), en=" ".join(en))


class Step(Frozen):
    """Somebody does something."""

    who: str
    """The login of a demonstration person."""
    does: str
    """`report`, or any other command."""
    case: str = MAIN
    after: After = After()
    needs_time: bool = False
    """Makes sense only once the time before it has really passed; a playing that cannot wait ends here."""
    photos: tuple[str, ...] = ()
    """English captions of the pictures that are taken and sent along."""
    words: Words
    body: dict[str, Any] = Field(default_factory=dict)


class Story(Frozen):
    """One article's story."""

    key: str
    number: int
    """Its place among the others."""
    title: Words
    source: Words
    """Which public report it is modelled on; names are invented."""
    ending: Words
    """What has come of it."""
    steps: tuple[Step, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _every_case_begins_with_its_report(self) -> Self:
        begun: set[str] = set()
        for place, step in enumerate(self.steps, start=1):
            if (step.does == "report") == (step.case in begun):
                raise ValueError(f"{self.key}, step {place}: the case “{step.case}” begins with one report")
            begun.add(step.case)
        return self

    @property
    def cast(self) -> tuple[str, ...]:
        """The logins of everybody who does something, each once, in order of appearance."""
        return tuple(dict.fromkeys(step.who for step in self.steps))


def load_stories(folder: Path = STORIES) -> tuple[Story, ...]:
    """Every story that ships, in their order."""
    stories = [Story.model_validate(tomllib.loads(file.read_text())) for file in folder.glob("*.toml")]
    return tuple(sorted(stories, key=lambda story: story.number))


def place_id(name: str) -> str:
    """The id of a place by its short name, or of a desk beside one: `heixi` and `pingan` for `heixi-pingan`.

    Raises LookupError for a name that neither is.
    """
    places = demo_places()
    if name in places:
        return places[name]
    place, _, desk = name.rpartition("-")
    if place not in places:
        raise LookupError(f"no such place: {name}")
    return f"{places[place]}-{desk}"


def person_name(login: str) -> str:
    """The name of a demonstration person. Raises LookupError for a login that nobody has."""
    for person in demo_people():
        if person.login == login:
            return person.name
    raise LookupError(f"no demonstration person: {login}")


def spelt_out(value: Any, numbers: Mapping[str, str], today: date) -> Any:
    """A step's body with places, cases and dates put in."""
    if isinstance(value, str) and value.startswith("@"):
        return place_id(value[1:])
    if isinstance(value, str) and value.startswith("#"):
        return numbers[value[1:]]
    if isinstance(value, list | tuple):
        return [spelt_out(item, numbers, today) for item in value]
    if isinstance(value, dict):
        if set(value) == {"days_ahead"}:
            return (today + timedelta(days=value["days_ahead"])).isoformat()
        return {key: spelt_out(item, numbers, today) for key, item in value.items()}
    return value
