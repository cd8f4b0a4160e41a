"""The demonstration, played so that whatever anybody writes in it carries the payload.

Its day and its stories send most commands; `REST` sends the others. Residents report as well, by their pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pytest

from api.rest.bodies import EXAMPLES
from api.scrubbing import WRITTEN
from models.base import Words
from models.case.commands import COMMANDS
from runtime.stories.player import play
from runtime.stories.stage import Stage
from runtime.stories.story import Step, Story
from tests.security.ledger import Ledger
from tests.support import demonstration
from tests.support.demonstration import Deed, Demonstration, demonstrate
from tests.support.product import DEMO_PASSWORD, Product
from tests.support.visitors import GRID, code_of, dispatched, evaluate, number_of, send

_REPORT: Final = {"text": 4000, "address": 300}
_CONTACT: Final = {"name": 64, "note": 500}
_LIMITS: Final = {"name": 60, "task_force": 100}
"""Characters that a field of a command takes, where they are not two thousand."""
_NO_TEXT: Final = frozenset({"triage"})
"""Looks like a text, and takes three words only."""
FREE: Final = {name: sorted(set(COMMANDS[name].model_fields) & (WRITTEN - _NO_TEXT)) for name in EXAMPLES}
"""Of every command that people send, the fields in which they write what they like."""
FIELDS: Final = frozenset(
    {f"{name}.{field}" for name, fields in FREE.items() for field in fields}
    | {
        "report.text",
        "report.address",
        "report.contact.name",
        "report.contact.note",
        "report.on_the_spot.note",
    }
)
"""The same with the report, which begins a case."""


def _street(lead: str) -> list[Deed]:
    report = {"matter": "joint-enforcement", "unit": "@bicheng", "text": "占道"}
    return [
        ("bicheng-dispatch", "report", report),
        ("bicheng-dispatch", "accept", {}),
        ("bicheng-dispatch", "dispatch", {"lead": lead}),
    ]


_MANHOLE: Final = {"matter": "manhole-cover", "unit": "@dongguan-g18", "text": "井盖"}
_ON_THE_SPOT: Final = {"matter": "barrier-free", "unit": "@dongguan-g18", "on_the_spot": {"note": "已复位"}}
REST: Final[dict[str, list[Deed]]] = {
    "declined": [*_street("")[:1], ("bicheng-dispatch", "decline", {})],
    "target": [("dongguan-g18", "report", _MANHOLE)],
    "merged": [("dongguan-g17", "report", _MANHOLE), ("bicheng-dispatch", "merge", {"into": "#target"})],
    "voided": [
        *_street("@bicheng-pingan"),
        ("bicheng-dispatch", "void", {}),
        ("bicheng-command", "approve", {}),
    ],
    "worked": [
        *_street("@bicheng-pingan"),
        ("bicheng-pingan", "claim", {}),
        ("bicheng-pingan", "release", {}),
        ("bicheng-pingan", "claim", {}),
        ("bicheng-pingan", "annotate", {}),
        ("bicheng-dispatch", "inform", {"units": ["@bishan-jiaojing"]}),
        ("bicheng-dispatch", "regrade", {"urgency": "urgent"}),
        ("bicheng-supervise", "supervise", {}),
        ("bicheng-pingan", "answer", {}),
        ("bicheng-pingan", "request-special-handling", {"budget": "10 working days"}),
        ("bicheng-command", "refuse", {}),
        ("bicheng-pingan", "request-suspension", {"review_on": {"days_ahead": 60}}),
        ("bicheng-command", "approve", {}),
        ("bicheng-command", "resume", {}),
        ("bicheng-pingan", "request-suspension", {"review_on": {"days_ahead": 60}}),
        ("bicheng-pingan", "transfer", {"to": "@bicheng-minsheng"}),
    ],
    "asked": [
        *_street("@bicheng-minsheng"),
        ("bicheng-minsheng", "claim", {}),
        ("bicheng-minsheng", "request-special-handling", {"budget": "10 working days"}),
    ],
    "paused": [
        *_street("@bicheng-minsheng"),
        ("bicheng-minsheng", "claim", {}),
        ("bicheng-minsheng", "request-suspension", {"review_on": {"days_ahead": 60}}),
        ("bicheng-command", "approve", {}),
    ],
    "called": [
        *_street("@bicheng-minsheng"),
        ("bicheng-dispatch", "whistle", {"ground": "strong_issue", "units": ["@bishan-jiaojing"]}),
        ("bishan-jiaojing", "report-in", {}),
    ],
    "void-asked": [*_street("@bicheng-minsheng"), ("bicheng-dispatch", "void", {})],
    "reopened": [
        ("dongguan-g18", "report", _ON_THE_SPOT),
        ("dongguan-2", "verify", {}),
        ("dongguan-2", "call-back", {"resolved": True, "satisfied": True}),
        ("dongguan", "reopen", {}),
    ],
}  # fmt: skip
"""By a name of its own, what happens to each case; their texts are filled in."""


class Poisoner(Stage):
    """A stage on which every free text there is carries the payload, whatever the story says."""

    def __init__(self, product: Product, ledger: Ledger) -> None:
        super().__init__(product.http, DEMO_PASSWORD)
        self._product, self._ledger = product, ledger
        self.accepted: set[str] = set()
        """The fields whose text the product has taken."""

    async def sign_in(self, login: str) -> None:
        """Without the password, which is slow to check on purpose."""
        if login not in self._tokens:
            person = await self._product.admitted(login)
            self._tokens[login] = person.headers["Authorization"].split()[1]

    async def post(self, login: str, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        """Send it with the payload in every text; what is refused is not noted."""
        command = path.rpartition("/")[2]
        filled = self._report(body) if command == "cases" else self._command(command, body)
        receipt = await super().post(login, path, filled, key)
        name = "report" if command == "cases" else command
        sent = {f"{name}.{field}": value for field, value in _flat(filled)}
        self.accepted |= {field for field in sent if field in FIELDS}
        return receipt

    def _command(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        texts = {
            field: self._ledger.text(f"{name}.{field}", body.get(field, ""), _LIMITS.get(field, 2000))
            for field in FREE[name]
        }
        return {**body, **texts}

    def _report(self, body: dict[str, Any]) -> dict[str, Any]:
        def texts(within: str, given: dict[str, Any], limits: dict[str, int]) -> dict[str, Any]:
            return {
                **given,
                **{
                    field: self._ledger.text(f"{within}.{field}", given.get(field, ""), most)
                    for field, most in limits.items()
                },
            }

        filled = texts("report", body, _REPORT)
        if "contact" in body:
            filled["contact"] = texts("report.contact", body["contact"], _CONTACT)
        if "on_the_spot" in body:
            filled["on_the_spot"] = texts("report.on_the_spot", body["on_the_spot"], {"note": 2000})
        return filled


def _flat(body: dict[str, Any], within: str = "") -> list[tuple[str, Any]]:
    """The fields of a body by their dotted names."""
    found: list[tuple[str, Any]] = []
    for name, value in body.items():
        found += _flat(value, f"{within}{name}.") if isinstance(value, dict) else [(f"{within}{name}", value)]
    return found


@dataclass
class PoisonedDay:
    """What was played."""

    product: Product
    ledger: Ledger
    accepted: set[str]
    """The fields of commands whose text was taken."""
    shown: Demonstration
    rest: dict[str, str]
    """The numbers of the cases of `REST`, and of residents' reports, by their names."""
    codes: dict[str, str]
    """The tracking codes of the latter."""
    closed: list[str]
    """The pages of a place, a person and a matter that are no longer there."""
    refused: str = ""
    """The page that has refused a file."""


async def play_poisoned(product: Product, ledger: Ledger, patch: pytest.MonkeyPatch) -> PoisonedDay:
    """Play it all."""
    stage = Poisoner(product, ledger)
    patch.setattr(demonstration, "Stage", lambda *_: stage)
    shown = await demonstrate(product, "eave")
    nothing = Words(zh="", en="")
    steps = [
        Step(who=who, does=does, case=case, body=body, words=nothing)
        for case, deeds in REST.items()
        for who, does, body in deeds
    ]
    story = Story(key="rest", number=98, title=nothing, source=nothing, ending=nothing, steps=tuple(steps))
    rest: dict[str, str] = {}
    async for played in play(story, stage, product.services.settings.task_queue):
        rest[played.step.case] = played.number
    day = PoisonedDay(product, ledger, stage.accepted, shown, rest, {}, [])
    await _residents(day)
    return day


_RESIDENTS: Final = {
    "untouched": "street-lamp",
    "at the street": "manhole-cover",
    "at the community": "street-lamp",
    "at the grid": "street-lamp",
    "evaluated": "street-lamp",
}
"""By how far it comes, what a resident reports."""


async def _residents(day: PoisonedDay) -> None:
    """They report by the page behind a building's code, and one says what they think of the result."""
    for name, matter in _RESIDENTS.items():
        visitor = day.product.visitor()
        answer = await send(
            visitor,
            GRID,
            matter=matter,
            consent="on",
            phone="13812345678",
            text=day.ledger.text("resident.text", "路灯", 1000),
            address=day.ledger.text("resident.address", "", 100),
            name=day.ledger.text("resident.name", "", 64),
        )
        day.codes[name] = code_of(answer)
        day.rest[name] = await number_of(visitor, day.codes[name])
    officer = await day.product.admitted("dongguan")
    await officer.sends(day.rest["at the community"], "accept")
    await officer.sends(day.rest["at the community"], "dispatch", lead="500120001005")
    await dispatched(day.product, day.rest["at the grid"])
    _, worker = await dispatched(day.product, day.rest["evaluated"])
    await worker.sends(day.rest["evaluated"], "claim")
    await worker.sends(day.rest["evaluated"], "handle", note="已更换")
    await officer.sends(day.rest["evaluated"], "verify")
    words = day.ledger.text("resident.words", "", 400)
    answer = await evaluate(day.product.visitor(), day.codes["evaluated"], "yny", words=words)
    assert answer.status_code == 303, answer.text[:500]
