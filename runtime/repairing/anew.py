"""Starting a case's workflow anew from its facts: same id, same state, same clocks, and the chain goes on."""

from __future__ import annotations

from collections.abc import Sequence

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from models.case.decide import CLOCK
from models.case.facts import Reported
from models.case.sealing import SealedFact, replay
from runtime.settings import Settings
from workflows.ids import CASE_WORKFLOW, workflow_id
from workflows.messages import Carried, CaseInput, Seen
from workflows.policies import FACTS_KEPT, SEEN_LIMIT, STEP_PATIENCE
from workflows.search_attributes import attributes_of


async def start_anew(
    client: Client,
    settings: Settings,
    facts: Sequence[SealedFact],
    unwritten: Sequence[SealedFact] = (),
) -> None:
    """Let a new workflow go on where `facts`, the whole chain, end; one that runs under its id is ended.

    Both in one call, so that there is always one. It is what a roll-over carries, told from the facts alone:
    deadlines that have passed fire at once, with the instants they were scheduled for, and what has fired
    is marked in the state and does not fire again. `unwritten` are those of the facts that are not in
    PostgreSQL yet.
    """
    case = replay(facts)
    report = facts[0].fact
    assert isinstance(report, Reported)  # noqa: S101 - nothing else is told without a case before it
    dossier = report.dossier
    await client.start_workflow(
        CASE_WORKFLOW,
        CaseInput(
            carried=Carried(
                case=case,
                facts=tuple(facts[-FACTS_KEPT:]),
                seen=_seen(facts),
                unwritten=tuple(unwritten),
            )
        ),
        id=workflow_id(case.number),
        task_queue=settings.task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.TERMINATE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        task_timeout=STEP_PATIENCE,
        search_attributes=attributes_of(dossier),
        static_summary=f"{dossier.matter.name.zh} · {dossier.place.name}",
        rpc_timeout=settings.rpc_timeout,
    )


def _seen(facts: Sequence[SealedFact]) -> dict[str, Seen]:
    """The commands that the facts came from: sent again, they are answered and do nothing.

    What they asked, in detail, is not in the facts: their content is unknown.
    """
    led_to = {fact.command: Seen(version=fact.seq) for fact in facts if fact.command != CLOCK}
    newest = sorted(led_to.items(), key=lambda item: item[1].version)[-SEEN_LIMIT:]
    return dict(newest)
