"""A change of policy or calendar reaches open cases, and says why."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from api.administering.rules import rollout_id
from models.base import Urgency
from models.clocks.policy import ClockStage
from models.clocks.policy_files import load_policies
from tests.support.product import Person, Product
from workflows.messages import Rollout

GRID = "500120001005-g18"


async def _finished(admin: Person, rollout: dict[str, Any]) -> dict[str, Any]:
    for _ in range(100):
        seen = (await admin.get(f"/rollouts/{rollout['id']}")).json()
        if seen["finished"]:
            return dict(seen)
        await asyncio.sleep(0.1)
    pytest.fail(f"the rollout did not finish: {seen}")


async def test_a_new_version_of_a_policy_moves_the_dates_of_open_cases(product: Product) -> None:
    admin, worker = await product.person("admin"), await product.person("dongguan-g18")
    number = (await worker.report(matter="other", unit=GRID, text="其他事项"))["number"]
    before = await product.state(number)
    old = load_policies()["135"]
    loop = load_policies()["loop"]
    changed = loop.model_copy(update={"version": loop.version + 1})
    assert before.rules is not None
    assert before.rules.policy == old.id

    answer = await admin.post(
        "/policies", {"policy": changed.model_dump(mode="json"), "reason": "试行新时限"}
    )
    assert answer.status_code == 202, answer.text
    assert (await _finished(admin, answer.json()))["told"] >= 1

    facts = await product.facts(number, "rules_changed")
    assert [fact["reason"] for fact in facts] == ["试行新时限"]
    after = await product.state(number)
    assert after.book.rules[Urgency.ORDINARY].rule(ClockStage.VERIFY) is not None

    again = await admin.post("/policies", {"policy": changed.model_dump(mode="json"), "reason": "再来"})
    assert (again.status_code, again.json()["active"]) == (409, changed.version)


async def test_a_version_whose_publishing_was_cut_short_can_be_published(product: Product) -> None:
    """The rollout begins before the commit; if that never comes, the version must not be barred by it."""
    admin, worker = await product.person("admin"), await product.person("dongguan-g18")
    number = (await worker.report(matter="other", unit=GRID, text="其他事项"))["number"]
    loop = load_policies()["loop"]
    changed = loop.model_copy(update={"version": loop.version + 9})
    cut_short = Rollout(id=rollout_id(changed.id, changed.version), reason="中断", policy=changed.id)
    await product.services.gateway.roll_out(cut_short, timedelta(days=30))

    body = {"policy": changed.model_dump(mode="json"), "reason": "再次发布"}
    answer = await admin.post("/policies", body)
    assert answer.status_code == 202, answer.text
    assert (await _finished(admin, answer.json()))["told"] >= 1
    facts = await product.facts(number, "rules_changed")
    assert [fact["reason"] for fact in facts] == ["再次发布"]


async def test_a_published_year_is_no_longer_provisional_and_moves_dates(product: Product) -> None:
    admin, worker = await product.person("admin"), await product.person("dongguan-g18")
    number = (await worker.report(matter="other", unit=GRID, text="其他事项"))["number"]
    before = await product.state(number)
    handle = next(clock for clock in before.clocks if clock.stage is ClockStage.HANDLE)
    assert handle.red_at is not None
    day = handle.red_at.date()
    arrangement = {
        "year": day.year,
        "notice": "测试〔0000〕1号",
        "issued": "2026-11-01",
        "holidays": [
            {"name": {"zh": "测试假日", "en": "Test Day"}, "first": f"{day}", "last": f"{day}", "work": []}
        ],
    }

    answer = await admin.put(f"/calendar/{day.year}", {"arrangement": arrangement, "reason": "临时放假"})
    assert answer.status_code == 202, answer.text
    await _finished(admin, answer.json())

    moved = next(c for c in (await product.state(number)).clocks if c.stage is ClockStage.HANDLE)
    assert moved.red_at is not None
    assert moved.red_at > handle.red_at
    said = await product.facts(number, "rules_changed", "clock_set")
    assert any(fact["fact"] == "rules_changed" and fact["reason"] == "临时放假" for fact in said)
    assert any(fact["fact"] == "clock_set" and fact["cause"] == "rules_changed" for fact in said)


async def test_only_administrators_publish(product: Product) -> None:
    worker = await product.person("dongguan-g18")
    policy = load_policies()["135"].model_dump(mode="json")
    answer = await worker.post("/policies", {"policy": policy, "reason": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
