"""Limits made for a test: a policy with whatever budgets it needs, and a matter that is under it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.base import Words
from models.city.catalogue import Matter
from models.clocks.budget import Budget, ClockKind
from models.clocks.policy import Policy
from models.tables.catalogue import CatalogueItemRow
from models.tables.policies import PolicyRow
from tests.support.product import Product


def seconds(amount: int) -> Budget:
    """A budget of so many continuous seconds."""
    return Budget(kind=ClockKind.CONTINUOUS, amount=amount)


async def matter_under(
    product: Product, key: str, stages: Mapping[str, Mapping[str, Any]], **matter: Any
) -> str:
    """Add a matter, alike for every urgency, whose steps have the limits `stages`; its key."""
    words = Words(zh=f"试验事项{key}", en=f"matter for the test {key}")
    policy = Policy.model_validate(
        {
            "id": f"{key}-limits",
            "version": 1,
            "name": words,
            "provenance": {"standing": "project_default", "source": words},
            "variants": {"all": {"name": words, "stages": stages}},
            "default": "all",
        }
    )
    item = Matter.model_validate(
        {"key": key, "name": words, "section": "livelihood", "closing": words, "policy": policy.id} | matter
    )
    async with product.services.sessions.write() as session:
        session.add(PolicyRow(id=policy.id, version=policy.version, body=policy.model_dump(mode="json")))
        session.add(
            CatalogueItemRow(
                key=key,
                section=item.section,
                department=item.department,
                urgency=item.urgency,
                policy=item.policy,
                body=item.model_dump(mode="json"),
            )
        )
    return key
