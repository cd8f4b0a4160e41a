"""A resident whom no other test knows, and what they have reported."""

from __future__ import annotations

import itertools
from typing import Final

from tests.support.product import Product
from tests.support.visitors import code_of, form, number_of, send

_COUNTER: Final = itertools.count()


class Somebody:
    """A name and three phones; the second stands in the words of the report, the third in an evaluation."""

    def __init__(self) -> None:
        n = next(_COUNTER)
        self.name = f"欧阳霁{chr(0x9F0E + n)}"
        self.phone, self.second, self.third = (
            f"{start}{57284619 + n * 131:08d}" for start in (139, 138, 137)
        )
        self.mask = f"139****{self.phone[-4:]}"
        grouped = f"{self.phone[:3]} {self.phone[3:7]} {self.phone[7:]}"
        self.secrets = (self.name, self.phone, self.second, self.third, grouped)

    @property
    def contact(self) -> dict[str, str]:
        """As a report carries it."""
        return {"name": self.name, "phone": self.phone}

    async def reports(self, product: Product) -> tuple[str, str]:
        """By the resident's page; the number and the tracking code. The form is filled in at once."""
        visitor = product.visitor()
        words = {"text": f"我是{self.name}，路灯不亮，打{self.second}", "matter": "street-lamp"}
        answer = await send(visitor, ticket=await form(visitor), consent="on", **words, **self.contact)
        code = code_of(answer)
        return await number_of(visitor, code), code
