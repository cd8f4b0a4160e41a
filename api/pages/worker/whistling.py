"""What the whistle's sheet offers: departments, the fitting ones first, and words to begin with."""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from api.glossary import GROUNDS
from api.pages.commanding import carry_out
from api.pages.forms import Form
from api.pages.reader import Reader
from api.rest.receipts import ReceiptView
from api.services import Services
from models.base import Frozen, Words
from models.case.state import Case, Ground, PartyState
from models.city.units import UnitRef
from models.queries.cases import get_case
from models.queries.desks import desks_beside

COMMON: Final = ("chengguan", "gongan", "xiaofang", "jiaojing", "yingji", "shichang", "zhujian", "weijian")
"""The departments that grids call most: shown as chips, the others behind a fold. Our own choice."""


class Departments(Frozen):
    """The departments of the case's district that are not under way already."""

    suggested: tuple[UnitRef, ...] = ()
    """The matter's lead department."""
    common: tuple[UnitRef, ...] = ()
    others: tuple[UnitRef, ...] = ()


async def departments(session: AsyncSession, case: Case) -> Departments:
    """Whom the case's holder may whistle; one query."""
    desks = await desks_beside(session, case.chain)
    called = {
        party.unit.id
        for whistle in case.whistles
        if whistle.round == case.round
        for party in whistle.parties
        if party.state not in (PartyState.FINISHED, PartyState.RATED)
    }
    free = {suffix: unit for suffix, unit in desks.departments.items() if unit.id not in called}
    lead = case.matter.department
    return Departments(
        suggested=(free[lead],) if lead in free else (),
        common=tuple(free[suffix] for suffix in COMMON if suffix in free and suffix != lead),
        others=tuple(unit for suffix, unit in sorted(free.items()) if suffix not in (*COMMON, lead)),
    )


def opening_words(ground: Ground, case: Case) -> Words:
    """What the reason begins with: the ground, the matter and the place; to be written over."""
    where = case.address or case.place.name
    said, matter = GROUNDS[ground], case.matter.name
    return Words(zh=f"{said.zh}：{where}，{matter.zh}", en=f"{said.en}: {where}, {matter.en}")


async def ask_holder(
    house: Services, reader: Reader, number: str, form: Form
) -> tuple[ReceiptView | None, Words]:
    """Ask the holder to blow the whistle, by a note on the case: only the holder may whistle itself.

    The receipt, or None with the form saying what is wrong; and what to say once it is done.
    """
    ground = Ground(form["ground"]) if form["ground"] in set(Ground) else Ground.STRONG_ISSUE
    async with house.sessions.read() as session:
        found = await _named(session, reader, number)
    names = [unit.name for unit in found if unit.id in form.all("units")]
    called = "、".join(names)
    asked = f"请求吹哨（{GROUNDS[ground].zh}）" + (f"：{called}" if called else "") + f"。{form['reason']}"
    note = Form({"note": [asked], "key": [form["key"]]}, language=form.language)
    receipt = await carry_out(house, reader, number, "annotate", note)
    form.refusal, form.status = note.refusal or next(iter(note.faults.values()), None), note.status
    return receipt, Words(zh="已请持有单位吹哨", en="The holder has been asked to whistle")


async def _named(session: AsyncSession, reader: Reader, number: str) -> tuple[UnitRef, ...]:
    found = await departments(session, await get_case(session, reader.principal, number))
    return (*found.suggested, *found.common, *found.others)
