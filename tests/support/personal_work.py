"""Every command in which people write words, with an invented name and phone in each of its texts.

Phones in them are hidden at the door. A name in a command's words is not known to be one, and becomes part of
a fact: it may stand wherever facts stand, and nowhere else.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from api.rest.bodies import EXAMPLES
from api.scrubbing import WRITTEN
from models.case.commands import COMMANDS
from tests.support.apart import Apart
from tests.support.personal_words import Told
from tests.support.product import Person
from tests.support.visitors import GRID

Step = tuple[str, str, dict[str, Any]]

FREE: Final = {
    name: sorted(set(COMMANDS[name].model_fields) & WRITTEN - {"triage"})  # which takes three words only
    for name in EXAMPLES
}
"""Of every command that people send, the fields in which they write what they like."""
_REPORTER, _OFFICER, _WORKER = "dongguan-g17", "dongguan", "dongguan-g18"
_STREET, _DISTRICT, _SECTION = "bicheng-dispatch", "bishan-dispatch", "bicheng-minsheng"
_DEPARTMENT, _SUPERVISOR, _COMMANDER = "bishan-chengguan", "bishan-supervise", "bicheng-command"
_LATER: Final = (datetime.now(UTC) + timedelta(days=60)).date().isoformat()
_HANDED: Final[Step] = (_STREET, "dispatch", {"lead": "500120001-minsheng"})
LAMP: Final[tuple[Step, ...]] = (
    (_OFFICER, "accept", {}),
    (_OFFICER, "dispatch", {"lead": GRID}),
    (_OFFICER, "annotate", {}),
    (_WORKER, "claim", {}),
    (_WORKER, "release", {}),
    (_WORKER, "claim", {}),
    (_WORKER, "arrive", {}),
    (_WORKER, "handle", {}),
    (_OFFICER, "rework", {}),
    (_WORKER, "handle", {}),
    (_OFFICER, "verify", {}),
)
"""What a resident has reported, until they are asked whether they are content."""
LAND: Final[tuple[Step, ...]] = (
    (_STREET, "accept", {}),
    (_STREET, "whistle", {"ground": "strong_issue", "units": ["500120-chengguan"]}),
    (_DEPARTMENT, "sign", {}),
    (_DEPARTMENT, "report-in", {}),
    (_DEPARTMENT, "finish", {}),
    (_STREET, "rate", {"score": 5}),
    (_STREET, "plan-milestone", {"key": "fence"}),
    (_STREET, "reach-milestone", {"key": "fence"}),
    (_STREET, "inform", {"units": ["500120-jiaojing"]}),
    (_REPORTER, "urge", {}),
    (_SUPERVISOR, "supervise", {}),
    (_STREET, "answer", {}),
    (_STREET, "regrade", {"urgency": "urgent"}),
    _HANDED,
    (_SECTION, "return", {}),
    _HANDED,
    (_SECTION, "request-extension", {"amount": 1}),
    (_COMMANDER, "refuse", {}),
    (_SECTION, "request-suspension", {"review_on": _LATER}),
    (_COMMANDER, "approve", {}),
    (_COMMANDER, "resume", {}),
    (_SECTION, "request-special-handling", {"budget": "10 working days"}),
    (_STREET, "transfer", {"to": "500120001-pingan"}),
    ("bicheng-pingan", "claim", {}),
    ("bicheng-pingan", "handle", {}),
    (_STREET, "verify", {}),
    (_STREET, "call-back", {"resolved": True, "satisfied": True}),
    (_REPORTER, "reopen", {}),
    (_STREET, "accept", {}),
    (_STREET, "escalate", {}),
    (_DISTRICT, "void", {}),
)
"""A matter of the street: joined, pressed, given more time, handed on, closed, opened again, handed up."""
NONE: Final[tuple[Step, ...]] = ((_STREET, "decline", {}),)


async def everything_is_done(house: Apart, told: Told, lamp: str) -> None:
    """A resident's case `lamp` up to the call-back; and two that a grid worker reports."""
    people = {who: await house.person(who) for who, _, _ in (*LAMP, *LAND, *NONE)}
    await _done(told, people, lamp, LAMP)
    for name, steps in (("land", LAND), ("none", NONE)):
        receipt = await people[_REPORTER].report(matter="project-land", unit=GRID, text="补偿未谈拢")
        told.cases[name] = receipt["number"]
        await _done(told, people, receipt["number"], steps)


async def _done(told: Told, people: dict[str, Person], number: str, steps: tuple[Step, ...]) -> None:
    for who, command, body in steps:
        await sends(told, people[who], number, command, **body)


async def sends(told: Told, person: Person, number: str, command: str, **body: Any) -> None:
    """Send the command with a name and a phone in every text that it takes."""
    words = {}
    for field in FREE[command]:
        name = told.mention(f"{command}.{field}")
        words[field] = f"已联系{name}（{told.phone(f'{command}.{field}, beside {name}')}），已说明"
    answer = await person.post(f"/cases/{number}/{command}", body | words)
    assert answer.status_code == httpx.codes.OK, f"{command}: {answer.text}"
