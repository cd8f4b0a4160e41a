"""`shaodao verify`: do the records hold, and do the running workflows say the same? `--repair` mends."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Sequence

from sqlalchemy.exc import OperationalError
from temporalio.client import Client, WorkflowQueryFailedError, WorkflowQueryRejectedError
from temporalio.common import QueryRejectCondition
from temporalio.service import RPCError, RPCStatusCode

from models.case.state import Case
from models.queries.checking import Discrepancy
from models.queries.mending import greatest_number, move_counter
from models.queries.strangers import strangers
from models.queries.verification import GRACE, Asking, NoAnswer, NoWorkflow, verify
from models.queries.walking import count_cases
from runtime.database import Sessions, create_engine
from runtime.many_cases import hands
from runtime.processes import ServerFailed
from runtime.repairing.prefer import Prefer
from runtime.repairing.repair import Outcome, Repair
from runtime.repairing.witness import Witnesses
from runtime.report import Report
from runtime.settings import NotRunning, Settings
from runtime.temporal import connect
from workflows.ids import STATE_QUERY, workflow_id

MENDED_AT_ONCE = 8
"""Cases that are mended side by side."""


class Verifying:
    """Verification and repair of one house, with what they read from and speak through."""

    def __init__(
        self, settings: Settings, report: Report, sessions: Sessions, client: Client | None, grace: float
    ) -> None:
        """Without a `client`, workflows are left out. `grace`: seconds that a projection may lag."""
        self._settings = settings
        self._report = report
        self._sessions = sessions
        self._witnesses = Witnesses(client, settings) if client else None
        self._ask = asking(client, settings) if client else None
        self._grace = grace

    async def look(self, only: Sequence[str]) -> list[Discrepancy]:
        """Say everything that is wrong as it is found; then all of it, with what is checked of how many."""
        found: list[Discrepancy] = []
        checked = 0

        def progress(words: str, done: int, total: int) -> None:
            nonlocal checked
            checked = done
            self._report.progress(words, done, total)

        with self._report.step("Verifying chains and records" + (", and workflows" if self._ask else "")):
            async for wrong in self._all(progress, only):
                found.append(wrong)
                self._report.warn(f"  {wrong.number}  {wrong.kind}: {wrong.words}")
        if found:
            counts = Counter(wrong.kind for wrong in found)
            kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
            self._report.warn(f"{checked} cases checked: {len(found)} discrepancies ({kinds}).")
        else:
            self._report.say(f"{checked} cases checked: nothing is wrong.")
        return found

    async def _all(
        self, progress: Callable[[str, int, int], None], only: Sequence[str]
    ) -> AsyncIterator[Discrepancy]:
        async with self._sessions.read() as session:
            cases = len(only) or await count_cases(session)
        with hands(self._settings, cases) as at_work:
            async for wrong in verify(
                self._sessions.read, self._ask, progress,
                only=only, grace=self._grace, check=at_work.check, ahead=at_work.count + 2,
            ):  # fmt: skip
                yield wrong
        if self._witnesses is not None and not only:
            async for wrong in strangers(self._sessions.read, self._witnesses.numbers(), self._grace):
                yield wrong

    async def repair(self, found: Sequence[Discrepancy], prefer: Prefer | None) -> list[Outcome]:
        """Mend what was found, and say what was done case by case."""
        assert self._witnesses is not None  # noqa: S101 - the command refuses a repair without workflows
        kinds: dict[str, set[str]] = defaultdict(set)
        for wrong in found:
            kinds[wrong.number].add(wrong.kind)
        numbers = {number for number, kinds_ in kinds.items() if "numbers" not in kinds_}
        # The counter first: from now on nobody is given a number that is used already.
        if len(numbers) < len(kinds) or any("unknown" in kinds[number] for number in numbers):
            await self._move_counter()
        repair = Repair(self._settings, self._sessions, self._witnesses, prefer)
        slots = asyncio.Semaphore(MENDED_AT_ONCE)

        async def one(number: str) -> Outcome:
            async with slots:
                return await repair.mend(number, kinds[number])

        with self._report.step("Repairing"):
            tasks = [asyncio.create_task(one(number)) for number in sorted(numbers)]
            outcomes: list[Outcome] = []
            try:
                for task in tasks:
                    outcomes.append(await task)
                    self._say(outcomes[-1])
                    self._report.progress("repaired", len(outcomes), len(tasks))
            finally:
                for task in tasks:
                    task.cancel()
        return outcomes

    async def _move_counter(self) -> None:
        assert self._witnesses is not None  # noqa: S101 - as above
        known = [number async for number, _ in self._witnesses.numbers()]
        async with self._sessions.write() as session:
            to = await move_counter(session, await greatest_number(session, known))
        self._report.say(f"  the counter of case numbers goes on after {to}")

    def _say(self, outcome: Outcome) -> None:
        for words in outcome.done:
            self._report.say(f"  {outcome.number}  {words}")
        for words in outcome.lost:
            self._report.warn(f"  {outcome.number}  lost for good: {words}")
        for words in outcome.left:
            self._report.warn(f"  {outcome.number}  not mended: {words}")


async def verify_all(
    settings: Settings,
    report: Report,
    *,
    only: Sequence[str],
    workflows: bool,
    repair: Callable[[int], bool] | None = None,
    prefer: Prefer | None = None,
    grace: float = GRACE,
) -> int:
    """Check every case, or `only` these; says each discrepancy as it is found and returns how many there are.

    With `repair`, which is asked once whether that many discrepancies may be acted on, mends what can be
    mended, looks again, and returns in how many cases something is left.

    Raises NotRunning when a server has no address, ServerFailed when one does not answer.
    """
    client = await _connected(settings) if workflows else None
    engine = create_engine(settings, application="shaodao-verify", pool_size=10)
    verifying = Verifying(settings, report, Sessions(engine), client, grace)
    try:
        found = await verifying.look(only)
        if not found or repair is None or not repair(len(found)):
            return len(found)
        outcomes = await verifying.repair(found, prefer)
        numbers = [outcome.number for outcome in outcomes]
        wrong = {left.number for left in (await verifying.look(numbers) if numbers else ())}
        wrong |= {outcome.number for outcome in outcomes if outcome.left}
    except OperationalError as error:
        raise ServerFailed(f"PostgreSQL does not answer: {error.orig}") from error
    except RPCError as error:
        raise ServerFailed(f"Temporal does not answer: {error.message}") from error
    finally:
        await engine.dispose()
    return len(wrong)


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
    """Asks a case's running workflow for its state; one that was ended by hand is as good as none."""

    async def ask(number: str) -> Case:
        handle = client.get_workflow_handle(workflow_id(number))
        try:
            state: Case = await handle.query(
                STATE_QUERY,
                result_type=Case,
                reject_condition=QueryRejectCondition.NOT_OPEN,
                rpc_timeout=settings.rpc_timeout,
            )
        except WorkflowQueryRejectedError as ended:
            raise NoWorkflow(number) from ended
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise NoWorkflow(number) from error
            raise NoAnswer(error.status.name.lower()) from error
        except WorkflowQueryFailedError as error:
            raise NoAnswer(type(error).__name__) from error
        return state

    return ask
