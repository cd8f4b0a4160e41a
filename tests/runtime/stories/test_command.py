"""`shaodao stories` on a running product: all is played at once, again as new cases, and said in words."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console
from typer.testing import CliRunner

from cli import app
from models.case.state import Stage as CaseStage
from models.case.wording import STAGES
from runtime.settings import Settings
from runtime.stories.command import chosen, own_address, tell
from runtime.stories.faults import NotReady
from runtime.stories.show import show
from runtime.stories.stage import Stage
from runtime.stories.story import load_stories
from tests.support.product import DEMO_PASSWORD, Product


async def test_every_story_can_be_played_at_once_and_again(product: Product) -> None:
    console = Console(file=StringIO(), width=120)
    numbers: set[str] = set()
    for run in ("first", "second"):
        stories = load_stories() if run == "first" else chosen(["smoke"])
        shown = await show(stories, Stage(product.http, DEMO_PASSWORD), console, run)
        assert shown.complete
        stages = {outcome.story.key: outcome.played.stage for outcome in shown.cases.values()}
        assert set(stages) == {story.key for story in stories}
        assert {key for key, stage in stages.items() if stage != "closed"} == {"unheeded"} & set(stages)
        assert numbers.isdisjoint(shown.cases)
        numbers |= set(shown.cases)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    for story in load_stories():
        assert story.title.zh in printed
        assert story.title.en in printed
    assert all(number in printed for number in numbers)
    assert "needs real time" in printed


async def test_a_refused_step_ends_its_story_and_not_the_others(product: Product) -> None:
    console = Console(file=StringIO(), width=120)
    (smoke,) = chosen(["smoke"])
    undispatched = (smoke.steps[0], smoke.steps[2])  # dispatched without having been accepted
    broken = smoke.model_copy(update={"key": "broken", "steps": undispatched})
    shown = await show((broken, smoke), Stage(product.http, DEMO_PASSWORD), console, "run")
    assert not shown.complete
    assert [outcome.played.stage for outcome in shown.cases.values()] == ["reported", "closed"]
    assert "wrong_stage" in console.file.getvalue()  # type: ignore[attr-defined]


def test_nothing_runs_is_said_plainly() -> None:
    refused = CliRunner().invoke(app, ["stories", "--url", "http://127.0.0.1:9", "--only", "smoke"])
    assert refused.exit_code == 2
    assert "make run" in refused.stderr


async def test_stories_that_are_none_and_passwords_that_are_none_are_said_plainly() -> None:
    with pytest.raises(NotReady, match=r"smokes.*eave, smoke"):
        chosen(["smokes"])
    settings = Settings.model_validate(
        {"database_url": "postgresql://db.example/x", "secret_key": "a test's own key: 0123456789abcdef"}
    )
    with pytest.raises(NotReady, match="SHAODAO_DEMO_PASSWORD"):
        await tell(settings, Console(file=StringIO()))


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8141"),
        ("::1", "http://[::1]:8141"),
        ("0.0.0.0", "http://127.0.0.1:8141"),  # noqa: S104 - a setting, not bound here
    ],
)
def test_the_products_own_address(host: str, address: str) -> None:
    settings = Settings.model_validate({"host": host, "port": 8141, "demo_password": "a word for the tests"})
    assert own_address(settings) == address


def test_every_stage_has_words() -> None:
    assert set(STAGES) == set(CaseStage)
