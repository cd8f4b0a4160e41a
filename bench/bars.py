"""The bars: what the figures must be. A figure without a bar is for information."""

from __future__ import annotations

from typing import Final

from bench.figures import Bar

AT_ONCE: Final = (
    "overdue_now", "overdue_then", "timeline", "inbox", "unread", "street_standing", "street_flow", "search",
)  # fmt: skip
"""What people read all day, and wait for. The other questions are shown beside these."""

BARS: Final[tuple[Bar, ...]] = (
    Bar(key="closed_loop.gateway.ratio", must_be="at least", limit=0.7, aim=0.85),
    Bar(key="closed_loop.gateway.p50_ratio", must_be="at most", limit=2),
    Bar(key="closed_loop.api.added_p50_ms", must_be="at most", limit=5),
    Bar(key="case.events", must_be="at most", limit=60),
    Bar(key="case.statements_per_command", must_be="at most", limit=3),
    Bar(key="clocks.late_p99_s", must_be="at most", limit=5),
    Bar(key="clocks.missing", must_be="at most", limit=0),
    Bar(key="clocks.doubled", must_be="at most", limit=0),
    Bar(key="open_cases.cases", must_be="at least", limit=20_000),
    *(Bar(key=f"reading.{question}.p99_ms", must_be="at most", limit=50) for question in AT_ONCE),
)
