"""Time-outs and retries, each with its reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from temporalio.common import RetryPolicy

LOOK_AFTER: Final = timedelta(seconds=5)
"""When the case itself looks whether a command's facts were written, if nobody has promised to. Whoever
received the receipt writes them at once; this is for PostgreSQL's absence, and for what took too long."""

WAITING_LIMIT: Final = 50
"""Facts that may wait in a case while others see to it that they are written. Then it looks by itself: they
are sent along with what it writes later, and taken along when its history rolls over."""

AT_ONCE: Final = timedelta()
"""The same for what the clocks and other cases did: nobody receives that."""

LOCAL_ATTEMPT: Final = timedelta(seconds=1)
"""One attempt at writing from inside the workflow task. The database's own statement time-out for these
writes lies below it, because an attempt that timed out keeps running."""

LOCAL_RETRY: Final = RetryPolicy(initial_interval=timedelta(milliseconds=100), maximum_attempts=2)
"""A local activity that cannot finish would freeze every other command on the case; after two attempts the
durable one takes over and the case goes on. Counted, not timed: with temporalio 1.35 a local activity whose
attempts fail quickly is retried far beyond its `schedule_to_close_timeout`, for ever."""

DURABLE_ATTEMPT: Final = timedelta(seconds=10)
DURABLE_RETRY: Final = RetryPolicy(
    initial_interval=timedelta(milliseconds=500),
    backoff_coefficient=1.5,
    maximum_interval=timedelta(seconds=15),
)
"""For ever: what was accepted will be written, however long PostgreSQL is away."""

SEEN_LIMIT: Final = 512
"""Command identities remembered across roll-overs; a retry later than that is answered by the state."""

FACTS_KEPT: Final = 500
"""Facts kept in memory for `timeline`; at about 1 kB each they stay far below Temporal's 2 MB a payload."""

BATCH_LIMIT: Final = 200
"""Facts written in one go, and at most carried unwritten when the history rolls over, for the same reason."""

PROJECTION_STATEMENT: Final = timedelta(milliseconds=800)
"""How long a local attempt's statement may take; below `LOCAL_ATTEMPT`, so that none outlives its attempt."""

STICKY_PATIENCE: Final = timedelta(seconds=3)
"""How long a case's next step waits for the worker that has the case in memory, before any other worker may
take it. It is what a killed worker costs; Temporal's own default of 10 s is as long as a request waits."""

STEP_PATIENCE: Final = timedelta(seconds=5)
"""How long a worker may have one step of a case before another gets it: a step takes milliseconds, so whoever
has it for longer was killed. Together with `STICKY_PATIENCE` below what a request waits, so that a caller
whose worker dies is answered by the next one."""
