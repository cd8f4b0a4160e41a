"""A history that grows long rolls over into a new run, and nobody notices."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from models.case.sealing import broken_link, replay
from runtime.settings import Settings
from tests.support.limits import matter_under, seconds
from tests.support.product import Person
from tests.support.records import eventually, rows, written
from tests.support.rolling import rolling, runs_of

GRID = "500120001005-g18"


async def test_rolling_over_under_concurrent_commands_loses_and_doubles_nothing(
    temporal: Client, product_settings: Settings
) -> None:
    async with rolling(temporal, product_settings, at_events=30) as product:
        worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
        number = (await worker.report(matter="other", unit=GRID))["number"]
        await officer.sends(number, "accept")
        before = (await product.state(number)).clocks

        async def notes(person: Person, name: str) -> list[int]:
            answers = [
                await person.post(f"/cases/{number}/annotate", {"note": f"{name} {n}"}) for n in range(12)
            ]
            return [answer.status_code for answer in answers]

        statuses = await asyncio.gather(*(notes(officer, name) for name in "甲乙丙丁"))

        assert statuses == [[200] * 12] * 4
        assert await runs_of(product, number) > 5
        held = await product.timeline(number)
        assert held.complete
        assert broken_link(number, held.facts) is None
        said = [fact.body["note"] for fact in held.facts if fact.body["fact"] == "annotated"]
        assert Counter(said) == {f"{name} {n}": 1 for name in "甲乙丙丁" for n in range(12)}
        for name in "甲乙丙丁":
            own = [note for note in said if note.startswith(name)]
            assert own == [f"{name} {n}" for n in range(12)], "one person's commands stay in their order"
        case = await product.state(number)
        assert case.clocks == before
        assert replay(held.facts) == case
        stored = await eventually(lambda: written(product, number), lambda facts: len(facts) == case.version)
        assert [fact["hash"] for fact in stored] == [fact.hash for fact in held.facts]
        [listed] = await rows(product, "SELECT version, head FROM cases WHERE number = :n", n=number)
        assert (listed["version"], listed["head"]) == (case.version, case.head)


async def test_a_command_sent_again_after_the_history_rolled_over_is_answered_as_repeated(
    temporal: Client, product_settings: Settings
) -> None:
    async with rolling(temporal, product_settings, at_events=20) as product:
        worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
        number = (await worker.report(matter="other", unit=GRID))["number"]
        first = await officer.sends(number, "accept", key="once", note="已核实")
        for n in range(5):
            await officer.sends(number, "annotate", note=f"{n}")
        assert await runs_of(product, number) > 1

        again = await officer.sends(number, "accept", key="once", note="已核实")

        assert (again["repeated"], again["version"]) == (True, first["version"])
        assert len(await product.facts(number, "accepted")) == 1
        other = await officer.post(f"/cases/{number}/annotate", {"note": "另一件事"}, key="once")
        assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


async def test_clocks_go_on_over_a_roll_over_and_fire_once(
    time_skipping_env: WorkflowEnvironment, product_settings: Settings
) -> None:
    async with rolling(time_skipping_env.client, product_settings, 20, time_skipping_env) as product:
        limits = {"handle": {"budget": seconds(3600), "starts": "report"}}
        matter = await matter_under(product, "rolling", limits)
        worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
        number = (await worker.report(matter=matter, unit=GRID))["number"]
        await officer.sends(number, "accept")
        for n in range(6):
            await product.later(timedelta(minutes=1))
            await officer.sends(number, "annotate", note=f"{n}")
        assert await runs_of(product, number) > 1
        [clock] = (await product.state(number)).clocks

        await product.later(timedelta(hours=2))

        passed = await product.facts(number, "threshold_passed")
        assert [(fact["threshold"], fact["scheduled"]) for fact in passed] == [
            ("yellow", _said(clock.yellow_at)),
            ("red", _said(clock.red_at)),
        ]


def _said(at: object) -> str:
    return str(at).replace(" ", "T").replace("+00:00", "Z")
