"""The marks above a case's bands: one small sign for each thing that people did, where there is room."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from api.pages.cases.axis import Axis
from models.base import Frozen, Words
from models.case.timeline import Entry

WIDE: Final = 2.95
"""Per cent of the width that a mark takes up, on the narrowest picture."""
ROWS: Final = 2
"""How many marks of one place stand above each other; what finds no room is told by the facts below only."""

_SIGNS: Final[dict[str, tuple[int, str, str, str]]] = {
    # rank (what matters most gets its place first), sign in Chinese and English, tone
    "reported": (0, "报", "Re", "plain"),
    "closed": (0, "结", "Cl", "good"),
    "reopened": (0, "重", "Ro", "bad"),
    "declined": (0, "拒", "Dc", "bad"),
    "merged": (0, "并", "Mg", "plain"),
    "voided": (0, "废", "Vd", "bad"),
    "returned": (1, "退", "Rt", "bad"),
    "reworked": (1, "返", "Rw", "bad"),
    "escalated": (1, "升", "Es", "bad"),
    "supervised": (1, "督", "Su", "bad"),
    "suspended": (1, "挂", "Sp", "plain"),
    "regraded": (1, "级", "Gr", "plain"),
    "special_handling": (1, "特", "Sh", "plain"),
    "whistled": (1, "哨", "Wh", "plain"),
    "handled": (2, "处", "Ha", "good"),
    "arrived": (2, "到", "Ar", "good"),
    "verified": (2, "核", "Ve", "good"),
    "dispatched": (2, "派", "Di", "plain"),
    "transferred": (2, "转", "Tr", "plain"),
    "resumed": (2, "续", "Rs", "plain"),
    "urged": (2, "催", "Ur", "bad"),
    "request_decided": (3, "批", "Ap", "plain"),
    "requested": (3, "请", "Rq", "plain"),
    "accepted": (3, "受", "Ac", "plain"),
    "claimed": (3, "领", "Cm", "plain"),
    "called_back": (3, "访", "Cb", "plain"),
    "reported_in": (3, "到", "In", "good"),
    "finished": (3, "毕", "Fi", "good"),
    "answered": (3, "复", "An", "plain"),
    "released": (4, "放", "Rl", "plain"),
    "milestone_reached": (4, "节", "Ms", "good"),
    "signed": (4, "签", "Si", "plain"),
    "rated": (4, "评", "Rd", "plain"),
    "rules_changed": (4, "规", "Rc", "plain"),
    "annotated": (5, "注", "No", "plain"),
    "informed": (5, "告", "In", "plain"),
}
"""What has a mark; clocks have their bands instead."""


class Mark(Frozen):
    """One thing that was done."""

    x: float
    row: int
    """0 stands lowest."""
    sign: Words
    tone: str
    """`plain`, `good` or `bad`."""
    at: datetime
    words: Words
    seq: int


def marks(axis: Axis, entries: Iterable[Entry]) -> tuple[Mark, ...]:
    """The marks that find room, in the order of time."""
    wanted = [entry for entry in entries if entry.kind in _SIGNS and entry.at <= axis.end]
    wanted.sort(key=lambda entry: (_SIGNS[entry.kind][0], entry.seq))
    return tuple(sorted(_placed(axis, wanted), key=lambda mark: mark.seq))


def _placed(axis: Axis, wanted: Iterable[Entry]) -> Iterator[Mark]:
    taken: list[list[float]] = [[] for _ in range(ROWS)]
    for entry in wanted:
        _, zh, en, tone = _SIGNS[entry.kind]
        # The ends of the picture would cut a mark in half.
        x = min(max(axis.x(entry.at), WIDE / 2), 100 - WIDE / 2)
        row = next((row for row in range(ROWS) if all(abs(x - other) >= WIDE for other in taken[row])), None)
        if row is None:
            continue
        taken[row].append(x)
        yield Mark(
            x=round(x, 3),
            row=row,
            sign=Words(zh=zh, en=en),
            tone=tone,
            at=entry.at,
            words=entry.words,
            seq=entry.seq,
        )
