"""`shaodao rebuild`: the read model from the facts, on the running system."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.exc import OperationalError

from models.queries.rebuilding import rebuild
from models.queries.walking import count_cases
from runtime.database import Sessions, create_engine
from runtime.many_cases import hands
from runtime.processes import ServerFailed
from runtime.report import Report
from runtime.settings import Settings


async def rebuild_all(settings: Settings, report: Report, *, only: Sequence[str]) -> int:
    """Rebuild every case, or `only` these; says which could not be and returns how many those are.

    Raises NotRunning when the database has no address, ServerFailed when it does not answer.
    """
    engine = create_engine(settings, application="shaodao-rebuild", pool_size=2)
    kept = done = 0

    def progress(words: str, count: int, total: int) -> None:
        nonlocal done
        done = count
        report.progress(words, count, total)

    try:
        with report.step("Rebuilding cases, tasks and clocks from their facts"):
            sessions = Sessions(engine)
            async with sessions.read() as session:
                cases = len(only) or await count_cases(session)
            with hands(settings, cases) as at_work:
                async for wrong in rebuild(
                    sessions.write, progress, only=only, batch=at_work.rebuild, ahead=at_work.count
                ):
                    kept += 1
                    report.warn(f"  {wrong.number}  {wrong.words}")
    except OperationalError as error:
        raise ServerFailed(f"PostgreSQL does not answer: {error.orig}") from error
    finally:
        await engine.dispose()
    if kept:
        report.warn(f"{done - kept} cases rebuilt, {kept} left as they were; `shaodao verify` says more.")
    else:
        report.say(f"{done} cases rebuilt.")
    return kept
