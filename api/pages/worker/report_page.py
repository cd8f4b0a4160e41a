"""The page on which a matter is reported: everything it shows, read in a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.pages.command.tiles import Tiles
from api.pages.forms import Form
from api.pages.reader import Reader
from api.pages.rendering import page
from api.pages.worker.report_form import MOST_PICTURES, may_handle_on_the_spot
from api.pages.worker.same import Candidate
from api.services import Services
from models.city.catalogue import OTHER, Matter, Section
from models.city.units import UnitRef, place_name
from models.queries.catalogue import active_matters
from models.queries.matter_search import backstop, find_matters
from models.queries.report_places import report_places
from models.queries.units import UnitNotFound, chain

_MET_MOST: Final = (Section.LIVELIHOOD, Section.SAFETY, Section.ECONOMY, Section.PARTY)


async def report_page(
    request: Request,
    session: AsyncSession,
    reader: Reader,
    form: Form,
    *,
    same: Sequence[Candidate] = (),
    kept: bool = False,
) -> HTMLResponse:
    """The form as it stands. `kept`: for the phone to keep, so that it opens without a network."""
    services: Services = request.app.state.services
    found = Tiles.of(services.settings)
    # A pin is set in WGS-84; over shifted tiles it would point at the wrong door.
    tiles = found if found.address and not found.shifted else None
    matters = await active_matters(session)
    places = await report_places(session, reader.principal.posts)
    units = [(unit.id, place_label(unit, places)) for unit in places]
    if form["unit"] and form["unit"] not in {unit for unit, _ in units}:
        units += await _elsewhere(session, form["unit"])
    return page(
        request,
        "worker/report.html",
        reader=reader,
        status=form.status,
        form=form,
        kept=kept,
        sections=by_section(matters),
        backstop=backstop(matters),
        suggested=find_matters(form["text"], matters).suggested,
        chosen=next((matter for matter in matters if matter.key == form["matter"]), None),
        units=units,
        own_place=units[0][1] if units else None,
        same=same,
        on_the_spot=may_handle_on_the_spot(reader),
        most_pictures=MOST_PICTURES,
        tiles=tiles,
        images=tiles.origins if tiles else (),
    )


async def _elsewhere(session: AsyncSession, unit: str) -> list[tuple[str, str]]:
    """A place that the phone's position has found, as a choice; one that is not there is none."""
    try:
        return [(unit, await unit_label(session, unit))]
    except UnitNotFound:
        return []


def by_section(matters: Sequence[Matter]) -> list[tuple[Section, list[Matter]]]:
    """The catalogue by section, what grids meet most first; without the backstop, which stands apart."""
    plain = [matter for matter in matters if matter.key != OTHER]
    return [(section, [m for m in plain if m.section is section]) for section in _MET_MOST]


def place_label(unit: UnitRef, places: Sequence[UnitRef]) -> str:
    """A place by its name, behind that of the unit it lies in, where that is among the places too."""
    above = unit.path.split(".")
    outer = next((place for place in places if len(above) > 1 and place.id == above[-2]), None)
    return f"{outer.name}{unit.name}" if outer is not None else unit.name


async def unit_label(session: AsyncSession, unit: str) -> str:
    """The name of a place as people say it. Raises UnitNotFound."""
    return place_name(await chain(session, unit))
