"""Late cases for the pages of supervisors: played ones of every kind, and real ones late in a second."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from openpyxl import Workbook, load_workbook

from models.base import Urgency
from models.case.commands import Accept, Approve, Claim, Dispatch, RequestExtension, Return, Supervise
from models.clocks.calendar import CITY_ZONE
from tests.support import world
from tests.support.play import Play
from tests.support.product import Product
from tests.support.reading import furnish, write
from tests.support.records import eventually

GRID: Final = "500120001005-g18"
FORMULA: Final = '=HYPERLINK("http://example.com","x")'
PAGES: Final = (
    "/overdue", "/supervision", "/supervision?tab=answered",
    "/reviews/returns", "/reviews/rework", "/reviews/extensions", "/reviews/suspensions",
)  # fmt: skip


@cache
def began() -> datetime:
    """When the played cases were reported: long enough ago for red orders to be late."""
    return datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)


@cache
def plays() -> dict[str, Play]:
    """Red orders: one in nobody's hands (its address begins like a formula), one supervised, one returned."""

    def red(number: str, **report: Any) -> Play:
        dossier = world.dossier(Urgency.CRITICAL, number=number)
        return Play.reported(dossier, at=began(), **report).wait(seconds=20)

    idle = red("20260101-100001", address=FORMULA, text="+86 路灯不亮")
    pressed = red("20260101-100002", address="向阳街2号")
    pressed.send(world.DISPATCHER, Accept()).send(world.DISPATCHER, Dispatch(lead=world.SAFETY))
    pressed.send(world.SAFETY_A, Claim()).send(world.SUPERVISOR, Supervise(text="立即到场并说明原因"))
    pressed.send(world.SAFETY_A, RequestExtension(amount=600, reason="待配件"))
    pressed.send(world.COMMANDER, Approve(note="同意"))
    returned = red("20260101-100003", address="向阳街3号").send(world.DISPATCHER, Accept())
    for unit, staff in ((world.SAFETY, world.SAFETY_A), (world.LIVELIHOOD, world.LIVELIHOOD_STAFF),
                        (world.CHENGGUAN, world.CHENGGUAN_STAFF)):  # fmt: skip
        returned.send(world.DISPATCHER, Dispatch(lead=unit)).send(staff, Return(reason="非本单位职责"))
    found = {"idle": idle, "pressed": pressed, "returned": returned}
    for play in found.values():
        play.until(began() + timedelta(hours=3))
    return found


async def furnished(product: Product) -> None:
    """The played cases, in the product's read model."""
    await furnish(product.services.database)
    await write(product.services.database, *plays().values())


async def late_case(product: Product, **report: Any) -> str:
    """A real case that is overdue in a second: a step that people planned in it has a limit of one second."""
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    receipt = await worker.report(matter="street-lamp", unit=GRID, text="路灯不亮", **report)
    number: str = receipt["number"]
    milestone = {"key": "cordon", "name": "警戒", "budget": {"kind": "continuous", "amount": 1}}
    answer = await officer.post(f"/cases/{number}/plan-milestone", milestone)
    assert answer.status_code == 200, answer.text
    return number


async def shown(product: Product, numbers: list[str]) -> None:
    """Wait until the board shows them as overdue."""
    auditor = await product.person("bishan-audit")

    async def overdue() -> set[str]:
        answer = await auditor.get("/overdue", limit=200)
        return {item["case"]["number"] for item in answer.json()["items"]}

    await eventually(overdue, lambda found: set(numbers) <= found)


def local(at: datetime) -> str:
    """As a browser writes day and time."""
    return at.astimezone(CITY_ZONE).strftime("%Y-%m-%dT%H:%M")


def key_of(html: str) -> str:
    """The key of the form that presses several."""
    found = re.search(r'id="batch".*?name="key" value="([^"]+)"', html, re.DOTALL)
    assert found, html
    return found[1]


def sheets(content: bytes) -> Workbook:
    """The workbook that was sent."""
    return load_workbook(io.BytesIO(content))
