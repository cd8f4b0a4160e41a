"""What the public may read of a fact: plain words, units by name, and nothing that staff have written.

This is the list of what is allowed. A kind of fact that is not in it is not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from models.base import Words
from models.case import facts as f
from models.case.facts.base import FactBase
from models.case.facts.supervising import URGENCIES
from models.case.state import RequestKind, TaskRole
from models.city.units import UnitRef
from models.clocks.clock import Threshold
from models.clocks.policy import ClockStage

PROMISING: Final = (ClockStage.HANDLE, ClockStage.LEVEL)
"""The clocks whose end is promised to the public; the first that a case has counts."""


def _names(units: Iterable[UnitRef]) -> Words:
    names = [unit.name for unit in units]
    return Words(zh="、".join(names), en=", ".join(names))


def _dispatched(fact: f.Dispatched) -> Words | None:
    lead = _names(task.unit for task in fact.tasks if task.role is TaskRole.LEAD)
    helping = _names(task.unit for task in fact.tasks if task.role is TaskRole.ASSISTING)
    if not lead.zh:
        return Words(zh=f"请{helping.zh}协助", en=f"{helping.en} asked to help") if helping.zh else None
    more = Words(zh=f"，{helping.zh}协助", en=f"; {helping.en} helps") if helping.zh else Words(zh="", en="")
    return Words(zh=f"交{lead.zh}处理{more.zh}", en=f"Given to {lead.en}{more.en}")


def _arrived(fact: f.Arrived) -> Words:
    if fact.contact_only:
        return Words(zh="工作人员已联系", en="Staff got in touch")
    return Words(zh=f"{fact.unit.name}工作人员已到场", en=f"Staff of {fact.unit.name} on site")


def _called_back(fact: f.CalledBack) -> Words:
    if not fact.reached:
        return Words(zh="回访未接通", en="Called back, not reached")
    if fact.resolved and fact.satisfied:
        return Words(zh="已回访", en="Called back")
    return Words(zh="已回访，继续处理", en="Called back; the work goes on")


def _closed(fact: f.Closed) -> Words:
    if fact.late:
        return Words(zh="已办结，超过了承诺时间", en="Done, later than promised")
    return Words(zh="已办结", en="Done")


def _urged(fact: f.Urged) -> Words | None:
    return None if fact.automatic else Words(zh="已催办", en="Urged")


def _decided(fact: f.RequestDecided) -> Words | None:
    if not fact.approved or fact.kind is not RequestKind.EXTENSION:
        return None
    return Words(zh="经批准延期", en="Extended, with approval")


def _suspended(fact: f.WasSuspended) -> Words:
    day = fact.suspension.review_on.isoformat()
    return Words(zh=f"经批准暂停办理，{day} 复核", en=f"Paused, with approval; looked at again on {day}")


def _passed(fact: f.ThresholdPassed) -> Words | None:
    if fact.threshold is not Threshold.RED or fact.clock.stage is not ClockStage.HANDLE:
        return None
    return Words(zh="超过了承诺时间", en="Later than promised")


def _always(zh: str, en: str) -> Callable[[Any], Words]:
    words = Words(zh=zh, en=en)
    return lambda _fact: words


# Each writer takes the fact it stands beside; `Any`, because a table cannot say that.
PUBLIC: Final[Mapping[type[FactBase], Callable[[Any], Words | None]]] = {
    f.Accepted: lambda x: Words(zh=f"{x.holder.name}已受理", en=f"Accepted by {x.holder.name}"),
    f.Declined: _always("不予受理", "Not accepted"),
    f.Merged: _always("与同一件事的另一件合并办理", "Joined with another report of the same matter"),
    f.Dispatched: _dispatched,
    f.Transferred: lambda x: Words(zh=f"转{x.to.name}处理", en=f"Passed on to {x.to.name}"),
    f.Arrived: _arrived,
    f.Handled: lambda x: Words(zh=f"{x.unit.name}已处理", en=f"Handled by {x.unit.name}"),
    f.Returned: lambda x: Words(zh=f"{x.unit.name}退回，重新安排", en=f"Handed back by {x.unit.name}"),
    f.Whistled: lambda x: Words(
        zh=f"请{_names(p.unit for p in x.whistle.parties).zh}到场协同",
        en=f"{_names(p.unit for p in x.whistle.parties).en} called to help",
    ),
    f.ReportedIn: lambda x: Words(zh=f"{x.unit.name}已到场协同", en=f"{x.unit.name} has come to help"),
    f.Escalated: lambda x: Words(zh=f"提交上级{x.to.unit.name}", en=f"Handed up to {x.to.unit.name}"),
    f.Urged: _urged,
    f.Supervised: lambda x: Words(zh=f"{x.order.by.name}督办", en=f"{x.order.by.name} presses for it"),
    f.Regraded: lambda x: Words(
        zh=f"紧急程度调整为{URGENCIES[x.to].zh}", en=f"Urgency now: {URGENCIES[x.to].en}"
    ),
    f.RequestDecided: _decided,
    f.SpecialHandling: _always("特事特办，承诺时间已调整", "Special handling: the promised time has changed"),
    f.RulesChanged: _always(
        "规则或工作日调整，承诺时间重新推算", "Changed rules or working days: promised time anew"
    ),
    f.WasSuspended: _suspended,
    f.Resumed: _always("恢复办理", "Work goes on"),
    f.Verified: _always("核查通过", "Checked and found done"),
    f.Reworked: _always("核查未通过，重新处理", "Checked and not good enough: done again"),
    f.CalledBack: _called_back,
    f.Closed: _closed,
    f.Reopened: lambda x: Words(zh=f"重新办理（第{x.round}轮）", en=f"Taken up again (round {x.round})"),
    f.Voided: _always("已撤销", "Withdrawn"),
    f.ThresholdPassed: _passed,
}
"""What is said of each kind of fact; None says nothing of this one."""

KINDS: Final = frozenset(kind.model_fields["fact"].default for kind in PUBLIC) | {
    "reported",
    "evaluated",
    "clock_set",
}
"""The kinds of facts that the public view is made from."""
