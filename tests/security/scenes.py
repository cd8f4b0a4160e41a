"""A case at each stage, brought there by people, with as many relations to it as a case can have.

The matter enters at the street; a grid worker of the neighbouring grid reported it. From the beginning the
street has whistled a department and been told to answer a supervision order. From the dispatch on a section
leads, community and grid assist, and the section owes an answer too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from models.case.state import Stage
from tests.security.cast import COMMUNITY, DEPARTMENT, DISTRICT, PLACE, REPORTER, SECTION, STREET
from tests.security.probes import MILESTONE
from tests.security.rights import Scene
from tests.support.product import Product

MATTER: Final = "project-land"
_WAY: Final[dict[Stage, tuple[tuple[str, str, dict[str, Any]], ...]]] = {
    Stage.REPORTED: (
        (
            "bicheng-dispatch",
            "whistle",
            {"ground": "strong_issue", "units": [DEPARTMENT], "reason": "需联合处置"},
        ),
        ("bicheng-supervise", "supervise", {"text": "请说明进展"}),
        ("bicheng-dispatch", "plan-milestone", MILESTONE),
    ),
    Stage.ACCEPTED: (("bicheng-dispatch", "accept", {}),),
    Stage.HANDLING: (
        ("bicheng-dispatch", "dispatch", {"lead": SECTION, "assisting": [COMMUNITY, PLACE]}),
        ("bishan-supervise", "supervise", {"unit": SECTION, "text": "请答复"}),
    ),
    Stage.VERIFYING: (
        ("bicheng-minsheng", "claim", {}),
        ("bicheng-minsheng", "handle", {"note": "已协调"}),
    ),
    Stage.CALLING_BACK: (("bicheng-dispatch", "verify", {}),),
    Stage.CLOSED: (("bicheng-dispatch", "call-back", {"resolved": True, "satisfied": True}),),
    Stage.DECLINED: (("bicheng-dispatch", "decline", {"reason": "不属实"}),),
    Stage.MERGED: (("bicheng-dispatch", "merge", {"into": "…"}),),
    Stage.VOIDED: (
        ("bicheng-dispatch", "void", {"reason": "误报"}),
        ("bicheng-command", "approve", {}),
    ),
}
_LOOP: Final = (
    Stage.REPORTED,
    Stage.ACCEPTED,
    Stage.HANDLING,
    Stage.VERIFYING,
    Stage.CALLING_BACK,
    Stage.CLOSED,
)
BY_HAND: Final = (*_LOOP, Stage.DECLINED, Stage.MERGED, Stage.VOIDED)
"""Every stage but `archived`, to which only time leads."""


async def brought_to(product: Product, stage: Stage, target: str = "") -> Scene:
    """A fresh case at `stage`; a merged one went into the case `target`."""
    reporter = await product.person(REPORTER)
    receipt = await reporter.report(matter=MATTER, unit=PLACE, urgency="ordinary", text="补偿未谈拢")
    scene = Scene(
        stage=Stage.REPORTED,
        number=receipt["number"],
        place=PLACE,
        holder=STREET,
        reporter=REPORTER,
        whistled=frozenset({DEPARTMENT}),
        whistlers=frozenset({STREET}),
        ordered=frozenset({STREET}),
        supervisors=frozenset({STREET}),
    )
    on_the_way = _LOOP[: _LOOP.index(stage) + 1] if stage in _LOOP else (Stage.REPORTED, stage)
    for step in on_the_way:
        for login, command, body in _WAY[step]:
            said = {"into": target} if command == "merge" else body
            answer = await (await product.person(login)).post(f"/cases/{scene.number}/{command}", said)
            assert answer.status_code == 200, f"{command}: {answer.text}"
        assert answer.json()["stage"] == step
        scene = replace(scene, stage=step)
        if step is Stage.HANDLING:
            scene = replace(
                scene,
                tasks=frozenset({SECTION, COMMUNITY, PLACE}),
                ordered=scene.ordered | {SECTION},
                supervisors=scene.supervisors | {DISTRICT},
            )
    return scene


async def elsewhere(product: Product) -> Scene:
    """An open case of another district, seen by everybody there who sees cases at all."""
    place, street, district = "500114107001-g1", "500114107", "500114"
    reporter, dispatcher = await product.person("shengdi-g1-b"), await product.person("heixi-dispatch")
    receipt = await reporter.report(matter=MATTER, unit=place, urgency="ordinary", text="地块围挡")
    number = receipt["number"]
    section, department = f"{street}-minsheng", f"{district}-chengguan"
    await dispatcher.sends(number, "whistle", ground="strong_issue", units=[department], reason="需联合处置")
    await dispatcher.sends(number, "accept")
    await dispatcher.sends(number, "dispatch", lead=section)
    return Scene(
        stage=Stage.HANDLING,
        number=number,
        place=place,
        holder=street,
        reporter="shengdi-g1-b",
        tasks=frozenset({section}),
        whistled=frozenset({department}),
        whistlers=frozenset({street}),
    )
