"""What the figures mean: shown beside them on pages, and on the second sheet of an export."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from models.base import Words
from models.queries.orders import OrderState
from models.queries.review_facts import Outcome, Review
from models.queries.reviews import PING_PONG

OVERDUE: Final = Words(
    zh="超期：该时刻至少有一个时限已到红灯且仍在走。同一案件有几个时限超期也只算一件；"
    "挂起期间时限停走，不算超期。过去的时刻按当时的时限计算，之后的延期不改变当时的结果。",
    en="Overdue: at that instant at least one running limit was past its red light. A case with several "
    "counts once; while it is suspended its clocks stand still, so it is not overdue. For a past instant "
    "the limits of that time count: what was extended later changes nothing.",
)
ANSWERS: Final = Words(
    zh="超期未回复：督办单的回复时限已到而责任单位仍未回复。"
    "案件挂起期间停走；案件已结束的记为“未回复即终结”。",
    en="Answer overdue: the limit for answering has run out and the owner has not answered. It stands still "
    "while the case is suspended; where the case ended first it is told as lapsed.",
)

STATES: Final[Mapping[OrderState, Words]] = {
    OrderState.OPEN: Words(zh="待回复", en="Waiting for the answer"),
    OrderState.OVERDUE: Words(zh="超期未回复", en="Answer overdue"),
    OrderState.ANSWERED: Words(zh="已回复", en="Answered"),
    OrderState.LAPSED: Words(zh="未回复即终结", en="Lapsed unanswered"),
}

REVIEWS: Final[Mapping[Review, Words]] = {
    Review.RETURNS: Words(zh="退回", en="Returns"),
    Review.REWORK: Words(zh="返工", en="Rework"),
    Review.EXTENSIONS: Words(zh="延期", en="Extensions"),
    Review.SUSPENSIONS: Words(zh="挂起", en="Suspensions"),
}
LEADS: Final[Mapping[Review, Words]] = {
    Review.RETURNS: Words(
        zh=f"谁、何时、为何退回。同一案件第{PING_PONG}次退回须由调度指定办理，单独标出。",
        en=f"Who returned what, when and why. The return number {PING_PONG} of one case is marked: "
        "from then on the dispatcher appoints the owner.",
    ),
    Review.REWORK: Words(
        zh="核查不通过，或回访、评价不满意而回到处置。单位为此前处置的单位。",
        en="The check failed, or who reported was not content, and the case went back to handling. "
        "The unit is the one that had handled it.",
    ),
    Review.EXTENSIONS: Words(
        zh="到期前提出的延期申请：理由、时长、审批人和前后时限。",
        en="Extensions asked for before the limit: why, how much, who decided, the limit before and after.",
    ),
    Review.SUSPENSIONS: Words(
        zh="挂起期间时限停走，因此每一次挂起都可查：理由、审批人、复核日期、已挂起天数。",
        en="While a case is suspended its clocks stand still, so every suspension can be looked into: why, "
        "who approved, when it is looked at again, for how many days.",
    ),
}
OUTCOMES: Final[Mapping[Outcome, Words]] = {
    Outcome.PENDING: Words(zh="待审批", en="Waiting for a decision"),
    Outcome.APPROVED: Words(zh="已批准", en="Approved"),
    Outcome.RUNNING: Words(zh="挂起中", en="Still suspended"),
    Outcome.REFUSED: Words(zh="未批准", en="Refused"),
    Outcome.LAPSED: Words(zh="未审批即终结", en="Ended undecided"),
    Outcome.CHECKED: Words(zh="核查不通过", en="Check failed"),
    Outcome.DISSATISFIED: Words(zh="群众不满意", en="Reporter not content"),
    Outcome.RETURNED: Words(zh="退回", en="Returned"),
}
RESUMED: Final = Words(zh="已恢复", en="Resumed")
"""An approved suspension that is over."""
