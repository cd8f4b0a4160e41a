"""`shaodao units import`: all of a list or nothing of it, on the real tree."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from models.city.tree_files import CHONGQING
from models.city.units import UnitKind
from models.queries.seeding import import_units
from models.queries.unit_import import ImportReport
from models.queries.units import UnitNotFound, chain, children, unit_ref
from runtime.database import Sessions
from tests.models.queries.city import ready, silent

HEADING = "code,name,kind,parent_code\n"


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """璧山区 with 璧城街道 only, whose 东关社区 is renamed, whose 大旺社区 is gone, and one new street."""
    lines = CHONGQING.read_text(encoding="utf-8").splitlines()
    kept = [
        line.replace("东关社区居民委员会", "东门社区居民委员会")
        for line in lines
        if line.startswith(("500120,", "500120001")) and not line.startswith("500120001001")
    ]
    kept.append("500120099,新设街道,street,500120")
    file = tmp_path / "newer.csv"
    file.write_text(HEADING + "\n".join(kept) + "\n", encoding="utf-8")
    return file


async def test_the_shipped_list_again_changes_nothing(engine: AsyncEngine) -> None:
    await ready(engine)
    assert await import_units(engine, CHONGQING, silent) == ImportReport()


async def test_bad_rows_refuse_the_whole_file(
    engine: AsyncEngine, sessions: Sessions, tmp_path: Path
) -> None:
    await ready(engine)
    file = tmp_path / "bad.csv"
    file.write_text(
        HEADING + "500120,璧山新区,district,50\n500120098,,street,500120\n1,甲,street,500120\n",
        encoding="utf-8",
    )
    report = await import_units(engine, file, silent)
    assert report.refused
    assert [(fault.line, fault.code) for fault in report.faults] == [(3, "500120098"), (4, "1")]
    async with sessions.read() as session:
        assert (await unit_ref(session, "500120")).name == "璧山区"


async def test_a_file_in_another_encoding_is_a_fault_with_its_line(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    await ready(engine)
    file = tmp_path / "gbk.csv"
    file.write_bytes(HEADING.encode() + "500120,璧山区,district,50\n".encode("gbk"))
    (fault,) = (await import_units(engine, file, silent)).faults
    assert fault.line == 2


async def test_a_missing_file_is_an_error_of_the_system(engine: AsyncEngine, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await import_units(engine, tmp_path / "nowhere.csv", silent)


async def test_a_newer_list_adds_renames_and_deactivates(
    engine: AsyncEngine, sessions: Sessions, newer: Path
) -> None:
    await ready(engine)
    shown = await import_units(engine, newer, silent, preview=True)
    async with sessions.read() as session:
        assert (await unit_ref(session, "500120001005")).name == "东关社区"
    report = await import_units(engine, newer, silent)
    assert report == shown
    assert (report.added, report.renamed, report.moved) == (5, 1, 0)
    assert report.deactivated > 100
    async with sessions.read() as session:
        refs = await chain(session, "500120001005-g18")
        streets = await children(session, "500120", [UnitKind.STREET])
        sections = await children(session, "500120099", [UnitKind.SECTION])
        assert (await unit_ref(session, "500114107")).name == "黑溪镇"
        with pytest.raises(UnitNotFound):
            await unit_ref(session, "500120001001")
        with pytest.raises(UnitNotFound):
            await unit_ref(session, "500120001001-g1")
    assert refs[3].name == "东门社区"
    assert [street.id for street in streets] == ["500120001", "500120099"]
    assert len(sections) == 4


async def test_the_full_list_brings_everything_back(engine: AsyncEngine, sessions: Sessions) -> None:
    await ready(engine)
    report = await import_units(engine, CHONGQING, silent)
    assert report.renamed == 1
    assert report.revived > 100
    assert report.deactivated == 5
    async with sessions.read() as session:
        assert (await unit_ref(session, "500120001001-g1")).kind is UnitKind.GRID


async def test_a_moved_community_takes_its_grids_along(
    engine: AsyncEngine, sessions: Sessions, tmp_path: Path
) -> None:
    await ready(engine)
    file = tmp_path / "moved.csv"
    file.write_text(HEADING + "500120001005,东关社区居民委员会,community,500120002\n", encoding="utf-8")
    report = await import_units(engine, file, silent)
    assert (report.moved, report.deactivated) == (1, 0)
    async with sessions.read() as session:
        refs = await chain(session, "500120001005-g18")
    assert [ref.id for ref in refs] == ["50", "500120", "500120002", "500120001005", "500120001005-g18"]
