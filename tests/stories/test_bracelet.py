"""The bracelet's alarm in 石马河街道桂花园社区: a red order, and the traffic police are told."""

from __future__ import annotations

from datetime import timedelta

from models.base import Urgency
from models.case.state import Channel, Stage, TaskState
from tests.support.product import Product
from tests.support.stories import due, tell


async def test_the_bracelets_alarm(skipping: Product) -> None:
    told = await tell(skipping, "bracelet")
    assert await told.loop() == [
        "shimahe-device reported",
        "shimahe-dispatch accepted",
        "shimahe-dispatch dispatched",
        "shimahe-dispatch informed",
        "guihuayuan-g4 claimed",
        "guihuayuan claimed",
        "system arrive:r1 yellow",
        "system urged",
        "guihuayuan-g4 arrived",
        "guihuayuan arrived",
        "guihuayuan-g4 annotated",
        "guihuayuan handled",
        "guihuayuan-g4 handled",
        "shimahe-dispatch-2 verified",
        "shimahe-dispatch-2 closed",
    ]
    case = await told.case()
    began = case.reported_at
    assert (case.stage, case.closed_late) == (Stage.CLOSED, False)
    assert (case.urgency, case.channel) == (Urgency.CRITICAL, Channel.SENSOR)

    # At the door within five minutes: late enough for the yellow light, in time for the red one.
    arrived, clock = await told.fact("arrived"), (await told.clock("arrive:r1"))[-1]
    assert arrived.at - began < timedelta(minutes=5)
    assert (clock.yellow, clock.red_at) == (began + timedelta(minutes=4), due(case, "5 minutes", began))
    assert (clock.red, clock.late) == (None, False)

    # A red order reaches everybody at once, whatever the hour: the desk, the grid, the police.
    for kind, units in {
        "reported": ["500105003"],
        "dispatched": ["500105003004-g4", "500105003004"],
        "informed": ["500105-jiaojing", "500105-weijian"],
        "urged": ["500105003004-g4"],
    }.items():
        rows, at = await told.messages(kind=kind), (await told.fact(kind)).at
        assert [row.to_unit for row in rows] == units, kind
        assert all(row.urgent and row.visible_at == at for row in rows), kind
    assert "护送" in (await told.messages(kind="informed"))[0].zh

    # Being told is no task: the police owe nothing, and the case waits for nobody but its handlers.
    assert {task.unit.id for task in case.tasks} == {"500105003004-g4", "500105003004"}
    assert all(task.state is TaskState.HANDLED for task in case.tasks)
    assert case.whistles == ()
    assert "9分钟" in (await told.fact("annotated")).body["note"]
    assert (await told.fact("verified")).actor.person not in case.handlers
    await told.keeps_its_word()
