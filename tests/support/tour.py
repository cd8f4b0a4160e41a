"""A tour of everything that can happen to a case: whole lives that between them hold every kind of fact."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from models.base import Urgency
from models.case.commands import (
    Absorb,
    Accept,
    Annotate,
    Answer,
    Approve,
    Arrive,
    BlowWhistle,
    CallBack,
    ChangeRules,
    Claim,
    Decline,
    Dispatch,
    Escalate,
    Evaluate,
    Finish,
    Handle,
    Inform,
    LinkCase,
    Merge,
    PlanMilestone,
    Rate,
    ReachMilestone,
    Refuse,
    Regrade,
    Release,
    Reopen,
    ReportIn,
    RequestExtension,
    RequestSpecialHandling,
    RequestSuspension,
    Resume,
    Return,
    Rework,
    Sign,
    Supervise,
    Transfer,
    Urge,
    Verify,
    VoidCase,
)
from models.case.state import Channel, Ground, Link, Reporter
from models.city.people import MACHINE
from models.clocks.budget import Budget
from models.clocks.calendar import city_date
from tests.support.play import Play
from tests.support.world import (
    CHENGGUAN,
    CHENGGUAN_STAFF,
    COMMANDER,
    DISPATCHER,
    DISTRICT_COMMANDER,
    DISTRICT_DISPATCHER,
    GRID,
    JIAOJING,
    LIVELIHOOD,
    LIVELIHOOD_2,
    LIVELIHOOD_STAFF,
    OFFICER,
    RESIDENT,
    SUPERVISOR,
    WORKER,
    XIAOFANG,
    dossier,
    rules,
)


def ordinary_life() -> Play:
    """Reported, accepted, dispatched, claimed, arrived, handled, verified, called back, closed, archived."""
    play = Play.reported(text="灯不亮", address="18网格")
    play.send(OFFICER, Accept(triage="共事")).wait(minutes=20).send(OFFICER, Dispatch(lead=GRID))
    play.send(WORKER, Claim()).wait(minutes=30).send(WORKER, Arrive(note="到场"))
    play.send(WORKER, Annotate(note="待更换", attachments=("a1",))).wait(hours=2)
    play.send(WORKER, Handle(note="已更换", attachments=("a2",))).wait(hours=1)
    play.send(OFFICER, Verify()).send(OFFICER, CallBack(resolved=True, satisfied=True, note="满意"))
    return play.wait(days=20)


def troubled_life() -> Play:
    """Everything that delays, presses, moves and repeats, through two rounds."""
    play = Play.reported(dossier(Urgency.URGENT, "daying-burst-main"))
    play.send(DISPATCHER, Accept(note="收到"))
    play.send(
        DISPATCHER, BlowWhistle(ground=Ground.EMERGENCY, units=(CHENGGUAN, XIAOFANG), reason="主管爆裂")
    )
    play.send(CHENGGUAN_STAFF, Sign()).send(CHENGGUAN_STAFF, ReportIn(note="四人"))
    play.send(DISPATCHER, Dispatch(lead=LIVELIHOOD, assisting=(GRID,), task_force="抢修专班", reason="供水"))
    play.send(LIVELIHOOD_STAFF, Claim()).send(LIVELIHOOD_STAFF, Release(reason="换班"))
    play.send(LIVELIHOOD_2, Return(reason="不属本板块")).send(DISPATCHER, Dispatch(lead=LIVELIHOOD))
    play.send(DISPATCHER, Transfer(to=CHENGGUAN, reason="属城管")).send(CHENGGUAN_STAFF, Claim())
    play.send(DISPATCHER, Inform(units=(JIAOJING,), text="封路")).send(WORKER, Urge(note="快"))
    play.send(SUPERVISOR, Supervise(text="午前报结果")).send(CHENGGUAN_STAFF, Answer(reply="已到场"))
    play.send(DISPATCHER, PlanMilestone(key="water", name="送水", budget=Budget.hours(1)))
    play.send(CHENGGUAN_STAFF, ReachMilestone(key="fence", note="已围挡"))
    play.send(MACHINE, LinkCase(link=Link(number="B", relation="follow_up")))
    play.send(MACHINE, Absorb(number="C", reporters=(Reporter(contact="k_1", number="C"),)))
    play.send(CHENGGUAN_STAFF, RequestExtension(amount=3600, reason="缺管件"))
    play.send(COMMANDER, Refuse(note="库存有")).send(
        CHENGGUAN_STAFF, RequestExtension(amount=3600, reason="缺")
    )
    play.send(COMMANDER, Approve(note="准")).send(
        DISPATCHER, Regrade(urgency=Urgency.CRITICAL, reason="塌陷")
    )
    review = city_date(play.now + timedelta(days=9))
    play.send(CHENGGUAN_STAFF, RequestSuspension(review_on=review, reason="等待批复"))
    play.send(COMMANDER, Approve()).wait(days=10).send(COMMANDER, Resume(note="已批复"))
    play.send(CHENGGUAN_STAFF, RequestSpecialHandling(budget=Budget.days(5), reason="须换管"))
    play.send(COMMANDER, Approve()).send(MACHINE, ChangeRules(rules=rules("xian-1130"), reason="改版"))
    play.send(DISPATCHER, Escalate(reason="跨街道")).wait(days=6)
    play.send(CHENGGUAN_STAFF, Finish(note="已清障")).send(CHENGGUAN_STAFF, Handle(note="已修复"))
    play.send(DISTRICT_DISPATCHER, Rework(reason="渗水")).send(CHENGGUAN_STAFF, Handle(note="已重焊"))
    play.send(DISTRICT_DISPATCHER, Verify(note="现场看过"))
    play.send(DISTRICT_DISPATCHER, CallBack(reached=False)).send(
        DISTRICT_DISPATCHER, CallBack(resolved=False, satisfied=False)
    )
    play.send(CHENGGUAN_STAFF, Handle(note="已试压")).send(DISTRICT_DISPATCHER, Verify())
    play.send(DISTRICT_DISPATCHER, CallBack(resolved=True, satisfied=True))
    play.send(DISPATCHER, Rate(score=5, note="迅速")).wait(days=2).send(WORKER, Reopen(reason="又渗水"))
    play.send(DISTRICT_DISPATCHER, VoidCase(reason="并入工程")).send(DISTRICT_COMMANDER, Approve())
    return play


def forgotten_life() -> Play:
    """Nobody ever answers; declined at the top in the end."""
    play = Play.reported(dossier(Urgency.CRITICAL, entry=GRID)).wait(days=3)
    return play.send(DISTRICT_COMMANDER, Decline(reason="已由应急处置"))


def merged_life() -> Play:
    """A duplicate."""
    return Play.reported().wait(hours=1).send(OFFICER, Merge(into="500120001-20261011-0002"))


def residents_life() -> Play:
    """A resident reports, urges, is not content, then is; later the lamp is dark again, and lit."""
    play = Play.reported(by=RESIDENT, channel=Channel.RESIDENT, text="灯不亮", contact="k_2")
    play.send(OFFICER, Accept()).send(OFFICER, Dispatch(lead=GRID)).send(RESIDENT, Urge())
    play.send(WORKER, Claim()).send(WORKER, Handle(note="已更换")).send(OFFICER, Verify())
    play.send(RESIDENT, Evaluate(responded=True, resolved=False, satisfied=False, remark="rw_1"))
    play.send(WORKER, Handle(note="再次更换")).send(OFFICER, Verify())
    play.send(RESIDENT, Evaluate(responded=True, resolved=True, satisfied=True))
    return play.wait(days=20)


@cache
def lives() -> tuple[Play, ...]:
    """All of them, played once. Look, do not touch."""
    return (ordinary_life(), troubled_life(), forgotten_life(), merged_life(), residents_life())
