"""Everything on a wall screen, read at one instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from api.pages.command.tiles import Tiles
from models.base import Frozen, Urgency
from models.case.state import WORKING
from models.city.people import Principal
from models.city.units import UnitRef
from models.queries.case_filters import CaseFilter, CaseState
from models.queries.cases import CaseLine, CaseOrder, list_cases
from models.queries.map_data import MapCase, MapCases, PartCount, map_cases, part_counts
from models.queries.names import Named
from models.queries.open_whistles import OpenWhistles, open_whistles
from models.queries.pins import PinnedCase, list_pins
from models.queries.slow_desks import SlowDesk, slow_desks
from models.queries.street_figures import Flow, Standing, flow, standing

RED_ORDERS: Final = 8
ON_THE_MAP: Final = 200


class Figures(Frozen):
    """The numbers of a wall, for people and for other screens."""

    unit: Named
    at: datetime
    standing: Standing
    flow: Flow
    desks: tuple[SlowDesk, ...]
    whistles: OpenWhistles


@dataclass(frozen=True, slots=True)
class Drawn:
    """A case as a map shows it."""

    case: CaseLine
    cell: str
    place: tuple[float, float] | None
    """Longitude and latitude as laid over the tiles."""


@dataclass(frozen=True, slots=True)
class OnMap:
    """The cases of a map: the most pressing one by one, and all of them by part of the unit."""

    total: int
    cases: tuple[Drawn, ...]
    parts: dict[str, PartCount]


@dataclass(frozen=True, slots=True)
class Board:
    """A wall."""

    figures: Figures
    red_orders: tuple[CaseLine, ...]
    pins: tuple[PinnedCase, ...]
    map: OnMap

    @property
    def pinned(self) -> frozenset[str]:
        """The numbers of the pinned cases."""
        return frozenset(pinned.case.number for pinned in self.pins)


async def figures(session: AsyncSession, principal: Principal, unit: UnitRef, at: datetime) -> Figures:
    """The numbers at the instant `at`; four queries."""
    return Figures(
        unit=Named(id=unit.id, name=unit.name),
        at=at,
        standing=await standing(session, principal, unit.id, at),
        flow=await flow(session, principal, unit.id, at),
        desks=await slow_desks(session, principal, unit.id, at),
        whistles=await open_whistles(session, principal, unit.id, at),
    )


async def board(
    session: AsyncSession, principal: Principal, unit: UnitRef, at: datetime, tiles: Tiles
) -> Board:
    """The wall at the instant `at`; eight queries."""
    red = CaseFilter(unit=unit.id, urgency=Urgency.CRITICAL, state=CaseState.OPEN)
    orders = await list_cases(session, principal, red, at, order=CaseOrder.NEAREST_RED, limit=RED_ORDERS)
    drawn = await map_cases(session, principal, unit, at, limit=ON_THE_MAP)
    return Board(
        figures=await figures(session, principal, unit, at),
        red_orders=orders.items,
        pins=await list_pins(session, principal, unit.id, at),
        map=on_map(drawn, await part_counts(session, principal, unit, at), tiles),
    )


def on_map(found: MapCases, parts: dict[str, PartCount], tiles: Tiles) -> OnMap:
    """The cases as they are laid over these tiles."""

    def place(item: MapCase) -> tuple[float, float] | None:
        if item.longitude is None or item.latitude is None:
            return None
        return tiles.laid(item.longitude, item.latitude)

    cases = tuple(Drawn(case=item.case, cell=item.cell, place=place(item)) for item in found.items)
    return OnMap(total=found.total, cases=cases, parts=parts)


def alarming(line: CaseLine) -> bool:
    """Whether a red order flashes: for as long as the matter itself is still to be dealt with."""
    return line.urgency is Urgency.CRITICAL and line.stage in WORKING and line.suspended_since is None
