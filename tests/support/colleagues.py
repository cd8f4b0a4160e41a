"""More people at a desk than the demonstration has."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from sqlalchemy import select
from sqlmodel import col

from models.city.people import Role
from models.queries.people import new_person_id, new_post_id
from models.tables.people import PersonRow, PostRow
from tests.support.product import Person, Product


async def colleagues(product: Product, like: str, unit: str, role: Role, number: int) -> dict[str, Person]:
    """So many people with this post, signed in, by their names; their password is that of `like`."""
    at = datetime.now(UTC)
    logins = {f"{role}-{unit}-{n}": f"同事{n:02d}号" for n in range(number)}
    async with product.services.sessions.write() as session:
        known = select(col(PersonRow.password_hash)).where(col(PersonRow.login) == like)
        password_hash = (await session.execute(known)).scalar_one()
        people = [
            PersonRow(
                id=new_person_id(),
                login=login,
                password_hash=password_hash,
                name=name,
                created_at=at,
                password_changed_at=at,
            )
            for login, name in logins.items()
        ]
        session.add_all(people)
        await session.flush()
        session.add_all(
            PostRow(id=new_post_id(), person_id=person.id, unit_id=unit, role=role, since=at)
            for person in people
        )
    signed_in = await asyncio.gather(*map(product.person, logins))
    return dict(zip(logins.values(), signed_in, strict=True))
