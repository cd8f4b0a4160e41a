"""What a page costs does not grow with what it shows: the number of statements stays as it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from models.base import Urgency
from models.case.commands import Accept, BlowWhistle, Claim, Dispatch
from models.case.state import Ground
from tests.support import world
from tests.support.play import Play
from tests.support.product import Product
from tests.support.reading import furnish, statements, write

PAGES: Final = (
    ("bicheng-dispatch", "/intake"),
    ("bicheng-dispatch", "/intake?step=dispatch"),
    ("bicheng-dispatch", "/whistles"),
    ("bicheng-dispatch", "/map"),
    ("bicheng-command", "/wall"),
    ("bicheng-pingan", "/desk"),
    ("bicheng-pingan", "/cases"),
    ("bicheng-pingan", "/inbox"),
    ("dongguan-g18", "/mine"),
    ("dongguan-g18", "/report"),
    ("bishan-audit", "/cases?q=路灯"),
)


def _cases(day: str, count: int, began: datetime) -> list[Play]:
    """Cases at every step of the way in: reported, accepted, dispatched, claimed, with a whistle blown."""
    made = []
    for n in range(count):
        dossier = world.dossier(Urgency.URGENT, number=f"{day}-{n:06}", entry=None)
        play = Play.reported(dossier, at=began, address=f"向阳街 {n} 号").wait(seconds=20)
        if n % 4 > 0:
            play.send(world.DISPATCHER, Accept())
        if n % 4 > 1:
            play.send(world.DISPATCHER, Dispatch(lead=world.SAFETY))
            called = BlowWhistle(ground=Ground.EMERGENCY, units=(world.CHENGGUAN,), reason="请到场")
            play.send(world.DISPATCHER, called)
        if n % 4 > 2:
            play.send(world.SAFETY_A, Claim())
        made.append(play)
    return made


async def test_pages_cost_the_same_however_much_they_show(product: Product) -> None:
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=20)
    database = product.services.database
    await furnish(database)
    await write(database, *_cases("20260101", 8, began))
    readers = {login: await product.reader(login) for login, _path in PAGES}

    async def counted() -> dict[str, int]:
        found = {}
        for login, path in PAGES:
            tries = []
            for _ in range(3):  # sessions and units are looked up anew once in a while
                with statements(database) as sent:
                    answer = await readers[login].get(path)
                assert answer.status_code == 200, f"{path}: {answer.text[:300]}"
                tries.append(sum(line.lstrip().upper().startswith(("SELECT", "WITH")) for line in sent))
            found[path] = min(tries)
        return found

    few = await counted()
    await write(database, *_cases("20260102", 40, began))
    assert await counted() == few
    assert max(few.values()) <= 14
