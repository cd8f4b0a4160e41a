"""The collapsing eave at 璧城街道东关社区18网格: 53 residents out within twenty minutes, nobody hurt."""

from __future__ import annotations

from datetime import timedelta

from models.base import Urgency
from models.case.state import Channel, Link, PartyState, Stage
from models.city.units import Level
from tests.support.product import Product
from tests.support.stories import Told, due, tell


async def test_the_collapsing_eave(skipping: Product) -> None:
    told = await tell(skipping, "eave")
    assert await told.loop() == [
        "dongguan-g18 reported",
        "dongguan escalated",
        "bicheng-dispatch accepted",
        "bicheng-dispatch dispatched",
        "bicheng-dispatch whistled",
        "bicheng-dispatch milestone_planned",
        "bicheng-dispatch milestone_planned",
        "bicheng-dispatch milestone_planned",
        "bicheng-pingan claimed",
        "dongguan-g18 claimed",
        "bishan-xiaofang signed",
        "bishan-zhujian signed",
        "dongguan-g18 milestone_reached",
        "bishan-yingji signed",  # by reporting in
        "bishan-yingji reported_in",
        "bicheng-pingan arrived",
        "bishan-xiaofang reported_in",
        "bishan-xiaofang finished",
        "dongguan-g18 milestone_reached",
        "bishan-zhujian reported_in",
        "system linked",
        "system linked",
        "bicheng-pingan milestone_reached",
        "bishan-zhujian finished",
        "bishan-yingji finished",
        "dongguan-g18 handled",
        "bicheng-pingan handled",
        "bicheng-dispatch-2 verified",
        "bicheng-dispatch rated",
        "bicheng-dispatch rated",
        "bicheng-dispatch-2 called_back",
        "bicheng-dispatch-2 withdrawn",  # the community's, which stayed on as assisting
        "bicheng-dispatch-2 closed",
    ]
    case = await told.case()
    assert (case.stage, case.urgency, case.closed_late) == (Stage.CLOSED, Urgency.CRITICAL, False)

    # It entered at the community, which handed it up at once; the community stayed on as assisting.
    reported, climbed = await told.fact("reported"), await told.fact("escalated")
    assert [sealed.holder for sealed in (reported, climbed)] == ["500120001005", "500120001"]
    assert not climbed.body["automatic"]
    kept = next(task for task in case.tasks if task.kept)
    assert kept.unit.level is Level.COMMUNITY
    assert case.lead is not None
    assert case.lead.id == "500120001-pingan"

    # The clocks of the policy 135, from the report on; nothing turned yellow.
    began = case.reported_at
    for clock_id, limit in {"arrive:r1": "5 minutes", "handle:r1": "2 hours"}.items():
        first, *_, last = await told.clock(clock_id)
        assert (first.red_at, last.late) == (due(case, limit, began), False)
    assert (await told.fact("arrived")).at - began < timedelta(minutes=5)
    assert (case.overrun, case.counters.urges, case.orders) == ((), 0, ())

    # Cordon, evacuation, reinforcement: each within its own limit.
    limits = {"cordon": 5, "evacuate": 20, "reinforce": 90}
    assert [milestone.key for milestone in case.milestones] == list(limits)
    for milestone in case.milestones:
        assert milestone.reached_at is not None
        assert milestone.reached_at - milestone.planned_at < timedelta(minutes=limits[milestone.key])
        assert not (await told.clock(f"milestone:r1.{milestone.key}"))[-1].late
    evacuated = await told.fact("milestone_reached", nth=1)
    assert "53名住户" in evacuated.body["note"]

    # The whistle: three departments, on the ground of an emergency.
    (whistle,) = case.whistles
    assert whistle.ground == "emergency"
    assert [(party.unit.id, party.state, party.score) for party in whistle.parties] == [
        ("500120-xiaofang", PartyState.RATED, 5),
        ("500120-zhujian", PartyState.RATED, 4),
        ("500120-yingji", PartyState.FINISHED, None),
    ]
    called = await told.messages(kind="whistled")
    assert [row.to_unit for row in called] == [party.unit.id for party in whistle.parties]
    assert all(row.urgent and row.visible_at == whistle.at for row in called)

    # Checked by other eyes, and the grid worker who reported it heard of the beginning and the end.
    assert (await told.fact("verified")).actor.person not in case.handlers
    reporter = case.reported_by.person
    assert [row.kind for row in await told.messages(to_person=reporter)] == ["accepted", "closed"]

    # The picture is a real one, for those whose district it is.
    (picture,) = case.attachments
    seen = await (await skipping.person("bicheng-dispatch")).get(f"/attachments/{picture}")
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/jpeg")
    elsewhere = await (await skipping.person("shengdi")).get(f"/attachments/{picture}")
    assert elsewhere.status_code == 404
    await told.keeps_its_word()
    await _was_followed_up(told)


async def _was_followed_up(told: Told) -> None:
    """Two follow-up cases, linked both ways, each closed in its own time."""
    case = await told.case()
    numbers = {name: told.number(name) for name in ("neighbours", "walls")}
    assert case.links == tuple(Link(number=number, relation="follow_up") for number in numbers.values())
    assert await told.loop("neighbours") == [
        "bicheng-dispatch reported",
        "dongguan-2 accepted",
        "dongguan-2 dispatched",
        "dongguan claimed",
        "dongguan-g17 claimed",
        "dongguan arrived",
        "dongguan-g17 handled",
        "dongguan handled",
        "dongguan-2 verified",
        "dongguan-2 called_back",
        "dongguan-2 closed",
    ]
    assert await told.loop("walls") == [
        "bicheng-dispatch reported",
        "bicheng-dispatch-2 accepted",
        "bicheng-dispatch-2 dispatched",
        "bishan-zhujian claimed",
        "bishan-zhujian arrived",
        "bishan-zhujian handled",
        "bicheng-dispatch-2 verified",
        "bicheng-dispatch-2 called_back",
        "bicheng-dispatch-2 closed",
    ]
    neighbours, walls = await told.case("neighbours"), await told.case("walls")
    assert (neighbours.holder.level, walls.holder.level) == (Level.COMMUNITY, Level.STREET)
    assert (neighbours.urgency, walls.urgency) == (Urgency.ORDINARY, Urgency.URGENT)
    for name, child in (("neighbours", neighbours), ("walls", walls)):
        assert child.channel is Channel.FOLLOW_UP
        assert child.links == (Link(number=case.number, relation="parent"),)
        assert (child.stage, child.closed_late) == (Stage.CLOSED, False)
        limit = "5 hours" if child is walls else "5 working days"
        assert (await told.clock("handle:r1", name))[0].red_at == due(child, limit, child.reported_at)
        await told.keeps_its_word(name)
