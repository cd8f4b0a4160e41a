"""The sandbox in which workflows run: on, and without what nobody here asks of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from temporalio import workflow
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import SerializationContext, StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

PASSED_THROUGH: Final = (
    "models",
    "workflows.ids",
    "workflows.messages",
    "workflows.policies",
    "pydantic",
    "pydantic_core",
    "annotated_types",
    "typing_extensions",
)
"""Modules the sandbox takes from outside instead of loading them anew for every case: pure values and
functions, whose loading would cost more than a whole case."""


class Sandbox(WorkflowRunner):
    """Temporal's sandbox, with our own vocabulary passed through.

    Temporal's worker asks a workflow for the context of each of its payloads, seven times a command, and the
    sandbox compiles a line of source to answer: a fifth of the worker's time. Our converter and our codec
    treat every payload alike and ask for no context (they are no `WithSerializationContext`), so here the
    answer is that there is none, and the sandbox is not entered for it.
    """

    def __init__(self) -> None:
        restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
        self._sandbox = SandboxedWorkflowRunner(restrictions=restrictions)

    def prepare_workflow(self, defn: workflow._Definition) -> None:
        """Load the workflow once, to see that it can be."""
        self._sandbox.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """One run of a workflow, in a sandbox of its own."""
        return _ContextFree(self._sandbox.create_instance(det))

    def set_worker_level_failure_exception_types(self, types: Sequence[type[BaseException]]) -> None:
        """Which exceptions fail a workflow, not only its step."""
        self._sandbox.set_worker_level_failure_exception_types(types)


class _ContextFree(WorkflowInstance):
    """A workflow whose payloads are converted without knowing whose they are."""

    def __init__(self, sandboxed: WorkflowInstance) -> None:
        self._sandboxed = sandboxed

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """Take a step, in the sandbox."""
        return self._sandboxed.activate(act)

    def get_serialization_context(self, command_info: object) -> SerializationContext | None:
        """None: see `Sandbox`."""
        del command_info
        return None

    def get_external_store_context(self, command_info: object) -> StorageDriverStoreContext:
        """Nothing is stored outside."""
        del command_info
        return StorageDriverStoreContext(target=None)

    def get_info(self) -> workflow.Info:
        """Which workflow it is."""
        return self._sandboxed.get_info()

    def get_thread_id(self) -> int | None:
        """On which thread it runs, for the report of a step that hangs."""
        return self._sandboxed.get_thread_id()
