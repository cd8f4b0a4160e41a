"""Views: the snapshot that pages are made of, and the lines that operators read."""

from __future__ import annotations

from models.base import Urgency
from models.case.commands import Accept, Decline
from models.case.dossier import Rulebook
from models.case.state import Case, Stage
from models.case.views import details, snapshot
from models.case.wording import STAGES
from tests.support.play import Play
from tests.support.tour import lives
from tests.support.world import DISPATCHER, OFFICER, dossier


def test_a_snapshot_is_the_case_without_its_rules_and_reads_back_as_it_was() -> None:
    for play in lives():
        shown = snapshot(play.case)
        assert not {"book", "special"} & set(shown)
        assert Case.model_validate(shown) == play.case.but(book=Rulebook(), special=None)


def test_operators_read_where_it_stands_and_what_is_next() -> None:
    play = Play.reported(dossier(Urgency.CRITICAL)).send(DISPATCHER, Accept())
    text = details(play.case)
    for part in ("路灯不亮", "18网格", "accepted", "critical", "璧城街道", "派遣 `dispatch:r1.h1`"):
        assert part in text
    assert f"next: {play.case.reported_at.date().isoformat()}" in text


def test_of_an_ended_case_they_read_that_nothing_is_next() -> None:
    text = details(Play.reported().send(OFFICER, Decline(reason="x")).case)
    assert text.endswith("next: —")


def test_every_stage_has_a_name_of_its_own() -> None:
    assert set(STAGES) == set(Stage)
    assert len({words.zh for words in STAGES.values()}) == len({words.en for words in STAGES.values()}) == 10
