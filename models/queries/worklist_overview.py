"""What lies on a desk at a glance: how much of each pile, and by what it may be narrowed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Text, and_, cast, func, select, true, tuple_
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen, Words
from models.city.catalogue import Section
from models.city.people import Principal
from models.city.units import UnitKind
from models.queries.case_filters import CaseFilter, conditions
from models.queries.worklist import Pile, entries_of
from models.tables.cases import CaseRow


class MatterOnDesk(Frozen):
    """A kind of matter of which there is at least one."""

    section: Section
    key: str
    name: Words


class PlaceOnDesk(Frozen):
    """A community in which at least one case lies."""

    id: str
    name: str
    """With its street: 璧城街道东关社区."""


class Overview(Frozen):
    """A desk at a glance."""

    total: int
    """Cases that fit the filter; one that lies in two piles counts once."""
    piles: Mapping[Pile, int]
    """How many of each pile fit the filter."""
    matters: tuple[MatterOnDesk, ...]
    places: tuple[PlaceOnDesk, ...]
    """What there is on the whole desk, whatever it is narrowed to now."""


async def overview(session: AsyncSession, principal: Principal, at: datetime, wanted: CaseFilter) -> Overview:
    """The principal's desk at `at`, counted by the filter `wanted`; one query."""
    entries = entries_of(principal, tuple(Pile))
    snapshot = col(CaseRow.snapshot)
    street, community = (
        func.jsonb_path_query_first(
            snapshot, cast(f'$.chain[*] ? (@.kind == "{kind}")', JSONPATH), type_=JSONB
        )
        for kind in (UnitKind.STREET, UnitKind.COMMUNITY)
    )
    desk = (
        select(
            entries.c.number,
            entries.c.pile,
            col(CaseRow.section).label("section"),
            col(CaseRow.matter).label("matter"),
            cast(snapshot["matter"]["name"], Text).label("name"),
            community["id"].astext.label("place"),
            func.concat(street["name"].astext, community["name"].astext).label("place_name"),
            and_(true(), *conditions(wanted, at)).label("fits"),
        )
        .join(CaseRow, col(CaseRow.number) == entries.c.number)
        .subquery("desk")
    )
    c = desk.c
    statement = select(
        func.grouping(c.pile, c.matter, c.place).label("by"),
        c.pile,
        c.section,
        c.matter,
        c.place,
        func.min(c.name).label("name"),
        func.min(c.place_name).label("place_name"),
        func.count(c.number.distinct()).filter(c.fits).label("fitting"),
    ).group_by(func.grouping_sets(tuple_(), tuple_(c.pile), tuple_(c.section, c.matter), tuple_(c.place)))
    total, piles = 0, dict.fromkeys(Pile, 0)
    matters, places = [], []
    for row in await session.execute(statement):
        match row.by:
            case 0b111:
                total = row.fitting
            case 0b011:
                piles[Pile(row.pile)] = row.fitting
            case 0b101:
                name = Words.model_validate_json(row.name)
                matters.append(MatterOnDesk(section=row.section, key=row.matter, name=name))
            case _ if row.place is not None:
                places.append(PlaceOnDesk(id=row.place, name=row.place_name))
    return Overview(
        total=total,
        piles=piles,
        matters=tuple(sorted(matters, key=lambda matter: (list(Section).index(matter.section), matter.key))),
        places=tuple(sorted(places, key=lambda place: place.id)),
    )
