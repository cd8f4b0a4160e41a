"""Complaint: clean-up scripts change the history."""

from __future__ import annotations

import psycopg
import pytest

from models.case.sealing import broken_link
from models.queries.facts import fact_rows, sealed
from tests import servers as kept
from tests.support.product import Product
from tests.support.records import eventually, written

GRID = "500120001005-g18"


async def test_the_timeline_is_append_only_and_a_row_changed_behind_its_back_is_found(
    product: Product, seeded_url: str
) -> None:
    """UPDATE, DELETE and TRUNCATE are refused by the database itself; a row that was changed with the trigger
    switched off breaks the chain at exactly its place.
    """
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    number = (await worker.report(matter="other", unit=GRID, text="原话"))["number"]
    await officer.sends(number, "accept", note="已核实")
    await eventually(lambda: written(product, number, "accepted"), bool)
    untouched = await written(product, number)

    with psycopg.connect(kept.plain(seeded_url), autocommit=True) as script:
        for change in (
            "UPDATE facts SET at = now()",
            "DELETE FROM facts",
            "TRUNCATE facts",
            "INSERT INTO facts SELECT * FROM facts ON CONFLICT (case_number, seq) DO UPDATE SET at = now()",
        ):
            with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
                script.execute(change)
        assert await written(product, number) == untouched
        script.execute("ALTER TABLE facts DISABLE TRIGGER facts_append_only")
        script.execute(
            "UPDATE facts SET body = jsonb_set(body, '{note}', '\"未核实\"')"
            " WHERE case_number = %s AND kind = 'accepted'",
            [number],
        )
        script.execute("ALTER TABLE facts ENABLE TRIGGER facts_append_only")

    [accepted] = await written(product, number, "accepted")
    assert accepted["body"]["note"] == "未核实"
    async with product.services.sessions.read() as session:
        changed = (await fact_rows(session, [number]))[number]
    assert broken_link(number, map(sealed, changed)) == accepted["seq"]
