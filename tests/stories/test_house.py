"""The house under the slope at 黑溪镇光明村2网格: special handling (特事特办), approved by the commander."""

from __future__ import annotations

from datetime import timedelta

from models.base import Urgency
from models.case.facts.timing import Cause
from models.case.state import Stage
from tests.support.product import Product
from tests.support.stories import due, tell


async def test_the_house_under_the_slope(skipping: Product) -> None:
    told = await tell(skipping, "house")
    assert await told.loop() == [
        "guangming-g2 reported",
        "heixi-dispatch accepted",
        "heixi-dispatch dispatched",
        "heixi-minsheng claimed",
        "guangming claimed",
        "guangming-g2 claimed",
        "heixi-minsheng arrived",
        "heixi-minsheng requested",
        "heixi-command request_decided",
        "heixi-command special_handling",
        "heixi-dispatch milestone_planned",
        "heixi-dispatch milestone_planned",
        "heixi-dispatch milestone_planned",
        "guangming milestone_reached",
        "heixi-minsheng milestone_reached",
        "guangming-g2 handled",
        "heixi-minsheng milestone_reached",
        "guangming handled",
        "heixi-minsheng handled",
        "heixi-dispatch-2 verified",
        "heixi-dispatch-2 called_back",
        "heixi-dispatch-2 closed",
    ]
    case = await told.case()
    began = case.reported_at
    assert (case.stage, case.closed_late, case.overrun) == (Stage.CLOSED, False, ())
    assert (case.urgency, case.task_force) == (Urgency.URGENT, "光明村灾后安置专班")

    # The policy gives five hours; the commander gave seven days instead, counted from the report like them.
    approved = await told.fact("special_handling")
    started, moved, *_, stopped = await told.clock("handle:r1")
    assert started.red_at == due(case, "5 hours", began)
    assert moved.red_at == due(case, "7 days", began)
    assert approved.at < started.red_at
    facts = [sealed.body for sealed in await told.sealed()]
    assert [body["clock"]["id"] for body in facts if body.get("cause") == Cause.SPECIAL] == ["handle:r1"]
    assert not stopped.late
    handled = await told.fact("handled", nth=2)
    assert timedelta(days=4) < handled.at - began < timedelta(days=7)

    # Sheltered and helped within a day, a site in under a week.
    reached = {m.key: m.reached_at - began for m in case.milestones if m.reached_at}
    assert list(reached) == ["shelter", "relief", "site"]
    assert max(reached["shelter"], reached["relief"]) < timedelta(days=1)
    assert reached["site"] < timedelta(days=7)
    assert "2000元" in (await told.fact("milestone_reached", nth=1)).body["note"]
    await told.keeps_its_word()
