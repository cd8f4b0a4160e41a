"""The catalogue in the hands of administrators: matters added, changed, retired; newer editions compared.

Open cases keep the copy that they were opened with, whatever happens here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen, Urgency, Words
from models.case.state import OPEN
from models.city.administering import Administrator, Deed
from models.city.catalogue import OTHER, Matter
from models.city.data_files import load_departments
from models.clocks.policy import PolicyError, resolve
from models.queries.admin_refusals import Backstop, ChangedMeanwhile, MatterTaken, MatterUnfit
from models.queries.dossier import MatterNotFound
from models.queries.journal import note
from models.queries.policies import active_policies
from models.tables.cases import CaseRow
from models.tables.catalogue import CatalogueItemRow


class MatterLine(Frozen):
    """A matter, as it stands in the catalogue."""

    matter: Matter
    version: int
    active: bool


class Difference(Frozen):
    """A matter that two editions describe differently."""

    ours: Matter
    theirs: Matter
    fields: tuple[str, ...]


class Comparison(Frozen):
    """What another edition of the catalogue has, beside ours."""

    added: tuple[Matter, ...]
    """Only in the other one."""
    changed: tuple[Difference, ...]
    only_ours: tuple[Matter, ...]
    """Added here; taking the other edition over leaves them."""

    @property
    def same(self) -> bool:
        """Whether there is nothing to take over."""
        return not self.added and not self.changed


async def all_matters(session: AsyncSession) -> tuple[MatterLine, ...]:
    """Every matter, retired ones included, in the catalogue's order. One query."""
    rows = await session.scalars(
        select(CatalogueItemRow).order_by(
            col(CatalogueItemRow.section), col(CatalogueItemRow.position), col(CatalogueItemRow.key)
        )
    )
    return tuple(map(_line, rows))


async def find_matter(session: AsyncSession, key: str) -> MatterLine:
    """One matter, retired or not. Raises MatterNotFound."""
    return _line(await _row(session, key))


async def open_cases_of(session: AsyncSession, key: str) -> int:
    """How many open cases are of this matter; they keep their copy of it."""
    still_open = col(CaseRow.stage).in_([stage.value for stage in OPEN])
    statement = select(func.count()).where(col(CaseRow.matter) == key, still_open)
    return await session.scalar(statement) or 0


async def add_matter(
    session: AsyncSession, by: Administrator, matter: Matter, at: datetime, reason: str = ""
) -> None:
    """Add a matter at the end of its section. The caller commits. Raises MatterTaken, MatterUnfit."""
    await _require_fit(session, matter)
    last = await session.scalar(select(func.max(col(CatalogueItemRow.position))))
    made = await session.scalar(
        insert(CatalogueItemRow)
        .values(key=matter.key, version=1, position=(last or 0) + 1, active=True, **_columns(matter))
        .on_conflict_do_nothing()
        .returning(col(CatalogueItemRow.key))
    )
    if made is None:
        raise MatterTaken
    await _note(session, by, Deed.MATTER_ADDED, matter, at, None, matter, reason)


async def change_matter(
    session: AsyncSession, by: Administrator, matter: Matter, version: int, at: datetime, reason: str = ""
) -> int:
    """Put `matter` in place of the version that was read; its new version. The caller commits.

    Raises MatterNotFound, ChangedMeanwhile if it is not that version any more, MatterUnfit.
    """
    row = await _row(session, matter.key, lock=True)
    if row.version != version:
        raise ChangedMeanwhile
    before = Matter.model_validate(row.body)
    if before == matter:
        return row.version
    await _require_fit(session, matter)
    row.version += 1
    for name, value in _columns(matter).items():
        setattr(row, name, value)
    await _note(session, by, Deed.MATTER_CHANGED, matter, at, before, matter, reason)
    return row.version


async def retire_matter(
    session: AsyncSession, by: Administrator, key: str, at: datetime, reason: str, *, restore: bool = False
) -> None:
    """Take a matter out of what can be reported, or with `restore` put it back. The caller commits.

    Raises MatterNotFound; Backstop for the matter that is always there; MatterUnfit for one whose department
    or policy is gone meanwhile.
    """
    row = await _row(session, key, lock=True)
    if key == OTHER and not restore:
        raise Backstop
    if row.active is restore:
        return
    matter = Matter.model_validate(row.body)
    if restore:
        await _require_fit(session, matter)
    row.active = restore
    deed = Deed.MATTER_RESTORED if restore else Deed.MATTER_RETIRED
    await note(
        session, by, deed, subject=key, name=matter.name.zh, at=at,
        before={"active": not restore}, after={"active": restore}, reason=reason,
    )  # fmt: skip


def compare(ours: Iterable[Matter], theirs: Iterable[Matter]) -> Comparison:
    """What another edition of the catalogue would change."""
    known = {matter.key: matter for matter in ours}
    other = {matter.key: matter for matter in theirs}
    return Comparison(
        added=tuple(matter for key, matter in other.items() if key not in known),
        changed=tuple(
            Difference(ours=known[key], theirs=matter, fields=_different(known[key], matter))
            for key, matter in other.items()
            if key in known and known[key] != matter
        ),
        only_ours=tuple(matter for key, matter in known.items() if key not in other),
    )


async def take_over(
    session: AsyncSession,
    by: Administrator,
    edition: Sequence[Matter],
    keys: Iterable[str],
    at: datetime,
    reason: str,
) -> int:
    """Add or change the matters named by `keys` so that they are as in `edition`; how many were.

    The caller commits. Raises MatterUnfit.
    """
    wanted = set(keys)
    ours = {line.matter.key: line for line in await all_matters(session)}
    difference = compare((line.matter for line in ours.values()), edition)
    taken = 0
    for matter in difference.added:
        if matter.key in wanted:
            await add_matter(session, by, matter, at, reason)
            taken += 1
    for change in difference.changed:
        key = change.theirs.key
        if key in wanted:
            await change_matter(session, by, change.theirs, ours[key].version, at, reason)
            taken += 1
    return taken


async def _row(session: AsyncSession, key: str, *, lock: bool = False) -> CatalogueItemRow:
    statement = select(CatalogueItemRow).where(col(CatalogueItemRow.key) == key)
    row = await session.scalar(statement.with_for_update() if lock else statement)
    if row is None:
        raise MatterNotFound(f"no such matter: {key}")
    return row


async def _require_fit(session: AsyncSession, matter: Matter) -> None:
    """What the matter names must be there, or the cases of it could not be opened."""
    if matter.department is not None and matter.department not in {d.suffix for d in load_departments()}:
        raise MatterUnfit(Words(zh="没有该部门", en="There is no such department"), "department")
    policies = await active_policies(session)
    if matter.policy not in policies:
        raise MatterUnfit(Words(zh="没有该时限政策", en="There is no such policy"), "policy")
    try:
        for urgency in Urgency:
            resolve(policies[matter.policy], policies, urgency, matter.variant)
    except PolicyError as error:
        raise MatterUnfit(
            Words(zh="该政策没有这一细则", en="That policy has no such variant"), "variant"
        ) from error


def _columns(matter: Matter) -> dict[str, Any]:
    return {
        "section": matter.section,
        "department": matter.department,
        "urgency": matter.urgency,
        "policy": matter.policy,
        "body": matter.model_dump(mode="json"),
    }


def _line(row: CatalogueItemRow) -> MatterLine:
    return MatterLine(matter=Matter.model_validate(row.body), version=row.version, active=row.active)


def _different(ours: Matter, theirs: Matter) -> tuple[str, ...]:
    return tuple(name for name in Matter.model_fields if getattr(ours, name) != getattr(theirs, name))


async def _note(
    session: AsyncSession,
    by: Administrator,
    deed: Deed,
    matter: Matter,
    at: datetime,
    before: Matter | None,
    after: Matter,
    reason: str,
) -> None:
    old: Mapping[str, Any] | None = before.model_dump(mode="json") if before else None
    await note(
        session, by, deed, subject=matter.key, name=matter.name.zh, at=at,
        before=old, after=after.model_dump(mode="json"), reason=reason,
    )  # fmt: skip
