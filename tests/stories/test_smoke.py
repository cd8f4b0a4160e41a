"""The smoke alarm at 黑溪镇胜地社区: from alert to proof within a quarter of an hour."""

from __future__ import annotations

from datetime import timedelta

from models.base import Urgency
from models.case.state import Channel, Stage, TaskState
from tests.support.product import Product
from tests.support.stories import due, tell


async def test_the_smoke_alarm(skipping: Product) -> None:
    told = await tell(skipping, "smoke")
    assert await told.loop() == [
        "heixi-device reported",
        "heixi-dispatch accepted",
        "heixi-dispatch dispatched",
        "heixi-jingji claimed",
        "shengdi-g1-a claimed",
        "heixi-jingji arrived",  # by telephone
        "system arrive:r1 yellow",
        "system urged",
        "shengdi-g1-a arrived",
        "heixi-jingji handled",
        "shengdi-g1-a handled",
        "heixi-dispatch verified",
        "heixi-dispatch closed",  # nobody to call back: a sensor reported it
    ]
    case = await told.case()
    began = case.reported_at
    assert (case.stage, case.closed_late, case.channel) == (Stage.CLOSED, False, Channel.SENSOR)
    assert case.urgency is Urgency.CRITICAL
    assert case.ladder[case.rung].unit.id == "500114107"  # the town's command centre, and it stayed there
    assert (await told.fact("reported")).holder == case.holder.id

    # On the scene within five minutes; the picture of the result at ten; the whole loop within fifteen.
    arrived, handled = await told.fact("arrived", nth=1), await told.fact("handled", nth=1)
    assert timedelta(minutes=4) < arrived.at - began < timedelta(minutes=5)
    assert handled.at - began < timedelta(minutes=10, seconds=30)
    assert len(handled.body["attachments"]) == 1
    assert case.closed_at is not None
    assert case.closed_at - began <= timedelta(minutes=15)
    assert (await told.fact("arrived")).body["contact_only"]  # a telephone call stops no arrival clock

    # The one light: yellow at four of the five minutes, an urge to the grid at once, whatever the hour.
    urged, clock = await told.fact("urged"), (await told.clock("arrive:r1"))[-1]
    assert await told.lights() == {"arrive:r1 yellow": began + timedelta(minutes=4)}
    assert clock.red_at == due(case, "5 minutes", began)
    assert not clock.late
    (message,) = await told.messages(kind="urged")
    assert (message.to_unit, message.urgent, message.visible_at) == ("500114107001-g1", True, urged.at)

    # Every other limit of 135 was kept with room to spare.
    for clock_id, limit in {
        "accept:r1.h1": "1 minute",
        "dispatch:r1.h1": "3 minutes",
        "handle:r1": "2 hours",
    }.items():
        first, *_, last = await told.clock(clock_id)
        assert (first.red_at, last.yellow, last.late) == (due(case, limit, began), None, False)
    assert all(task.state is TaskState.HANDLED for task in case.tasks)
    await told.keeps_its_word()
