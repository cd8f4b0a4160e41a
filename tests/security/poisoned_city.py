"""What administrators may name and write, with the payload in it: places, people, matters, rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from models.city.demonstration import demo_people
from models.clocks.policy_files import load_policies
from tests.security.cookies import browser_of
from tests.security.ledger import Ledger
from tests.support.administration import POLICY
from tests.support.product import API, Person, Product
from tests.support.records import eventually, written
from tests.support.visitors import GRID

UNITS: Final = (
    GRID,
    "500120001005",
    "500120001",
    "500120001-pingan",
    "500120001-minsheng",
    "500120-chengguan",
    "500120-jiaojing",
    "500120",
)
PEOPLE: Final = (
    "dongguan-g18",
    "dongguan-two",
    "dongguan",
    "bicheng-dispatch",
    "bicheng-pingan",
    "bishan-chengguan",
    "bishan-supervise",
    "bishan-audit",
)
MATTERS: Final = ("street-lamp", "manhole-cover", "parking", "joint-enforcement", "eave-collapse")
CHANNEL: Final = '{"duty-group": "json://127.0.0.1:9/robot"}'
"""The setting that gives administrators an address to choose."""


class Namer:
    """An administrator who names things."""

    def __init__(self, product: Product, ledger: Ledger, admin: Person) -> None:
        self._product, self.ledger, self._admin = product, ledger, admin
        self.closed: list[str] = []
        """The pages of what was closed again."""

    async def everything(self) -> None:
        """All that has to be there before the day begins."""
        await self.places()
        await self.people()
        await self.matters()
        await self.channel()
        await self.calendar()

    async def rules(self, number: str) -> None:
        """A new version of a policy reaches the open case `number`; a further one is still to come."""
        await self.policy(3)
        await eventually(lambda: written(self._product, number, "rules_changed"), bool)
        await self.policy(4, timedelta(days=30))

    async def send(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send something; what has come of it. Fails where it is refused."""
        answer = await self._admin.http.request(
            method, f"{API}{path}", json=body, headers=self._admin.headers
        )
        assert answer.is_success, f"{method} {path}: {answer.text}"
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    def _because(self, deed: str) -> str:
        return self.ledger.text(f"{deed}.reason", "", 300)

    def _words(self, label: str, most: int = 200) -> dict[str, str]:
        return {language: self.ledger.text(label, "", most) for language in ("zh", "en")}

    async def places(self) -> None:
        """Units get other names; one is added, closed, opened again."""
        for unit in UNITS:
            body = {"name": self.ledger.text("unit.name", "", 40), "reason": self._because("unit renamed")}
            await self.send("PATCH", f"/units/{unit}", body)
        body = {
            "parent": "500120001005",
            "kind": "grid",
            "name": self.ledger.text("unit added.name", "", 40),
            "reason": self._because("unit added"),
        }
        added = (await self.send("POST", "/units", body))["id"]
        for deed in ("close", "reopen", "close"):
            await self.send("POST", f"/units/{added}/{deed}", {"reason": self._because(f"unit {deed}")})
        self.closed.append(f"/admin/units/{added}")
        contact = {
            "kind": "grid_worker",
            "contact_name": self.ledger.text("unit contact.name", "", 40),
            "phone": "023-0000 0000",
            "note": self.ledger.text("unit contact.note", "", 80),
        }
        pages = browser_of(self._product, self._admin)
        answer = await pages.post(f"/admin/units/{GRID}/contacts", data=contact)
        assert answer.status_code == 303, answer.text[:800]

    async def people(self) -> None:
        """People get other names; one comes and goes."""
        ids = {person.login: person.id for person in demo_people()}
        for login in PEOPLE:
            name = self.ledger.text("person.name", "", 40)
            await self.send(
                "PATCH", f"/people/{ids[login]}", {"name": name, "reason": self._because("person renamed")}
            )
        body = {
            "login": "newcomer",
            "name": self.ledger.text("person added.name", "", 40),
            "unit": GRID,
            "role": "grid_worker",
            "reason": self._because("person added"),
        }
        added = (await self.send("POST", "/people", body))["person"]
        for deed in ("close", "reopen", "close"):
            await self.send("POST", f"/people/{added}/{deed}", {"reason": self._because(f"person {deed}")})
        self.closed.append(f"/admin/people/{added}")

    async def matters(self) -> None:
        """The catalogue: names, what must be true at the end, search words; one comes and goes."""
        for key in MATTERS:
            held = await self.send("GET", f"/matters/{key}", {})
            body = {"matter": self._matter(held["matter"]), "version": held["version"]}
            await self.send("PUT", f"/matters/{key}", {**body, "reason": self._because("matter changed")})
        fresh = {**self._matter(held["matter"]), "key": "poisoned"}
        await self.send("POST", "/matters", {"matter": fresh, "reason": self._because("matter added")})
        for deed in ("retire", "restore", "retire"):
            body = {"reason": self._because(f"matter {deed}")}
            await self.send("POST", f"/matters/poisoned/{deed}", body)
        self.closed.append("/admin/catalogue/poisoned")

    def _matter(self, matter: dict[str, Any]) -> dict[str, Any]:
        return {
            **matter,
            "name": self._words("matter.name"),
            "closing": self._words("matter.closing"),
            "words": [*matter["words"], self.ledger.text("matter.words", "", 200)],
        }

    async def channel(self) -> None:
        """Where messages also go."""
        pages = browser_of(self._product, self._admin)
        form = {
            "name": self.ledger.text("channel.name", "", 60),
            "address": "duty-group",
            "unit": "500120001",
            "language": "zh",
        }
        answer = await pages.post("/admin/channels/new", data=form)
        assert answer.status_code == 303, answer.text[:800]

    async def calendar(self) -> None:
        """A year's arrangement, with the number of its notice."""
        arrangement = {
            "year": 2027,
            "notice": self.ledger.text("calendar.notice", "", 80),
            "issued": "2026-11-01",
            "holidays": [
                {"name": self._words("calendar.holiday"), "first": "2027-01-01", "last": "2027-01-03"}
            ],
        }
        await self.send(
            "PUT", "/calendar/2027", {"arrangement": arrangement, "reason": self._because("calendar")}
        )

    async def files(self) -> tuple[str, str]:
        """A code list waits to be confirmed, under this id; and another one was refused with this page."""
        pages, heading = browser_of(self._product, self._admin), "code,name,kind,parent_code\n"
        answers = []
        for label, row in (
            ("refused file", f'"{self._cell("refused file.row")}",x,"{self._cell("refused file.kind")}",\n'),
            ("file", f'500120001991,"{self._cell("file.row")}",community,500120001\n'),
        ):
            name = self.ledger.text(f"{label}.name", "", 190).strip().replace('"', "'") + ".csv"
            file = (name, (heading + row).encode(), "text/csv")
            answers.append(await pages.post("/admin/units/import", files={"file": file}))
        assert [answer.status_code for answer in answers] == [422, 303], answers[1].text[:800]
        return answers[1].headers["location"].rpartition("/")[2], answers[0].text

    def _cell(self, label: str) -> str:
        return self.ledger.text(label, "", 60).strip().replace('"', '""')

    async def policy(self, version: int, after: timedelta | None = None) -> dict[str, Any]:
        """A policy's next version, now or later: its name, its source, the names of its parts."""
        policy = load_policies()[POLICY].model_dump(mode="json")
        policy["version"] = version
        policy["name"] = self._words("policy.name")
        policy["provenance"]["source"] = self._words("policy.source")
        policy["provenance"]["note"] = self._words("policy.note")
        for variant in policy["variants"].values():
            variant["name"] = self._words("policy.variant")
            step = {"key": "fence", "name": self._words("policy.milestone"), "budget": "1 hour"}
            variant["milestones"] = [step]
        body = {"policy": policy, "reason": self._because("policy")}
        if after is not None:
            body["in_force_from"] = (datetime.now(UTC) + after).isoformat()
        return await self.send("POST", "/policies", body)
