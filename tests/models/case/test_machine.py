"""Random people send random commands at random times, and what must hold holds after every step."""

from __future__ import annotations

from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from models.case.commands import COMMANDS
from models.city.people import MACHINE, Principal
from tests.support.play import Play
from tests.support.strategies import PAUSES, commands, dossiers, reports
from tests.support.world import MONDAY, PEOPLE

EVERYBODY = (*PEOPLE, MACHINE)
LOOP = {
    "accept",
    "dispatch",
    "claim",
    "arrive",
    "handle",
    "verify",
    "rework",
    "call-back",
    "approve",
    "reopen",
}
EARLY_ENDS = {"decline", "merge", "void"}


class Lives(RuleBasedStateMachine):
    """The life of one case. `Play` checks after every step what must hold, and that what was accepted had
    been offered."""

    play: Play

    def __init__(self) -> None:
        super().__init__()
        self.accepted = 0
        self.refused = 0

    @initialize(data=st.data())
    def reported(self, data: st.DataObject) -> None:
        dossier = data.draw(dossiers())
        by, report = data.draw(reports(dossier))
        self.play = Play(dossier, by, report, MONDAY)

    def _send(self, who: Principal, name: str, data: st.DataObject) -> None:
        refusal = self.play.attempt(who, data.draw(commands(name, self.play.case)))
        self.accepted += refusal is None
        self.refused += refusal is not None

    @rule(data=st.data())
    def somebody_does_what_they_are_offered(self, data: st.DataObject) -> None:
        for _ in range(data.draw(st.integers(1, 3))):
            able = {who: shown for who in EVERYBODY if (shown := self._likely(who))}
            if able:
                who = data.draw(st.sampled_from(list(able)))
                self._send(who, data.draw(st.sampled_from(able[who])), data)

    def _likely(self, who: Principal) -> list[str]:
        """What is offered, the loop's own steps more often, and no early end."""
        shown = [name for name in self.play.offered(who) if name not in EARLY_ENDS]
        return shown + 4 * [name for name in shown if name in LOOP]

    @rule(data=st.data())
    def anybody_tries_anything(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(EVERYBODY))
        self._send(who, data.draw(st.sampled_from(sorted(COMMANDS))), data)

    @rule(pause=PAUSES)
    def time_passes(self, pause: object) -> None:
        self.play.wait(pause)  # type: ignore[arg-type]

    @rule(pause=PAUSES)
    def the_machines_stand_still(self, pause: object) -> None:
        self.play.sleep(pause)  # type: ignore[arg-type]

    def teardown(self) -> None:
        if hasattr(self, "play"):
            self.play.tick().checked()
            event(f"ended as {self.play.case.stage}")
            event(f"accepted {self.accepted // 5 * 5} or more, refused {self.refused // 5 * 5} or more")


TestLives = Lives.TestCase
TestLives.settings = settings(
    max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
