"""What our sandbox takes for granted of the rest of the product."""

from __future__ import annotations

import base64
from collections import deque
from typing import Any

import pytest
from pydantic import SecretStr
from temporalio.converter import WithSerializationContext, WorkflowSerializationContext

from runtime.sandbox import Sandbox
from runtime.settings import Settings
from runtime.temporal import data_converter
from workflows.case import CaseWorkflow
from workflows.delivery import DeliveryWorkflow
from workflows.rollout import RolloutWorkflow

VARIABLE = (list, dict, set, bytearray, deque)


def test_nothing_that_converts_payloads_asks_for_their_context(settings: Settings) -> None:
    key = base64.b64encode(bytes(range(32))).decode()
    somebody = WorkflowSerializationContext(namespace="default", workflow_id="20260101-000001")
    for keys in (None, SecretStr(f"k1:{key}")):
        converter = data_converter(settings.model_copy(update={"payload_keys": keys}))
        assert converter.payload_converter.with_context(somebody) is converter.payload_converter  # type: ignore[attr-defined]
        assert not isinstance(converter.payload_codec, WithSerializationContext)
        assert not isinstance(converter.failure_converter, WithSerializationContext)
        assert converter.external_storage is None


def test_one_payload_converter_serves_everybody(settings: Settings) -> None:
    made = data_converter(settings).payload_converter_class
    assert made() is made()
    [payload] = made().to_payloads([settings.task_queue])
    assert made().from_payloads([payload], [str]) == [settings.task_queue]


@pytest.mark.parametrize("kind", [CaseWorkflow, RolloutWorkflow, DeliveryWorkflow])
def test_what_all_cases_share_holds_no_variables(kind: type) -> None:
    room = Sandbox().room(kind)
    assert kind.__module__ in room.loaded
    assert room.definition.cls is not kind  # the room has its own
    seen = 0
    for name, module in room.loaded.items():
        for place, value in _held(module):
            assert not isinstance(value, VARIABLE), f"{name}.{place} can change under other cases' feet"
            seen += 1
    assert seen > 5


def test_the_look_at_what_is_shared_would_see_a_variable() -> None:
    class Module:
        seen: list[str] = []  # noqa: RUF012

    assert any(isinstance(value, VARIABLE) for _, value in _held(Module))


def _held(owner: Any) -> list[tuple[str, Any]]:
    """What a module holds, and what the classes that it defines hold; Python's own entries aside."""
    held: list[tuple[str, Any]] = []
    for name, value in vars(owner).items():
        if name.startswith("__"):
            continue
        held.append((name, value))
        if isinstance(value, type) and value.__module__ == getattr(owner, "__name__", None):
            held += [(f"{name}.{inner}", it) for inner, it in _held(value) if not inner.startswith("_")]
    return held
