"""`shaodao verify`: do the records hold, and do the running workflows say the same?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy.exc import OperationalError
from temporalio.client import Client, WorkflowQueryFailedError, WorkflowQueryRejectedError
from temporalio.service import RPCError, RPCStatusCode

from models.case.state import Case
from models.queries.verification import Asking, NoAnswer, NoWorkflow, verify
from runtime.database import Sessions, create_engine
from runtime.processes import ServerFailed
from runtime.report import Report
from runtime.settings import NotRunning, Settings
from runtime.temporal import connect
from workflows.ids import STATE_QUERY, workflow_id


async def verify_all(settings: Settings, report: Report, *, only: Sequence[str], workflows: bool) -> int:
    """Check every case, or `only` these; says each discrepancy as it is found and returns how many there are.

    Raises NotRunning when a server has no address, ServerFailed when one does not answer.
    """
    engine = create_engine(settings, application="shaodao-verify", pool_size=10)
    ask = asking(await _connected(settings), settings) if workflows else None
    found: Counter[str] = Counter()
    checked = 0

    def progress(words: str, done: int, total: int) -> None:
        nonlocal checked
        checked = done
        report.progress(words, done, total)

    try:
        with report.step("Verifying chains and records" + (", and running workflows" if workflows else "")):
            async for wrong in verify(Sessions(engine).read, ask, progress, only=only):
                found[wrong.kind] += 1
                report.warn(f"  {wrong.number}  {wrong.kind}: {wrong.words}")
    except OperationalError as error:
        raise ServerFailed(f"PostgreSQL does not answer: {error.orig}") from error
    finally:
        await engine.dispose()
    total = found.total()
    if total:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(found.items()))
        report.warn(f"{checked} cases checked: {total} discrepancies ({kinds}).")
    else:
        report.say(f"{checked} cases checked: nothing is wrong.")
    return total


async def _connected(settings: Settings) -> Client:
    try:
        return await connect(settings)
    except RuntimeError as error:
        if isinstance(error, NotRunning):
            raise
        raise ServerFailed(
            f"Temporal does not answer; --no-workflows checks the records alone: {error}"
        ) from error


def asking(client: Client, settings: Settings) -> Asking:
    """Asks a case's workflow for its state."""

    async def ask(number: str) -> Case:
        handle = client.get_workflow_handle(workflow_id(number))
        try:
            state: Case = await handle.query(STATE_QUERY, result_type=Case, rpc_timeout=settings.rpc_timeout)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise NoWorkflow(number) from error
            raise NoAnswer(error.status.name.lower()) from error
        except (WorkflowQueryFailedError, WorkflowQueryRejectedError) as error:
            raise NoAnswer(type(error).__name__) from error
        return state

    return ask
