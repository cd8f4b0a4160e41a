"""Errands: what one case's workflow tells another's. Durable, in order, and once."""

from __future__ import annotations

from temporalio import workflow
from temporalio.exceptions import FailureError

from workflows.ids import MACHINE_SIGNAL, errand_id, workflow_id

with workflow.unsafe.imports_passed_through():
    from models.case.commands import Absorb, Envelope, LinkCase
    from models.case.sealing import SealedFact
    from models.case.state import Case, Link
    from models.city.people import MACHINE


class Errands:
    """The errands a case still has to run."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, Envelope]] = []

    @property
    def idle(self) -> bool:
        """Whether nothing is left to be told."""
        return not self._waiting

    def put(self, case: Case, facts: tuple[SealedFact, ...]) -> None:
        """Find what others must hear of: a merge, or a follow-up's birth."""
        for fact in facts:
            kind = fact.body["fact"]
            if kind == "merged":
                absorb = Absorb(number=case.number, reporters=case.reporters)
                self._send(
                    fact.body["into"],
                    Envelope(id=errand_id(case.number, "absorb"), principal=MACHINE, command=absorb),
                )
            elif kind == "reported" and "link" in fact.body:
                child = LinkCase(link=Link(number=case.number, relation="follow_up"))
                self._send(
                    fact.body["link"]["number"],
                    Envelope(id=errand_id(case.number, "link"), principal=MACHINE, command=child),
                )

    def _send(self, number: str, envelope: Envelope) -> None:
        self._waiting.append((number, envelope))

    async def run(self) -> None:
        """Run errands for as long as the case lives."""
        while True:
            await workflow.wait_condition(lambda: bool(self._waiting))
            number, envelope = self._waiting[0]
            try:
                handle = workflow.get_external_workflow_handle(workflow_id(number))
                await handle.signal(MACHINE_SIGNAL, envelope)
            except FailureError:
                # It has ended meanwhile; this case's own timeline still names it.
                workflow.logger.warning(
                    "errand not delivered", extra={"case_no": number, "command_id": envelope.id}
                )
            del self._waiting[0]
