"""The row of a case: what an earlier round left open waits for nobody."""

from __future__ import annotations

from models.base import Urgency
from models.case.commands import (
    Accept,
    BlowWhistle,
    CallBack,
    Claim,
    Dispatch,
    Handle,
    Reopen,
    Supervise,
    Verify,
)
from models.case.state import Ground
from models.queries.case_rows import case_row
from models.queries.waiting import Waiting, waited_for
from tests.support.play import Play
from tests.support.world import (
    CHENGGUAN,
    CHENGGUAN_STAFF,
    DISPATCHER,
    LIVELIHOOD,
    LIVELIHOOD_STAFF,
    SUPERVISOR,
    WORKER,
    dossier,
)


def test_what_an_earlier_round_left_open_waits_for_nobody() -> None:
    play = Play.reported(dossier(Urgency.URGENT, "135", entry=None)).send(DISPATCHER, Accept())
    play.send(DISPATCHER, Dispatch(lead=LIVELIHOOD))
    play.send(DISPATCHER, BlowWhistle(ground=Ground.EMERGENCY, units=(CHENGGUAN,), reason="需城管到场"))
    play.send(SUPERVISOR, Supervise(text="今天办结"))
    ordered = case_row(play.case)["ordered"]
    assert case_row(play.case)["whistled"] == [CHENGGUAN.id]
    assert len(ordered) == 1
    assert [wait.kind for wait in waited_for(play.case, CHENGGUAN_STAFF)] == [Waiting.WHISTLE]
    play.send(LIVELIHOOD_STAFF, Claim()).send(LIVELIHOOD_STAFF, Handle(note="已修复"))
    play.send(DISPATCHER, Verify()).send(DISPATCHER, CallBack(resolved=True, satisfied=True))
    play.send(WORKER, Reopen(reason="又坏了"))
    play.send(DISPATCHER, Accept()).send(DISPATCHER, Dispatch(lead=LIVELIHOOD))
    assert case_row(play.case)["whistled"] == []
    assert case_row(play.case)["ordered"] == []
    for everybody in (CHENGGUAN_STAFF, LIVELIHOOD_STAFF, DISPATCHER):
        kinds = {wait.kind for wait in waited_for(play.case, everybody)}
        assert not kinds & {Waiting.WHISTLE, Waiting.ORDER}
