"""Names that outlive a deploy: the workflow, its updates, signals, queries and activities.

A case's workflow id is its number, so that a command finds its workflow without asking PostgreSQL. A
command's identity is its update id, so that Temporal answers a retry with the first answer.
"""

from __future__ import annotations

from typing import Final

CASE_WORKFLOW: Final = "Case"
REPORT_UPDATE: Final = "report"
MACHINE_SIGNAL: Final = "machine"
LOOK_SIGNAL: Final = "look"
STATE_QUERY: Final = "state"
TIMELINE_QUERY: Final = "timeline"
PROJECT_ACTIVITY: Final = "project"

ROLLOUT_WORKFLOW: Final = "RulesRollout"
PROGRESS_QUERY: Final = "progress"
TELL_CASES_ACTIVITY: Final = "tell_open_cases"

DELIVERY_WORKFLOW: Final = "Delivery"
DELIVERY_ID: Final = "delivery"
DELIVER_ACTIVITY: Final = "deliver_messages"


def workflow_id(number: str) -> str:
    """The id of the workflow that owns the case."""
    return number


def errand_id(number: str, relation: str) -> str:
    """The identity of a command that one case's workflow sends another; the same at every retry."""
    return f"{relation}:{number}"
