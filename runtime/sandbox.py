"""The sandbox in which workflows run: on, furnished once for each kind of workflow, not once for each case.

Temporal's own loads a workflow's modules anew for every run of it, so that runs cannot meet in a module's
variables. Loading them was a quarter of what opening a case takes of the worker's processor, comes again at
every replay, and was a sixth of what a case keeps in memory. Our workflows' modules hold no variables (a test
looks at what a room has loaded), so all runs of one kind share one room: what they may not do there stays as
forbidden as before.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import ModuleType
from typing import Any, Final

from temporalio import workflow
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import SerializationContext, StorageDriverStoreContext
from temporalio.worker import (
    UnsandboxedWorkflowRunner,
    WorkflowInstance,
    WorkflowInstanceDetails,
    WorkflowRunner,
)
from temporalio.worker.workflow_sandbox import SandboxRestrictions
from temporalio.worker.workflow_sandbox._importer import Importer
from temporalio.worker.workflow_sandbox._restrictions import RestrictionContext

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
"""Modules the sandbox takes from outside: pure values and functions, the same ones as everybody's."""


class Room:
    """What one kind of workflow has loaded, behind the sandbox's restrictions. Its runs may work at once."""

    def __init__(self, kind: type, restrictions: SandboxRestrictions) -> None:
        """Load the workflow's module, under the restrictions that hold while modules are loaded."""
        self._context = RestrictionContext()
        self._importer = Importer(restrictions, self._context, workflow_module_name=kind.__module__)
        with self.entered():
            loaded: Any = self._importer.import_func(kind.__module__, None, None, (kind.__name__,))
            self.definition = workflow._Definition.must_from_class(getattr(loaded, kind.__name__))
        # From now on everything that happens here is a workflow's doing, on whichever thread.
        self._context.is_runtime = True
        self._context.in_activation = True

    @property
    def loaded(self) -> dict[str, ModuleType]:
        """The modules of our own that this room has for itself."""
        there = self._importer.new_modules.items()
        ours = {name: module for name, module in there if name.partition(".")[0] == "workflows"}
        return {name: module for name, module in ours.items() if module is not sys.modules.get(name)}

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Behind the restrictions, on this thread."""
        workflow.unsafe._set_in_sandbox(True)
        try:
            with self._importer.applied():
                yield
        finally:
            workflow.unsafe._set_in_sandbox(False)


class Sandbox(WorkflowRunner):
    """Temporal's sandbox with our own vocabulary passed through, and one room for each kind of workflow."""

    def __init__(self) -> None:
        self._restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
        self._rooms: dict[type, Room] = {}
        self._furnishing = threading.Lock()

    def prepare_workflow(self, defn: workflow._Definition) -> None:
        """Load the workflow when the worker starts, and see there and then that it can be."""
        self.room(defn.cls)

    def room(self, kind: type) -> Room:
        """Where the runs of that workflow work."""
        with self._furnishing:
            if kind not in self._rooms:
                self._rooms[kind] = Room(kind, self._restrictions)
            return self._rooms[kind]

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """One run of a workflow."""
        return _Run(self.room(det.defn.cls), det)

    def set_worker_level_failure_exception_types(self, types: Sequence[type[BaseException]]) -> None:
        """Nothing to be done: each run is told which exceptions fail it. They must be passed through."""
        del types


class _Run(WorkflowInstance):
    """One run in its room.

    Its payloads are converted without knowing whose they are. Temporal's worker asks a workflow for the
    context of each of its payloads, seven times a command, and entering the sandbox for that answer was a
    fifth of the worker's time. Our converter and our codec treat every payload alike (they are no
    `WithSerializationContext`), so the answer is that there is none.
    """

    def __init__(self, room: Room, det: WorkflowInstanceDetails) -> None:
        self._room = room
        self._info = det.info
        self._thread: int | None = None
        with room.entered():
            inside = replace(det, defn=room.definition)
            self._run = UnsandboxedWorkflowRunner().create_instance(inside)

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """Take a step, in the sandbox."""
        self._thread = threading.get_ident()
        try:
            with self._room.entered():
                done = self._run.activate(act)
        finally:
            self._thread = None
        if any(job.HasField("remove_from_cache") for job in act.jobs):
            self._let_go()
        return done

    def _let_go(self) -> None:
        """Take apart what this worker keeps no longer, so that it goes at once.

        A run and its tasks hold one another. Left to the garbage collector they wait for one of its full
        rounds, and a full round goes through every case that is kept: half a second for a thousand, in which
        nothing else happens. All of its tasks have ended by now.
        """
        # What goes down meanwhile asks whether it may complain.
        self._run.__dict__ = {"_deleting": True}

    def get_serialization_context(self, command_info: object) -> SerializationContext | None:
        """None: see above."""
        del command_info
        return None

    def get_external_store_context(self, command_info: object) -> StorageDriverStoreContext:
        """Nothing is stored outside."""
        del command_info
        return StorageDriverStoreContext(target=None)

    def get_info(self) -> workflow.Info:
        """Which workflow it is."""
        return self._info

    def get_thread_id(self) -> int | None:
        """On which thread it runs, for the report of a step that hangs."""
        return self._thread
