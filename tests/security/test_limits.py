"""Numbers and dates that nobody means: refused at the door, before they could hold a worker up for good.

A deadline in working days is found by walking the calendar. One of a million days took seconds of the
worker, in every step of that case from then on.
"""

from __future__ import annotations

import time
from typing import Any, Final

import pytest

from models.clocks.budget import LONGEST, Budget, ClockKind
from tests.security import shared
from tests.support.product import Person, Product

product = shared.product

SECTION: Final = "500120001-jingji"
ABSURD: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "a milestone in a million working days": (
        "plan-milestone",
        {"key": "x", "name": "x", "budget": "1000000 working days"},
    ),
    "a milestone beyond the calendar": (
        "plan-milestone",
        {"key": "x", "name": "x", "budget": {"kind": "working_hours", "amount": 10**15}},
    ),
    "a milestone after the end of time": (
        "plan-milestone",
        {"key": "x", "name": "x", "budget": "99999999999 days"},
    ),
    "special handling for ever": (
        "request-special-handling",
        {"budget": f"{10**30} working days", "reason": "x"},
    ),
    "an extension for ever": ("request-extension", {"amount": 10**60, "reason": "x"}),
    "an extension of a million days": ("request-extension", {"amount": 1_000_000, "reason": "x"}),
    "a review at the end of time": ("request-suspension", {"review_on": "9999-12-31", "reason": "x"}),
    "a review before there was a city": ("request-suspension", {"review_on": "0001-01-01", "reason": "x"}),
}


@pytest.mark.parametrize("what", ABSURD)
async def test_what_nobody_means_is_refused_at_once(product: Product, what: str) -> None:
    dispatcher, number = await _at_work(product)
    before = (await product.state(number)).version
    command, body = ABSURD[what]
    began = time.monotonic()
    answer = await dispatcher.post(f"/cases/{number}/{command}", body)
    assert answer.status_code == 422, answer.text
    assert time.monotonic() - began < 10
    assert (await product.state(number)).version == before


async def test_five_years_are_taken_and_found_at_once(product: Product) -> None:
    dispatcher, number = await _at_work(product)
    for kind, amount in LONGEST.items():
        body = {"key": kind.replace("_", "-"), "name": "久", "budget": {"kind": kind, "amount": amount}}
        began = time.monotonic()
        answer = await dispatcher.post(f"/cases/{number}/plan-milestone", body)
        assert answer.status_code == 200, answer.text
        assert time.monotonic() - began < 10


@pytest.mark.parametrize("kind", ClockKind)
def test_a_budget_is_five_years_at_most(kind: ClockKind) -> None:
    assert Budget(kind=kind, amount=LONGEST[kind]).amount == LONGEST[kind]
    with pytest.raises(ValueError, match="five years"):
        Budget(kind=kind, amount=LONGEST[kind] + 1)


async def _at_work(product: Product) -> tuple[Person, str]:
    """A case whose handling clock counts working days, and who holds it."""
    dispatcher = await product.admitted("bicheng-dispatch")
    number = (await dispatcher.report(matter="project-land", unit="500120001"))["number"]
    await dispatcher.sends(number, "accept")
    await dispatcher.sends(number, "dispatch", lead=SECTION)
    return dispatcher, number
