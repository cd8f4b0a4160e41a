"""The pool railing of 鼎山街道江州社区: a shared matter does not leave the community (共事不出社区)."""

from __future__ import annotations

from datetime import timedelta

from models.case.state import Stage, TaskRole
from models.city.units import Level
from tests.support.product import Product
from tests.support.stories import due, tell


async def test_the_pool_railing(skipping: Product) -> None:
    told = await tell(skipping, "pool")
    assert await told.loop() == [
        "jiangzhou-g1 reported",
        "jiangzhou accepted",
        "jiangzhou dispatched",
        "jiangzhou-2 claimed",
        "jiangzhou-g1 claimed",
        "jiangzhou-2 arrived",
        "jiangzhou milestone_planned",
        "jiangzhou-g1 milestone_reached",
        "jiangzhou-g1 handled",
        "jiangzhou-2 handled",
        "jiangzhou verified",
        "jiangzhou called_back",
        "jiangzhou closed",
    ]
    case = await told.case()
    assert (case.stage, case.closed_late, case.triage) == (Stage.CLOSED, False, "共事")

    # It never left the community: entered there, held there, handled there.
    sealed = await told.sealed()
    assert {fact.holder for fact in sealed} == {"500116005012"}
    assert case.holder.level is Level.COMMUNITY
    assert [(task.role, task.unit.level) for task in case.tasks] == [
        (TaskRole.LEAD, Level.COMMUNITY),
        (TaskRole.ASSISTING, Level.GRID),
    ]
    assert case.closed_at is not None
    assert case.closed_at - case.reported_at < timedelta(days=4)

    # A picture before, and with the handling one of before and one of after; all can be looked at.
    before, handled = case.attachments, (await told.fact("handled", nth=1)).body["attachments"]
    assert (len(before), len(handled)) == (1, 2)
    officer = await skipping.person("jiangzhou")
    for picture in (*before, *handled):
        assert (await officer.get(f"/attachments/{picture}")).status_code == 200

    # Limits of 135 (ordinary), and the meeting's own.
    began, planned = case.reported_at, await told.fact("milestone_planned")
    for clock_id, limit, origin in (
        ("accept:r1.h1", "1 working day", began),
        ("arrive:r1", "3 working days", began),
        ("handle:r1", "5 working days", began),
        ("milestone:r1.council", "2 working days", planned.at),
    ):
        first, *_, last = await told.clock(clock_id)
        assert first.red_at == due(case, limit, origin), clock_id
        assert not last.late
    assert case.counters.urges == 0
    await told.keeps_its_word()
