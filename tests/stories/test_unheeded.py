"""Nobody answers: the lights urge, supervise and hand up; the case climbs every rung, and gets there."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from models.base import Urgency
from models.case.state import Channel, Stage
from models.city.people import Rank
from models.city.units import Level
from models.clocks.policy import ClockStage
from models.clocks.quiet import deliver_at
from tests.support.product import Product
from tests.support.stories import due, tell


async def test_the_dispute_nobody_took_up(skipping: Product) -> None:
    told = await tell(skipping, "unheeded")
    assert await told.loop() == [
        "dingshan-dispatch reported",
        "system accept:r1.h1 substitute",
        "system accept:r1.h1 yellow",
        "system urged",
        "system accept:r1.h1 red",
        "system supervised",
        "system escalated",
        "aiping accepted",
        "aiping-g1-b answered",
        "aiping dispatched",
        "aiping-2 claimed",
        "aiping-2 arrived",
        "system level:r1.h2 yellow",
        "system urged",
        "system level:r1.h2 red",
        "system escalated",
        "dingshan-dispatch accepted",
        "dingshan-supervise urged",
        "dingshan-dispatch escalated",
        "jiangjin-sifa accepted",
        "jiangjin-sifa transferred",
        "jiangjin-sifa claimed",
        "jiangjin-sifa arrived",
        "jiangjin-sifa handled",
        "jiangjin-dispatch verified",
        "jiangjin-dispatch called_back",
        "jiangjin-dispatch withdrawn",
        "jiangjin-dispatch closed",
    ]
    case = await told.case()
    assert (case.stage, case.closed_late, case.urgency) == (Stage.CLOSED, False, Urgency.ORDINARY)
    assert case.channel is Channel.HOTLINE
    closed = await told.fact("closed")
    assert not closed.body["late"], "steps were late; the matter was done within its seven working days"
    assert case.late_stages == (ClockStage.ACCEPT, ClockStage.LEVEL)

    # Grid → community → street → the district's lead department, one rung at a time.
    climbs = [await told.fact("escalated", nth=n) for n in range(3)]
    rungs = [climb.body["to"]["unit"]["id"] for climb in climbs]
    assert rungs == ["500116005004", "500116005", "500116-sifa"]
    assert [rung.level for rung in case.ladder] == [
        Level.GRID,
        Level.COMMUNITY,
        Level.STREET,
        Level.DISTRICT,
        Level.CITY,
    ]
    assert [climb.body["automatic"] for climb in climbs] == [True, True, False]

    # Every light at its scheduled instant, by the working calendar: half, 80 % and all of four working hours.
    lights = await told.lights()
    began = case.reported_at
    assert lights["accept:r1.h1 substitute"] == due(case, "120 working minutes", began)
    assert lights["accept:r1.h1 yellow"] == due(case, "192 working minutes", began)
    assert lights["accept:r1.h1 red"] == due(case, "4 working hours", began)
    assert climbs[0].fact.scheduled == lights["accept:r1.h1 red"]  # type: ignore[union-attr]
    assert lights["level:r1.h2 red"] == due(case, "2 working days", climbs[0].at)
    assert climbs[1].fact.scheduled == lights["level:r1.h2 red"]  # type: ignore[union-attr]
    for climb, light in zip(climbs[:2], ("accept:r1.h1 red", "level:r1.h2 red"), strict=True):
        assert climb.at - lights[light] < timedelta(seconds=1)

    # B is called, then the grid is urged: in the daytime, for the matter is ordinary.
    (substitute,) = await told.messages(kind="threshold_passed", to_rank=Rank.B.value)
    assert substitute.to_unit == "500116005004-g1"
    for nth, unit in enumerate(("500116005004-g1", "500116005004")):
        urged = await told.fact("urged", nth=nth)
        (message,) = [row for row in await told.messages(kind="urged") if row.seq == urged.seq]
        assert (message.to_unit, message.urgent) == (unit, False)
        assert message.visible_at == deliver_at(urged.at, urgent=False)

    # The order that the red light opened: the community supervises the grid, which answers in time.
    (order,) = case.orders
    assert (order.owner.id, order.by.id, order.automatic) == ("500116005004-g1", "500116005004", True)
    assert order.answered_at is not None
    answer = (await told.clock("answer:o1"))[-1]
    assert (answer.red_at, answer.late) == (due(case, "2 working days", order.opened_at), False)

    # The community was the first receiver and stays it; each level had its own clock under 四级七天.
    assert case.lead is not None
    assert case.lead.id == "500116005004"
    accepted = [await told.fact("accepted", nth=n) for n in range(3)]
    assert [sealed.holder for sealed in accepted] == rungs
    for holding, climb in enumerate(climbs, start=2):
        level = (await told.clock(f"level:r1.h{holding}"))[0]
        assert (level.policy, level.red_at) == ("gaotai-4level-7wd", due(case, "2 working days", climb.at))
    assert all(a.at < b.at for a, b in pairwise(accepted))
    assert (await told.fact("verified")).actor.person not in case.handlers
    await told.keeps_its_word()
