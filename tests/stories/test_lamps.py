"""The street lamps of 谢家湾街道民主村社区: whistled, and lit within a week."""

from __future__ import annotations

from datetime import timedelta

from models.case.state import Ground, PartyState, Stage
from tests.support.product import Product
from tests.support.stories import due, tell

DEPARTMENT = "500107-chengguan"


async def test_the_nine_street_lamps(skipping: Product) -> None:
    told = await tell(skipping, "lamps")
    assert await told.loop() == [
        "minzhu-g5 reported",
        "minzhu accepted",
        "minzhu whistled",
        "minzhu dispatched",
        "minzhu-g5 claimed",
        "jiulongpo-chengguan signed",
        "minzhu-g5 arrived",  # made contact
        "jiulongpo-chengguan reported_in",
        "minzhu-g5 arrived",
        "jiulongpo-chengguan finished",
        "minzhu rated",
        "minzhu-g5 handled",
        "minzhu-2 verified",
        "minzhu-2 called_back",
        "minzhu-2 closed",
    ]
    case = await told.case()
    assert (case.stage, case.closed_late, case.overrun) == (Stage.CLOSED, False, ())
    assert case.holder.id == "500107003003"  # the community held it from beginning to end
    assert case.closed_at is not None

    # 网格吹哨、部门报到: signed within the hour, there the same day, done within a week, rated.
    (whistle,) = case.whistles
    (party,) = whistle.parties
    assert (whistle.ground, whistle.by.id) == (Ground.STRONG_ISSUE, "500107003003")
    assert (party.unit.id, party.state, party.score) == (DEPARTMENT, PartyState.RATED, 5)
    finished = await told.fact("finished")
    assert finished.at - whistle.at < timedelta(days=7)
    assert case.closed_at - case.reported_at < timedelta(days=7)
    assert "9盏" in finished.body["note"]
    assert len(finished.body["attachments"]) == 1

    # The whistle's clocks, as the policy `gulou-whistle` (and what it extends) has them, from the whistle on.
    for stage, limit, policy in (
        ("sign", "1 hour", "gulou-whistle"),
        ("report_in", "3 working days", "gulou-whistle"),
        ("finish", "5 working days", "loop"),
    ):
        clock = (await told.clock(f"{stage}:w1/{DEPARTMENT}"))[-1]
        assert (clock.policy, clock.red_at) == (policy, due(case, limit, whistle.at)), stage
        assert not clock.late

    # The resident was called within a day; an ordinary matter's arrival may be a call.
    contacted, dispatched = await told.fact("arrived"), await told.fact("dispatched")
    assert contacted.body["contact_only"]
    contact = (await told.clock("contact:r1"))[-1]
    assert (contact.red_at, contact.stopped_at) == (due(case, "24 hours", dispatched.at), contacted.at)
    arrive = (await told.clock("arrive:r1"))[-1]
    assert (arrive.red_at, arrive.stopped_at) == (due(case, "2 working days", dispatched.at), contacted.at)

    (called,) = await told.messages(kind="whistled")
    assert (called.to_unit, called.urgent) == (DEPARTMENT, False)
    assert [row.to_unit for row in await told.messages(kind="finished")] == ["500107003003"]
    assert (await told.fact("verified")).actor.person not in case.handlers
    await told.keeps_its_word()
