"""Units that commands name, from memory."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from api.errors import DatabaseAway
from api.patience import Patience
from api.unit_directory import UnitDirectory
from models.queries.units import UnitNotFound
from runtime.database import Sessions, create_engine
from tests.support.lines import line_to
from tests.support.outages import PATIENCE, through
from tests.support.product import Product

STREET, COMMUNITY, GRID = "500120001", "500120001005", "500120001005-g18"


async def test_a_full_memory_forgets_and_looks_up_anew(product: Product) -> None:
    directory = UnitDirectory(product.services.sessions, Patience(PATIENCE), capacity=2)
    await directory.refs([STREET, COMMUNITY])

    found = await directory.refs([STREET, GRID])

    assert {unit.id: unit.name for unit in found.values()} == {STREET: "璧城街道", GRID: found[GRID].name}
    assert list(found) == [STREET, GRID]


async def test_while_the_database_is_away_what_was_known_is_known(product: Product) -> None:
    settings = product.services.settings
    async with line_to("127.0.0.1", urlsplit(settings.dsn).port or 5432) as line:
        engine = create_engine(through(line, settings))
        directory = UnitDirectory(Sessions(engine), Patience(PATIENCE))
        await directory.refs([STREET])
        await line.cut()

        assert set(await directory.refs([STREET])) == {STREET}
        with pytest.raises(DatabaseAway):
            await directory.refs([STREET, GRID])
        await engine.dispose()


async def test_a_unit_that_is_not_there_is_said_to_be_missing(product: Product) -> None:
    with pytest.raises(UnitNotFound):
        await product.services.units.refs(["nowhere"])
