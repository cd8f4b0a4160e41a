"""Backup, restore and repair of whole houses: the two stores of one day, and of two different days."""

from __future__ import annotations

import asyncio
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text

from models.case.sealing import broken_link
from models.queries.facts import facts_of
from runtime.backing_up.archive import BadBackup, read_manifest
from runtime.backing_up.manifest import Part
from runtime.backup_command import back_up
from runtime.repairing.prefer import Prefer
from runtime.restore_command import NotEmpty, restore
from runtime.verify_command import verify_all
from tests.support.homes import GRID, SHORT, at_home, close, lamp, persistently, settings_of, told
from tests.support.product import API, Person, Product
from tests.support.records import eventually, row, rows, written

GRACE = 8.0  # what is not written by then, nobody has promised to


@dataclass
class Days:
    """Two backups of one house, and what happened before, between and after them."""

    first: Path = Path()
    second: Path = Path()
    moved: str = ""
    """Accepted before the first backup, worked on between the two."""
    other: str = ""
    """The same, for another test."""
    late: str = ""
    """Its deadline passed between the two."""
    new: str = ""
    """Reported between the two, by somebody with a telephone."""
    waiting: str = ""
    """Reported just before the second: its deadline passed when nothing ran."""
    busy: list[str] = field(default_factory=list)
    """Reported and worked on while the second was made."""


@pytest.fixture(scope="module")
def days() -> Iterator[Days]:
    with tempfile.TemporaryDirectory(prefix="shaodao-days-") as folder:
        yield asyncio.run(_lived_through(Path(folder)))


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder of this test's own, on a way that other test runs do not close to PostgreSQL's account."""
    with tempfile.TemporaryDirectory(prefix="shaodao-home-") as folder:
        yield Path(folder)


async def _lived_through(folder: Path) -> Days:
    days = Days()
    async with at_home(folder / "house") as product:
        settings = product.services.settings
        worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
        for name in ("moved", "other"):
            setattr(days, name, await lamp(product, attachments=[await picture(worker)]))
            await persistently(officer, getattr(days, name), "accept")
        # A promise that a backup brings back is kept, and the records are brought forward without a repair.
        await eventually(lambda: rows(product, "SELECT case_no FROM underway"), lambda left: not left)
        days.late = await lamp(product, urgency="critical")
        days.first = await back_up(settings, told()[0], folder / "first.tar")
        for number in (days.moved, days.other):
            await persistently(officer, number, "dispatch", lead=GRID)
            await persistently(worker, number, "claim", key=f"claim-{number}")
        days.new = await lamp(product, contact={"name": "王某", "phone": "138 0000 0000"})
        await eventually(lambda: passed(product, days.late), is_red)
        days.waiting = await lamp(product, urgency="critical")
        enough = asyncio.Event()
        working = asyncio.create_task(_keep_working(product, days.busy, enough))
        days.second = await back_up(settings, told()[0], folder)
        enough.set()
        await working
    return days


async def _keep_working(product: Product, into: list[str], enough: asyncio.Event) -> None:
    officer = await product.person("dongguan")
    while not enough.is_set():
        number = await lamp(product)
        into.append(number)
        for _ in range(3):
            await persistently(officer, number, "annotate", note="正在联系")


async def picture(person: Person) -> str:
    """Send a picture up; its id."""
    data = BytesIO()
    Image.new("RGB", (40, 30), (200, 30, 30)).save(data, "JPEG")
    answer = await person.http.post(
        f"{API}/attachments",
        files={"file": ("a.jpg", data.getvalue(), "image/jpeg")},
        headers=person.headers,
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def passed(product: Product, number: str) -> list[str]:
    """The thresholds that have passed by the records, each with its clock."""
    facts = await written(product, number, "threshold_passed")
    return [f"{fact['body']['threshold']} of {fact['body']['clock']['id']}" for fact in facts]


def is_red(names: list[str]) -> bool:
    return any(name.startswith("red") for name in names)


async def found(product: Product, **how: Any) -> tuple[int, str]:
    """What verification says."""
    report, said = told()
    count = await verify_all(
        product.services.settings, report, only=how.pop("only", []), workflows=True, grace=GRACE, **how
    )
    return count, said.getvalue()


async def is_sound(product: Product) -> None:
    count, said = await found(product)
    assert count == 0, said


async def chain(product: Product, number: str) -> list[str]:
    """The hashes of a case's facts in the records; they hold."""
    async with product.services.sessions.read() as session:
        facts = await facts_of(session, number)
    assert broken_link(number, facts) is None
    return [fact.hash for fact in facts]


async def test_a_backup_made_while_people_work_is_a_whole_house(days: Days, place: Path) -> None:
    assert days.second.name.startswith("shaodao-2")
    assert days.second.stat().st_mode & 0o777 == 0o600
    assert list(days.second.parent.glob(".*")) == []  # nothing is left of the work
    manifest = read_manifest(days.second)
    assert manifest.parts == tuple(Part)
    assert manifest.temporal_at is not None
    assert timedelta() <= manifest.temporal_at - manifest.postgres_at < timedelta(seconds=1)
    assert days.busy

    report, said = told()
    await restore(settings_of(place), report, days.second)
    assert "verify --repair" in said.getvalue()
    with pytest.raises(NotEmpty, match="has postgres, temporal, attachments, secrets already"):
        await restore(settings_of(place), report, days.second)
    async with at_home(place) as product:
        await is_sound(product)
        worker = await product.person("dongguan-g18")
        case = (await worker.get(f"/cases/{days.moved}")).json()["case"]
        [attachment] = case["attachments"]
        assert (await worker.get(f"/attachments/{attachment}")).headers["content-type"] == "image/jpeg"
        await close(product, days.moved)
        number = await lamp(product)
        assert int(number.rpartition("-")[2]) > 100_000


async def test_records_older_than_workflows_are_brought_forward(days: Days, place: Path) -> None:
    report, _ = told()
    rest = (Part.TEMPORAL, Part.ATTACHMENTS, Part.SECRETS)
    await restore(settings_of(place), report, days.second, only=rest)
    await restore(settings_of(place), report, days.first, only=(Part.POSTGRES,))
    async with at_home(place) as product:
        _, said = await found(product)
        assert f"{days.moved}  behind: the records stand at" in said
        assert f"{days.new}  unknown: a workflow knows this case, and the records do not" in said
        before = await product.state(days.moved)
        left, said = await found(product, repair=lambda _: False)
        assert left > 0
        assert "written from the workflow" not in said
        left, said = await found(product, repair=lambda _: True)
        assert left == 0, said
        assert f"{days.new}  lost for good: personal data" in said
        assert f"{days.new}  lost for good: the report's own key" in said
        assert "王某" not in said
        assert (await chain(product, days.moved))[-1] == before.head
        await is_sound(product)
        for number in (days.moved, days.new):
            await close(product, number)
        await is_sound(product)


async def test_workflows_older_than_records_are_started_anew_and_no_clock_fires_twice(
    days: Days, place: Path
) -> None:
    await _with_older_workflows(days, place)
    async with at_home(place) as product:
        # The set-back workflow's deadline comes again at once, and finds that the records know better.
        await asyncio.sleep(SHORT + 1)
        recorded = await passed(product, days.late)
        before = await chain(product, days.moved)
        count, said = await found(product)
        assert count, said
        assert f"{days.moved}  workflow: the records are at" in said
        left, said = await found(product, repair=lambda _: True)
        assert left == 0, said
        assert f"{days.waiting}  the workflow was started anew" in said
        assert await chain(product, days.moved) == before
        now = await passed(product, days.late)
        assert now[: len(recorded)] == recorded
        assert len(now) == len(set(now))
        # What fell due when nothing ran has fired now, once, under the instant it was scheduled for.
        await eventually(lambda: passed(product, days.waiting), is_red)
        [report] = await written(product, days.waiting, "reported")
        lights = await written(product, days.waiting, "threshold_passed")
        red = next(light for light in lights if light["body"]["threshold"] == "red")
        assert datetime.fromisoformat(red["body"]["scheduled"]) == report["at"] + timedelta(seconds=SHORT)
        names = await passed(product, days.waiting)
        assert len(names) == len(set(names))
        # A command of the lost stretch, sent again, is known.
        worker = await product.person("dongguan-g18")
        again = await persistently(worker, days.moved, "claim", key=f"claim-{days.moved}")
        assert again["repeated"]
        await is_sound(product)
        await close(product, days.moved)
        await close(product, days.new)
        await is_sound(product)


@pytest.mark.parametrize("prefer", list(Prefer))
async def test_two_tellings_are_left_alone_until_somebody_decides(
    days: Days, place: Path, prefer: Prefer
) -> None:
    await _with_older_workflows(days, place)
    async with at_home(place) as product:
        officer = await product.person("dongguan")
        receipt = await persistently(officer, days.other, "annotate", note="恢复后的第一句")
        assert not receipt["projected"]  # it would not go together with what is written
        before = await chain(product, days.other)
        left, said = await found(product, only=[days.other], repair=lambda _: True)
        assert left == 1
        assert "two tellings from fact" in said
        assert "--prefer" in said
        assert await chain(product, days.other) == before

        left, said = await found(product, only=[days.other], repair=lambda _: True, prefer=prefer)
        assert left == 0, said
        after = await chain(product, days.other)
        assert (after[: len(before)] == before) is (prefer is Prefer.SQL)
        kinds = [fact["kind"] for fact in await written(product, days.other)]
        assert kinds[-1] == "annotated"
        assert ("claimed" in kinds) is (prefer is Prefer.SQL)
        entry = await row(
            product,
            "SELECT before FROM admin_journal WHERE deed = 'case_repaired' AND subject = :n",
            n=days.other,
        )
        lost = [fact["kind"] for fact in entry["before"]["facts"]]
        assert ("annotated" in lost) is (prefer is Prefer.SQL)
        assert ("claimed" in lost) is (prefer is Prefer.WORKFLOW)
        with pytest.raises(Exception, match="append-only"):
            async with product.services.database.begin() as connection:
                await connection.execute(text("DELETE FROM facts"))
        left, _ = await found(product, only=[days.other], repair=lambda _: True)
        assert left == 0
        await close(product, days.other)


async def _with_older_workflows(days: Days, folder: Path) -> None:
    report, _ = told()
    rest = (Part.POSTGRES, Part.ATTACHMENTS, Part.SECRETS)
    await restore(settings_of(folder), report, days.second, only=rest)
    await restore(settings_of(folder), report, days.first, only=(Part.TEMPORAL,))


async def test_a_changed_file_is_refused_and_nothing_is_touched(days: Days, place: Path) -> None:
    report, _ = told()
    changed = place / "changed.tar"
    shutil.copy(days.first, changed)
    with tarfile.open(changed) as tar:
        offset = tar.getmember("postgres.dump").offset_data + 5000
    with changed.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)
        file.seek(offset)
        file.write(bytes([byte[0] ^ 1]))
    house = settings_of(place / "house")
    with pytest.raises(BadBackup, match=r"postgres\.dump is not as it was"):
        await restore(house, report, changed)
    with changed.open("r+b") as file:
        file.truncate(offset)
    with pytest.raises(BadBackup, match="no whole backup"):
        await restore(house, report, changed)
    assert {entry.name for entry in house.state.root.iterdir()} <= {"logs", "up.lock"}
