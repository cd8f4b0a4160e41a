"""Nobody changes what a workflow asks of Temporal without noticing."""

from __future__ import annotations

import json
from difflib import unified_diff

import pytest

from tests.replay.fingerprints import KEPT, fingerprint, present

WHAT_TO_DO = """\
What this workflow asks of Temporal has changed. Cases that are open when this is deployed were begun by the
old code, and must go on under the new one:

  1. If a release has run the old code, keep its way for them, behind `workflow.patched("what-changed")`,
     and see that tests/replay/test_histories.py is green without recording anything anew.
  2. If none has, record the histories anew:  pytest tests/replay/recording.py
  3. Then write the new fingerprints down:    python -m tests.replay.fingerprints
"""


def test_no_workflow_gives_other_commands_than_were_written_down() -> None:
    kept: dict[str, list[str]] = json.loads(KEPT.read_text("utf-8"))
    now = present()
    changes = [
        line
        for path in sorted({*kept, *now})
        for line in unified_diff(
            kept.get(path, []), now.get(path, []), f"{path} then", f"{path} now", lineterm=""
        )
    ]
    assert not changes, "\n".join([WHAT_TO_DO, *changes])


STEP = """
@workflow.defn(name=CASE)
class Case:
    @workflow.run
    async def run(self, start):
        while self.open:
            try:
                await workflow.execute_activity(PROJECT, start, start_to_close_timeout=LONG)
            except FailureError:
                await asyncio.sleep(self.pause())
"""


def test_a_fingerprint_says_where_which_command_is_given_and_how() -> None:
    assert fingerprint(STEP) == [
        "Case: @workflow.defn(name=CASE)",
        "Case.run: @workflow.run",
        "Case.run.while.try: execute_activity(PROJECT, start_to_close_timeout)",
        "Case.run.while.try.except: sleep()",
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("execute_activity", "execute_local_activity"),
        ("PROJECT, start", "NOTIFY, start"),
        (", start_to_close_timeout=LONG", ""),
        ("while self.open", "if self.open"),
        ("await asyncio.sleep(self.pause())", "pass"),
    ],
)
def test_a_change_of_command_changes_it(before: str, after: str) -> None:
    assert fingerprint(STEP.replace(before, after)) != fingerprint(STEP)


def test_a_change_of_words_and_values_does_not() -> None:
    other = STEP.replace("LONG", "SHORT").replace("self.pause()", "0.5").replace("start_to", "start_to")
    assert fingerprint(f'"""Other words."""\n{other}') == fingerprint(STEP)
