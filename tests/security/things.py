"""One of everything that an address can name, all of it in 璧山; and somebody who administers elsewhere."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

from tests.api.attachments.pictures import picture
from tests.security.cookies import browser_of
from tests.support.product import API, Person, Product
from tests.support.records import row

GRID: Final = "500120001005-g18"


async def things(product: Product) -> dict[str, str]:
    """A case, its picture, a session, a person, a post, an import, a contact: their ids by what they are."""
    worker = await product.admitted("dongguan-g18")
    files = {"file": ("x.jpg", picture(), "image/jpeg")}
    sent = await product.http.post(f"{API}/attachments", files=files, headers=worker.headers)
    attachment = sent.json()["id"]
    number = (await worker.report(matter="other", unit=GRID, attachments=[attachment]))["number"]
    statement = """SELECT posts.id AS post_id, people.id AS person_id, sessions.id AS session_id
        FROM people JOIN posts ON posts.person_id = people.id JOIN sessions ON sessions.person_id = people.id
        WHERE people.login = 'dongguan-g18' LIMIT 1"""
    ids: dict[str, str] = await row(product, statement)
    contact = await row(product, "SELECT id FROM unit_contacts WHERE unit_id = :unit LIMIT 1", unit=GRID)
    return {
        "number": number,
        "attachment_id": attachment,
        "unit_id": GRID,
        "contact_id": str(contact["id"]),
        "import_id": await _import(product),
        **ids,
    }


async def _import(product: Product) -> str:
    """A code list that an administrator of the city has brought and not confirmed."""
    admin = browser_of(product, await product.admitted("admin"))
    listed = "code,name,kind,parent_code\n50,重庆市,city,\n"
    answer = await admin.post("/admin/units/import", files={"file": ("units.csv", listed, "text/csv")})
    assert answer.status_code == 303, answer.text[:500]
    return answer.headers["location"].rpartition("/")[2]


async def administrator_of(product: Product, unit: str) -> Person:
    """Somebody who administers this district, and nothing else."""
    login = f"admin-of-{unit}"
    admin = await product.admitted("admin")
    body = {"login": login, "name": "区县管理员", "unit": unit, "role": "administrator"}
    hired = await admin.post("/people", body)
    assert hired.status_code in (201, 409), hired.text  # 409: a test before this one has
    async with product.services.sessions.write() as session:
        # Until a password is chosen an account has no rights at all: tests/api/pages/test_admin.py.
        chosen = text("UPDATE people SET must_change_password = false WHERE login = :login")
        await session.execute(chosen, {"login": login})
    return await product.admitted(login)
