"""Names and phones that people type are in PostgreSQL and nowhere else, whatever they are typed into.

A day of the product in processes, as in production; afterwards everything that it left behind is looked
through: Temporal's histories, ids, attributes, memos, summaries and details, its very file; logs, also that
of PostgreSQL; metrics. Names in the words of commands are known to nobody: they stand where facts stand.
"""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from temporalio.client import Client

from api.rest.bodies import body_of
from api.scrubbing import WRITTEN
from models.case.commands import COMMANDS, Report
from runtime.settings import Settings
from runtime.state import StateFolder
from tests.conftest import folder_of
from tests.support.apart import apart
from tests.support.personal import live_through
from tests.support.personal_words import traces, wordy
from tests.support.personal_work import FREE

KEYS = "k1:" + base64.b64encode(bytes(range(32))).decode()
IDS = frozenset({"command", "task", "whistle", "order", "request", "unit", "into", "key", "remark", "number"})
"""Texts of commands that name something of ours, and in which nobody writes what they like."""
METADATA = "__temporal_workflow_metadata"
"""Temporal's own query for what its pages show as current details."""


@pytest.mark.parametrize("sealed", [False, True], ids=["readable payloads", "sealed payloads"])
async def test_what_people_type_is_in_postgresql_and_nowhere_else(
    product_settings: Settings, tmp_path: Path, sealed: bool, request: pytest.FixtureRequest
) -> None:
    kept = product_settings.model_dump(exclude_unset=True, exclude={"state_dir"})
    more = {"log_level": "DEBUG"} | ({"payload_keys": KEYS} if sealed else {})
    async with apart(Settings.model_validate(kept | more), tmp_path) as house:
        told = await live_through(house)
        places = await _told_by_temporal(await house.client())
        places["metrics"] = (await house.metrics()).encode()
        places |= house.left_behind()
    places |= {f"logs/{path.name} at the end": path.read_bytes() for path in (tmp_path / "logs").iterdir()}
    places["logs/postgres.log"] = (
        StateFolder(folder_of(request.config) / "state").log("postgres").read_bytes()
    )
    assert traces(told, places) == []
    found = wordy(told, places)
    assert not {place for place in found if place.startswith(("logs/", "metrics", "row", "description"))}

    # The looking works: what is there is found, and so are words, unless they are sealed.
    number = told.cases["resident"]
    assert number.encode() in places["temporal/temporal.db"] + places["temporal/temporal.db-wal"]
    assert number.encode() in places["logs/api.log"]
    assert b"shaodao_http_requests_total" in places["metrics"]
    assert b"temporal_workflow_task_execution_latency" in places["metrics"]
    histories = {f"history of {case}" for case in told.cases.values()}
    if sealed:
        assert found.keys() <= {
            f"details of {case}" for case in told.cases.values()
        }  # opened by our own client
    else:
        typed = {f"{name}.{field}" for name, fields in FREE.items() for field in fields}
        assert set().union(*(found[history] for history in histories)) >= typed


async def _told_by_temporal(client: Client) -> dict[str, bytes]:
    """Of every workflow all that Temporal tells of it."""
    found: dict[str, bytes] = {}
    async for workflow in client.list_workflows():
        handle = client.get_workflow_handle(workflow.id, run_id=workflow.run_id)
        described = await handle.describe()
        events = (await handle.fetch_history()).events
        found[f"history of {workflow.id}"] = b"".join(event.SerializeToString() for event in events)
        found[f"description of {workflow.id}"] = described.raw_description.SerializeToString()
        found[f"row of {workflow.id}"] = workflow.raw_info.SerializeToString()
        said = [await described.static_summary(), await described.static_details()]
        said.append(str(await handle.query(METADATA)))
        found[f"details of {workflow.id}"] = "\n".join(filter(None, said)).encode()
    return found


def test_every_text_of_a_command_is_scrubbed_or_an_id() -> None:
    for name, command in COMMANDS.items():
        for field, info in command.model_fields.items():
            if info.annotation in (str, str | None):
                assert field in WRITTEN | IDS, f"{name}.{field}: is it written by people?"
        if name in ("evaluate", "change-rules", "link", "absorb"):
            continue  # sent by residents' pages with a reference, and by machines
        assert set(body_of(name).model_fields) >= set(command.model_fields) - {"command"}
    written = {name for name, info in Report.model_fields.items() if info.annotation in (str, str | None)}
    assert written == {"text", "address", "contact"}  # the contact is a reference
