"""What `docs/policies.md` says in prose and examples is what the core does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from docs.generate.example import rows
from models.base import Urgency
from models.clocks.explain import why, words
from models.clocks.files import DataFileError
from models.clocks.policy import Policy, resolve
from models.clocks.policy_files import parse_policies
from models.clocks.rules import ClockStage, RedAction
from tests.support import world
from tests.support.play import Play
from tests.support.world import beijing

PAGE = (Path(__file__).parents[2] / "docs" / "policies.md").read_text(encoding="utf-8")


def test_the_worked_example_comes_out_as_reckoned_by_hand() -> None:
    reckoned = [tuple(row._replace(what="")) for row in rows()]
    still = "stands still"
    used = "1 working day 2 h"
    assert reckoned == [
        ("Mon 12 Oct 09:00", "", "0 min", "5 working days", "Fri 16 Oct 18:00", "Mon 19 Oct 18:00"),
        ("Mon 12 Oct 09:30", "", "0 min", "5 working days", "Fri 16 Oct 18:00", "Mon 19 Oct 18:00"),
        ("Wed 14 Oct 10:00", "", used, "3 working days 6 h", still, still),
        ("Fri 23 Oct 14:00", "", used, "3 working days 6 h", "Wed 28 Oct 10:00", "Thu 29 Oct 10:00"),
        # 4 h on Friday and 1 h on Monday since then; 7 days are 56 h, 80 % of them 44 h 48 min.
        (
            "Mon 26 Oct 09:00",
            "",
            "1 working day 7 h",
            "5 working days 1 h",
            "Thu 29 Oct 16:48",
            "Mon 2 Nov 10:00",
        ),
        # 49 h before the suspension, 91 h after it, on a limit of 5 h.
        ("Tue 27 Oct 09:00", "", "140 h", "nothing", "Tue 27 Oct 09:00", "Tue 27 Oct 09:00"),
    ]


def test_a_late_report_on_the_same_day_has_the_same_deadline() -> None:
    reds = set()
    for at in (beijing(2026, 10, 12, 9), beijing(2026, 10, 12, 17)):
        clock = Play.reported(at=at, text="…").case.clock("handle:r1")
        assert clock is not None
        reds.add(clock.red_at)
    assert reds == {beijing(2026, 10, 19, 18)}


def test_the_quoted_explanation_is_what_a_timeline_says() -> None:
    case = Play.reported(at=beijing(2026, 9, 30, 9), text="…").case
    clock = case.clock("handle:r1")
    assert clock is not None
    assert case.rules is not None
    assert f"> {words(why(clock, world.calendar(), case.rules)).zh}\n" in PAGE


def test_the_example_of_a_policy_holds() -> None:
    written = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert written is not None
    policy = Policy.model_validate(tomllib.loads(written[1]))
    rules = resolve(policy, world.policies(), Urgency.ORDINARY)
    handle = rules.rule(ClockStage.HANDLE)
    assert handle is not None
    assert (handle.yellow, handle.at_red) == (0.7, (RedAction.SUPERVISE, RedAction.ESCALATE))
    assert rules.milestone("bulb") is not None


def test_the_quoted_fault_is_what_a_wrong_file_gets() -> None:
    written = '{ budget = "1 hr", starts = "report" }'
    file = Path(__file__).parents[2] / "data" / "policies" / "135.toml"
    wrong = file.read_text(encoding="utf-8").replace('{ budget = "1 hour", starts = "report" }', written)
    with pytest.raises(DataFileError) as refused:
        parse_policies({"135.toml": wrong})
    quoted = re.search(r"`(135\.toml: [^`]*?)…`", PAGE)
    assert quoted is not None
    assert str(refused.value).startswith(quoted[1].rstrip())


def test_every_step_that_can_have_a_limit_is_named() -> None:
    steps = re.search(r"\*\*Steps\*\*: (.*?)\. A `levels`", PAGE, re.DOTALL)
    assert steps is not None
    of_their_own = {ClockStage.LEVEL, ClockStage.MILESTONE}
    assert set(re.findall(r"`(\w+)`", steps[1])) == {stage.value for stage in set(ClockStage) - of_their_own}
