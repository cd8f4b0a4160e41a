"""The rates of a period: a share, what it is made of, and its definition beside it."""

from __future__ import annotations

from dataclasses import dataclass

from models.base import Words
from models.queries.review_figures import Figures


@dataclass(frozen=True)
class Rate:
    """One figure."""

    name: Words
    part: int
    whole: int
    definition: Words
    good: bool = False
    """Whether more of it is better."""

    @property
    def share(self) -> float | None:
        """Per cent; none where there is nothing to divide by."""
        return 100 * self.part / self.whole if self.whole else None

    @property
    def said(self) -> str:
        """As it is printed; never rounded up to a whole that it is not."""
        share = self.share
        if share is None:
            return "—"
        shown = f"{share:.1f}"
        return "99.9%" if shown == "100.0" and self.part != self.whole else f"{shown}%"


_CLOSED = Words(
    zh="期内结案（且未重开）的案件，演练除外", en="cases closed in the period and not reopened, drills apart"
)


def rates(made: Figures) -> tuple[Rate, ...]:
    """The rates that the figures of a period give."""

    def of_closed(name: Words, part: int, of_these: Words) -> Rate:
        definition = Words(zh=f"{of_these.zh} ÷ {_CLOSED.zh}", en=f"{of_these.en} ÷ {_CLOSED.en}")
        return Rate(name, part, made.closed, definition)

    return (
        of_closed(
            Words(zh="退回率", en="Return rate"),
            made.returned,
            Words(zh="其中至少退回过一次的", en="those returned at least once"),
        ),
        of_closed(
            Words(zh="返工率", en="Rework rate"),
            made.reworked,
            Words(zh="其中至少一次核查不通过的", en="those whose check failed at least once"),
        ),
        of_closed(
            Words(zh="不满意返回率", en="Sent back, not content"),
            made.dissatisfied,
            Words(
                zh="其中因回访或评价不满意回到处置的", en="those sent back as the reporter was not content"
            ),
        ),
        of_closed(
            Words(zh="延期率", en="Extension rate"),
            made.extended,
            Words(zh="其中批准过延期的", en="those granted an extension"),
        ),
        of_closed(
            Words(zh="挂起率", en="Suspension rate"),
            made.suspended,
            Words(zh="其中挂起过的", en="those that were suspended"),
        ),
        Rate(
            Words(zh="按期办结率", en="On-time closing rate"),
            made.on_time,
            made.due - made.standing,
            Words(
                zh="按期结案 ÷（处置时限在期内到期的案件 − 其中仍挂起的），演练除外",
                en="closed on time ÷ (cases whose limit for handling fell in the period − those still "
                "suspended), drills apart",
            ),
            good=True,
        ),
    )
