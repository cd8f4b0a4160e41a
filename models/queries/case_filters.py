"""Filters of cases: what lists, boards and exports may be narrowed by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, exists, func, or_, select
from sqlmodel import col

from models.base import Frozen, Urgency
from models.case.jurisdiction import whole_city
from models.case.state import Channel, Stage
from models.city.catalogue import Section
from models.city.people import Principal
from models.city.units import Level
from models.clocks.clock import Light
from models.queries.jurisdiction import everything, overlaps, seen_in
from models.queries.search_words import mentions
from models.tables.cases import CaseRow, TaskRow
from models.tables.units import UnitRow


class CaseState(StrEnum):
    """The coarsest division of cases."""

    OPEN = "open"  # 未结: somebody still owes it something
    SUSPENDED = "suspended"  # 挂起
    CLOSED = "closed"  # 已结、不予受理、并入、作废、归档


class CaseFilter(Frozen):
    """What a list of cases is narrowed to; everything unset narrows nothing."""

    unit: str | None = None
    """Cases that happened at the unit or below it."""
    involving: str | None = None
    """Cases in which the unit, or one below it, has or had a part: for desks, which are no places."""
    holder: str | None = None
    """Cases that exactly this unit holds now."""
    stages: tuple[Stage, ...] = ()
    level: Level | None = None
    urgency: Urgency | None = None
    light: Light | None = None
    """The light at the instant of the list. Where no clock runs (suspended, closed) it is green."""
    section: Section | None = None
    matter: str | None = None
    policy: str | None = None
    channel: Channel | None = None
    person: str | None = None
    """Cases that the person reported, or has or had a task in."""
    reported_from: datetime | None = None
    reported_to: datetime | None = None
    """The first instant that no longer counts."""
    state: CaseState | None = None
    overdue: bool | None = None
    """Whether a running clock is past its red instant."""
    words: str | None = None
    """Each of these words stands somewhere in number, matter, place, address or text; taken literally."""
    drill: bool | None = None


def asked(principal: Principal, wanted: CaseFilter, at: datetime) -> Iterator[ColumnElement[bool]]:
    """That a row of `cases` may be seen and is as wanted; lights are those of the instant `at`."""
    yield from seen_in(principal, wanted.unit)
    yield from conditions(wanted, at, whole_city(principal))


def conditions(wanted: CaseFilter, at: datetime, city: str | None = None) -> Iterator[ColumnElement[bool]]:
    """The filter as conditions on `cases`; lights are those of the instant `at`. `city` is its whole city."""
    yield from _places(wanted, city)
    for column, value in (
        (col(CaseRow.holder_id), wanted.holder),
        (col(CaseRow.level), wanted.level),
        (col(CaseRow.urgency), wanted.urgency),
        (col(CaseRow.section), wanted.section),
        (col(CaseRow.matter), wanted.matter),
        (col(CaseRow.policy), wanted.policy),
        (col(CaseRow.channel), wanted.channel),
    ):
        if value is not None:
            yield column == str(value)
    if wanted.stages:
        yield col(CaseRow.stage).in_([stage.value for stage in wanted.stages])
    if wanted.drill is not None:
        yield col(CaseRow.drill).is_(wanted.drill)
    if wanted.reported_from is not None:
        yield col(CaseRow.reported_at) >= wanted.reported_from
    if wanted.reported_to is not None:
        yield col(CaseRow.reported_at) < wanted.reported_to
    if wanted.state is not None:
        yield _state(wanted.state)
    if wanted.light is not None:
        yield _light(wanted.light, at)
    if wanted.overdue is not None:
        # A closed case has no running clock: said here too, so that the indexes of what is open apply.
        red = and_(col(CaseRow.closed_at).is_(None), _light(Light.RED, at))
        yield red if wanted.overdue else or_(col(CaseRow.red_at).is_(None), col(CaseRow.red_at) > at)
    if wanted.person is not None:
        yield _person(wanted.person)
    if words := (wanted.words or "").split():
        yield mentions(words)


def light_at(yellow_at: datetime | None, red_at: datetime | None, at: datetime) -> Light:
    """The light of a row whose earliest instants these are."""
    if red_at is not None and red_at <= at:
        return Light.RED
    return Light.YELLOW if yellow_at is not None and yellow_at <= at else Light.GREEN


def _places(wanted: CaseFilter, city: str | None) -> Iterator[ColumnElement[bool]]:
    if wanted.unit is not None:
        # The first is implied by the second, and has an index.
        there = and_(
            overlaps(col(CaseRow.visible_to), [wanted.unit]), _below(col(CaseRow.place_path), wanted.unit)
        )
        yield there if wanted.unit != city else or_(everything(city), there)
    if wanted.involving is not None:
        yield overlaps(col(CaseRow.visible_to), [wanted.involving])


def _below(column: SQLColumnExpression[Any], unit_id: str) -> ColumnElement[bool]:
    path = select(col(UnitRow.path)).where(col(UnitRow.id) == unit_id).scalar_subquery()
    # The function behind `<@`: of the operator the planner believes that it holds for one row in a thousand.
    return func.ltree_risparent(column, path)


def _state(state: CaseState) -> ColumnElement[bool]:
    if state is CaseState.CLOSED:
        return col(CaseRow.closed_at).is_not(None)
    if state is CaseState.SUSPENDED:
        return and_(col(CaseRow.closed_at).is_(None), col(CaseRow.suspended_since).is_not(None))
    return col(CaseRow.closed_at).is_(None)


def _light(light: Light, at: datetime) -> ColumnElement[bool]:
    yellow, red = col(CaseRow.yellow_at), col(CaseRow.red_at)
    match light:
        case Light.RED:
            return red <= at
        case Light.YELLOW:
            return and_(yellow <= at, or_(red.is_(None), red > at))
        case Light.GREEN:
            return and_(or_(yellow.is_(None), yellow > at), or_(red.is_(None), red > at))


def _person(person: str) -> ColumnElement[bool]:
    reported = overlaps(col(CaseRow.visible_to), [person])
    worked = exists().where(col(TaskRow.case_number) == col(CaseRow.number), col(TaskRow.person) == person)
    return or_(reported, worked)
