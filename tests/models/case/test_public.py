"""What the public may see of a case: the way it has come, in plain words, and no person, word or picture."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.base import Urgency
from models.case.commands import (
    Absorb,
    Accept,
    Annotate,
    Approve,
    Arrive,
    CallBack,
    ChangeRules,
    Claim,
    Decline,
    Dispatch,
    Evaluate,
    Handle,
    Merge,
    RequestExtension,
    RequestSpecialHandling,
    RequestSuspension,
    Resume,
    Rework,
    Transfer,
    Urge,
    Verify,
    VoidCase,
)
from models.case.facts import FACTS
from models.case.public import PublicCase, StepState, Told, public_case
from models.case.public_words import KINDS, PUBLIC
from models.case.state import Case, Channel, Reporter, Stage
from models.case.views import snapshot
from models.city.people import MACHINE, Principal
from models.clocks.budget import Budget
from models.clocks.calendar import city_date
from tests.support.play import Play
from tests.support.tour import lives
from tests.support.world import (
    COMMANDER,
    COMMUNITY,
    DISPATCHER,
    DISTRICT_DISPATCHER,
    GRID,
    LIVELIHOOD,
    OFFICER,
    RESIDENT,
    RESIDENT_2,
    WORKER,
    beijing,
    calendar,
    dossier,
)

CONTENT = Evaluate(responded=True, resolved=True, satisfied=True)
BAD = Evaluate(responded=False, resolved=False, satisfied=False, remark="rw_1")


def reported(**more: Any) -> Play:
    return Play.reported(by=RESIDENT, channel=Channel.RESIDENT, text="王小明说灯不亮", contact="k_1", **more)


def seen(play: Play, by: Principal = RESIDENT) -> PublicCase:
    """What the page would show: from the snapshot, which has no rules, and the facts that are let through."""
    case = Case.model_validate(snapshot(play.case))
    told = [Told.of(link) for link in play.facts if link.body["fact"] in KINDS]
    return public_case(case, told, by)


def said(play: Play) -> list[str]:
    return [line.words.zh for line in reversed(seen(play).lines)]


def steps(play: Play) -> str:
    marks = {StepState.DONE: "✓", StepState.NOW: "●", StepState.TO_COME: "○"}
    return " ".join(f"{marks[step.state]}{step.words.zh}" for step in seen(play).steps)


def dispatched() -> Play:
    return (
        reported().wait(minutes=1).send(OFFICER, Accept(note="李敏看过")).send(OFFICER, Dispatch(lead=GRID))
    )


def handled(play: Play | None = None) -> Play:
    return (
        (play or dispatched()).send(WORKER, Claim()).send(WORKER, Handle(note="张三换的", attachments=("a",)))
    )


# ── nothing that is nobody's business ────────────────────────────────────────────────────────────


def test_only_listed_kinds_are_shown_and_every_kind_has_been_thought_of() -> None:
    private = {
        "linked", "absorbed", "claimed", "released", "withdrawn", "annotated", "informed", "signed",
        "finished", "rated", "answered", "requested", "review_called", "milestone_planned",
        "milestone_reached", "archived",
    }  # fmt: skip
    assert KINDS | private == {kind.model_fields["fact"].default for kind in FACTS}
    assert not KINDS & private


WRITTEN = {
    "note",
    "reason",
    "text",
    "address",
    "reply",
    "remark",
    "contact",
    "instruction",
    "person",
    "task_force",
}


def marked(value: Any) -> Any:
    """The same fact, with a mark in place of everything that somebody has written, and of every person."""
    if isinstance(value, dict):
        return {
            name: "SECRET" if name in WRITTEN and isinstance(part, str) else marked(part)
            for name, part in value.items()
        }
    return [marked(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("life", range(5))
def test_no_life_shows_a_person_a_reference_or_what_somebody_wrote(life: int) -> None:
    play = lives()[life]
    case = Case.model_validate(marked(snapshot(play.case)))
    told = [Told.of(link) for link in play.facts if link.body["fact"] in KINDS]
    hidden = [fact.model_copy(update={"body": marked(fact.body), "person": "SECRET"}) for fact in told]
    shown = public_case(case, hidden, RESIDENT_2).model_dump_json()
    assert "SECRET" in case.model_dump_json()
    assert "SECRET" not in shown
    assert "p-" not in shown


def test_every_line_says_itself_in_both_languages() -> None:
    for play in lives():
        for line in seen(play).lines:
            for text in (line.words.zh, line.words.en):
                assert text.strip() == text
                assert text
                assert "None" not in text


def test_every_writer_has_been_heard() -> None:
    heard = {
        type(Told.of(link).fact) for play in lives() for link in play.facts if link.body["fact"] != "reported"
    }
    assert set(PUBLIC) <= heard


# ── the steps ────────────────────────────────────────────────────────────────────────────────────


def test_the_steps_follow_the_case_to_its_end() -> None:
    play = reported()
    assert steps(play) == "●已上报 ○已受理 ○处理中 ○待核查 ○已办结"
    play.wait(minutes=1).send(OFFICER, Accept())
    assert steps(play) == "✓已上报 ●已受理 ○处理中 ○待核查 ○已办结"
    play.wait(minutes=1).send(OFFICER, Dispatch(lead=GRID))
    assert steps(play) == "✓已上报 ✓已受理 ●处理中 ○待核查 ○已办结"
    assert seen(play).at_work == GRID.name
    handled(play.wait(hours=1))
    assert steps(play) == "✓已上报 ✓已受理 ✓处理中 ●待核查 ○已办结"
    assert seen(play).at_work is None
    play.wait(hours=1).send(OFFICER, Verify())
    assert steps(play) == "✓已上报 ✓已受理 ✓处理中 ●待您评价 ○已办结"
    play.wait(hours=1).send(RESIDENT, CONTENT)
    assert steps(play) == "✓已上报 ✓已受理 ✓处理中 ✓待核查 ●已办结"
    reached = [step.at for step in seen(play).steps]
    assert reached == sorted(at for at in reached if at is not None)
    play.wait(days=20)
    assert play.case.stage is Stage.ARCHIVED
    assert steps(play) == "✓已上报 ✓已受理 ✓处理中 ✓待核查 ●已办结"


def test_a_step_back_takes_its_time_back() -> None:
    play = handled().wait(hours=1).send(OFFICER, Rework(reason="渗水"))
    assert steps(play) == "✓已上报 ✓已受理 ●处理中 ○待核查 ○已办结"
    assert seen(play).steps[3].at is None
    assert said(play)[-1] == "核查未通过，重新处理"


def test_a_new_round_begins_anew() -> None:
    play = handled().send(OFFICER, Verify()).send(OFFICER, CallBack(resolved=True, satisfied=True))
    play.wait(days=1).send(RESIDENT, BAD)
    assert steps(play) == "●已上报 ○已受理 ○处理中 ○待核查 ○已办结"
    assert seen(play).steps[0].at == play.now
    assert seen(play).round == 2
    assert said(play)[-2:] == ["您作了评价", "重新办理（第2轮）"]


@pytest.mark.parametrize(
    ("end", "word"),
    [
        (lambda play: play.send(OFFICER, Decline(reason="不属本区")), "不予受理"),
        (lambda play: play.send(OFFICER, Merge(into="B")), "已合并办理"),
        (
            lambda play: play.send(OFFICER, VoidCase(reason="误报")).send(COMMANDER, Approve()),
            "已撤销",
        ),
    ],
)
def test_other_ends_are_said_and_nothing_is_asked_any_more(end: Any, word: str) -> None:
    play = end(reported())
    assert steps(play) == f"✓已上报 ●{word}"
    view = seen(play)
    assert (view.may_urge, view.may_evaluate, view.accept_by) == (False, False, None)


# ── what was promised ────────────────────────────────────────────────────────────────────────────


def test_the_promise_has_a_date_and_a_plain_reason() -> None:
    promised = seen(reported()).promised
    assert promised is not None
    assert promised.by == promised.first == beijing(2026, 10, 19, 18)
    assert promised.why.zh == (
        "按《135》（项目默认，非官方定义），从 2026-10-12 09:00 起5个工作日内处理完，当天、周末和节假日不算。"
    )
    assert promised.why.en.endswith("not counting that day, weekends and holidays.")
    assert not promised.provisional
    assert seen(reported()).accept_by == beijing(2026, 10, 13, 18)


def test_once_accepted_nobody_waits_for_that() -> None:
    assert seen(dispatched()).accept_by is None


def test_an_extension_moves_it_and_what_was_promised_first_stays() -> None:
    play = dispatched().send(WORKER, Claim()).send(WORKER, RequestExtension(amount=2, reason="等灯具"))
    play.send(COMMANDER, Approve())
    promised = seen(play).promised
    assert promised is not None
    assert (promised.first, promised.by) == (beijing(2026, 10, 19, 18), beijing(2026, 10, 21, 18))
    assert "经批准延长2个工作日" in promised.why.zh
    assert said(play)[-1] == "经批准延期"


def test_a_pause_says_until_when_and_a_resumption_promises_anew() -> None:
    review = city_date(beijing(2026, 10, 20, 9))
    play = (
        dispatched()
        .send(OFFICER, RequestSuspension(review_on=review, reason="等资金"))
        .send(COMMANDER, Approve())
    )
    assert seen(play).paused_until == review
    assert said(play)[-1] == "经批准暂停办理，2026-10-20 复核"
    play.wait(days=2).send(OFFICER, Resume())
    view = seen(play)
    assert view.paused_until is None
    assert view.promised is not None
    assert view.promised.by > view.promised.first


def test_lateness_is_said_honestly() -> None:
    play = dispatched().wait(days=9)
    assert "超过了承诺时间" in said(play)
    play.send(DISTRICT_DISPATCHER, Accept())
    handled(play).send(DISTRICT_DISPATCHER, Verify()).send(RESIDENT, CONTENT)
    assert seen(play).closed_late
    assert said(play)[-1] == "已办结，超过了承诺时间"


@pytest.mark.parametrize(
    ("policy", "word"),
    [("gaotai-4level-7wd", "周末和节假日不算"), ("xian-1130", "内处理完"), ("daying-burst-main", "内处理完")],
)
def test_policies_without_one_limit_for_all_promise_what_they_have(policy: str, word: str) -> None:
    promised = seen(reported(dossier=dossier(policy=policy))).promised
    if promised is None:
        promised = seen(
            reported(dossier=dossier(policy=policy))
            .send(OFFICER, Accept())
            .send(OFFICER, Dispatch(lead=GRID))
        ).promised
    assert promised is not None
    assert word in promised.why.zh


def test_office_hours_are_said_to_be_some() -> None:
    special = Budget.working_hours(6)
    play = dispatched().send(WORKER, Claim()).send(WORKER, RequestSpecialHandling(budget=special, reason="x"))
    promised = seen(play.send(COMMANDER, Approve())).promised
    assert promised is not None
    assert "起6个工作小时内处理完，只算上班时间。" in promised.why.zh
    assert said(play)[-1] == "特事特办，承诺时间已调整"


def test_without_rules_nothing_is_promised() -> None:
    view = seen(reported(dossier=dossier(policy=None)))
    assert (view.promised, view.accept_by) == (None, None)


# ── the resident's own part ──────────────────────────────────────────────────────────────────────


def test_what_the_resident_did_is_said_to_them_and_not_to_others() -> None:
    play = reported().send(RESIDENT, Urge())
    assert said(play) == ["您上报了这件事", "您催办了一次"]
    other = [line.words.zh for line in reversed(seen(play, RESIDENT_2).lines)]
    assert other == ["已上报", "已催办"]
    assert seen(play).urge_again_at == play.now + timedelta(hours=24)
    assert seen(play).may_urge
    assert not seen(play, RESIDENT_2).may_urge


def test_the_word_they_have_given_stays_until_the_next_result() -> None:
    play = handled().send(OFFICER, Verify())
    assert seen(play).may_evaluate
    play.send(RESIDENT, BAD)
    verdict = seen(play).verdict
    assert verdict is not None
    assert (verdict.responded, verdict.resolved, verdict.satisfied) == (False, False, False)
    play.send(WORKER, Handle(note="再修")).send(OFFICER, Verify())
    assert seen(play).verdict is None
    assert seen(play).may_evaluate
    play.send(RESIDENT, CONTENT)
    assert seen(play).verdict is not None
    assert not seen(play).may_evaluate
    assert seen(play).evaluate_until == play.case.archive_at


def test_who_reported_a_duplicate_sees_the_other_persons_word_as_somebodys() -> None:
    other = Reporter(person=RESIDENT_2.person, contact="k_2", number="B")
    play = reported().send(MACHINE, Absorb(number="B", reporters=(other,)))
    handled(play.send(OFFICER, Accept()).send(OFFICER, Dispatch(lead=GRID))).send(OFFICER, Verify())
    play.send(RESIDENT, CONTENT)
    view = seen(play, RESIDENT_2)
    assert view.may_evaluate
    assert view.verdict is None
    assert "另一位上报人作了评价" in [line.words.zh for line in view.lines]


def test_notes_of_staff_are_not_shown() -> None:
    play = dispatched()
    before = said(play)
    play.send(OFFICER, Annotate(note="上报人电话13800000000")).send(WORKER, Claim())
    assert said(play) == before


def test_plain_words_for_who_does_what() -> None:
    play = reported(dossier=dossier(Urgency.URGENT)).send(DISPATCHER, Accept())
    play.send(DISPATCHER, Dispatch(lead=LIVELIHOOD, assisting=(COMMUNITY,)))
    play.send(DISPATCHER, Transfer(to=GRID, reason="x")).send(WORKER, Claim())
    play.send(WORKER, Arrive(contact_only=True)).send(WORKER, Arrive())
    play.send(DISPATCHER, Dispatch(assisting=(LIVELIHOOD,)))
    assert said(play)[1:] == [
        "璧城街道已受理",
        "交民生服务处理，东关社区协助",
        "转18网格处理",
        "工作人员已联系",
        "18网格工作人员已到场",
        "请民生服务协助",
    ]


def test_changed_rules_are_said() -> None:
    changed = calendar().model_copy(update={"version": "b"})
    play = reported().send(MACHINE, ChangeRules(calendar=changed, reason="放假安排公布"))
    assert said(play)[-1] == "规则或工作日调整，承诺时间重新推算"
