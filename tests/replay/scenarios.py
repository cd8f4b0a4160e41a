"""The lives whose histories are kept: between them they use every kind of command that the workflow gives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final
from unittest.mock import AsyncMock, patch

from api.underway import Underway
from api.writing import Writer
from models.clocks.calendar import city_date
from tests.support.product import Product
from workflows.policies import LOOK_AFTER

STREET, GRID, SECTION = "500120001", "500120001005-g18", "500120001-minsheng"
DEPARTMENT = "500120-chengguan"

Scenario = Callable[[Product], Awaitable[str]]
"""Plays a case and says its number."""


async def loop(product: Product) -> str:
    """The closed loop without a hitch, to the archive."""
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    number = str((await worker.report(matter="street-lamp", unit=GRID, text="路灯不亮"))["number"])
    await officer.sends(number, "accept", note="已核实")
    await officer.sends(number, "dispatch", lead=GRID)
    await product.later(timedelta(hours=1))
    await worker.sends(number, "claim")
    await worker.sends(number, "arrive", latitude=29.592, longitude=106.227)
    await worker.sends(number, "handle", note="已换灯泡")
    await officer.sends(number, "verify")
    await officer.sends(number, "call-back", reached=True, resolved=True, satisfied=True)
    await product.later(timedelta(days=16))
    return number


async def unheeded(product: Product) -> str:
    """Nobody answers: lights, supervision, and the climb from the street to the district."""
    worker = await product.person("dongguan-g18")
    number = str((await worker.report(matter="other", unit=GRID, urgency="urgent"))["number"])
    await product.later(timedelta(hours=2, minutes=10))
    district = await product.person("bishan-dispatch")
    await district.sends(number, "accept")
    await district.sends(number, "dispatch", lead=DEPARTMENT)
    return number


async def unreceived(product: Product) -> str:
    """A receipt reaches nobody: the case asks, hears no, and writes by itself. The next one arrives."""
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    with patch.object(Underway, "_promised", AsyncMock(return_value=None)):
        with patch.object(Writer, "write", AsyncMock(return_value=False)):
            number = str((await worker.report(matter="other", unit=GRID))["number"])
            await product.later(LOOK_AFTER * 2)
        await officer.sends(number, "accept")
        await product.later(LOOK_AFTER * 2)
    return number


async def promised(product: Product) -> str:
    """Somebody else sees to what is written, or was to: the case looks when it is asked to."""
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    with patch.object(Writer, "write", AsyncMock(return_value=False)):
        number = str((await worker.report(matter="other", unit=GRID))["number"])
        await officer.sends(number, "accept")
    assert await product.services.gateway.look(number)
    await product.later(LOOK_AFTER)
    assert await product.services.gateway.look(number)
    await product.later(LOOK_AFTER)
    return number


async def suspended(product: Product) -> str:
    """A pause, another urgency while it lasts, and an extension."""
    dispatcher, staff = await product.person("bicheng-dispatch"), await product.person("bicheng-minsheng")
    commander = await product.person("bicheng-command")
    number = str((await dispatcher.report(matter="other", unit=GRID, urgency="urgent"))["number"])
    await dispatcher.sends(number, "accept")
    await dispatcher.sends(number, "dispatch", lead=SECTION)
    await staff.sends(number, "claim")
    await product.later(timedelta(minutes=40))
    review = city_date(await product.now()) + timedelta(days=5)
    await staff.sends(number, "request-suspension", review_on=review.isoformat(), reason="等待配件")
    await commander.sends(number, "approve")
    await product.later(timedelta(days=3))
    await dispatcher.sends(number, "regrade", urgency="ordinary", reason="已无危险")
    await dispatcher.sends(number, "resume")
    await staff.sends(number, "request-extension", amount=2, reason="工期")
    await commander.sends(number, "approve")
    await product.later(timedelta(days=12))
    return number


async def whistled(product: Product) -> str:
    """A whistle to a department, a milestone, and a follow-up's word from another case."""
    dispatcher, department = (
        await product.person("bicheng-dispatch"),
        await product.person("bishan-chengguan"),
    )
    number = str((await dispatcher.report(matter="other", unit=STREET, urgency="urgent"))["number"])
    await dispatcher.sends(number, "accept")
    await dispatcher.sends(number, "dispatch", lead=SECTION)
    called: dict[str, Any] = {"ground": "strong_issue", "units": [DEPARTMENT], "reason": "镇街无执法权"}
    await dispatcher.sends(number, "whistle", **called)
    await department.sends(number, "sign")
    await department.sends(number, "report-in")
    await dispatcher.report(matter="other", unit=STREET, follows=number)
    await product.later(timedelta(minutes=5))
    await department.sends(number, "finish", note="已查处")
    await dispatcher.sends(number, "rate", score=5)
    return number


async def merged(product: Product) -> str:
    """A duplicate: it tells the first case, and ends."""
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    first = str((await worker.report(matter="other", unit=GRID, text="井盖破损"))["number"])
    number = str((await worker.report(matter="other", unit=GRID, text="井盖破损"))["number"])
    await officer.sends(number, "merge", into=first)
    await product.later(timedelta(minutes=1))
    return number


async def rolled(product: Product) -> str:
    """A history that rolled over; recorded with a short limit."""
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    number = str((await worker.report(matter="other", unit=GRID))["number"])
    await officer.sends(number, "accept")
    for n in range(8):
        await officer.sends(number, "annotate", note=f"第{n}次")
    await product.later(timedelta(days=2))
    return number


SCENARIOS: Final[dict[str, Scenario]] = {
    scenario.__name__: scenario
    for scenario in (loop, unheeded, unreceived, promised, suspended, whistled, merged, rolled)
}
ROLLED_AT: Final = {"rolled": 36}
"""The history lengths at which scenarios roll over; the others never do."""
