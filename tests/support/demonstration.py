"""A day's work to look at: the stories, and a street with something on every desk.

Everything is done by people over the API, on the real tree; nothing is written past the product.
"""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import Any, Final

from models.base import Words
from models.city.demonstration import demo_people
from runtime.stories.faults import Refused
from runtime.stories.player import play
from runtime.stories.stage import Stage
from runtime.stories.story import Step, Story, load_stories, place_id
from tests.support.administration import something_to_administer
from tests.support.product import DEMO_PASSWORD, Product
from tests.support.records import eventually, rows
from tests.support.residents import report_as_resident

_NOTHING: Final = Words(zh="", en="")
_SOON: Final = {"kind": "continuous", "amount": 2}
"""A limit of two seconds: the clock of whoever gets it is red when the day is looked at."""

Deed = tuple[str, str, dict[str, Any]]
"""Who, does what, with which body."""


def _by_community(lead: str) -> list[Deed]:
    return [("dongguan", "accept", {"triage": "共事"}), ("dongguan", "dispatch", {"lead": lead})]


def _by_street(lead: str, **more: Any) -> list[Deed]:
    return [
        ("bicheng-dispatch", "accept", {"triage": "公事"}),
        ("bicheng-dispatch", "dispatch", {"lead": lead, **more}),
    ]


def _report(who: str, matter: str, text: str, unit: str = "@dongguan-g18", **more: Any) -> Deed:
    return who, "report", {"matter": matter, "unit": unit, "text": text, **more}


_HOTLINE: Final[dict[str, Any]] = {
    "channel": "hotline",
    "contact": {"name": "龙秀英", "phone": "13800000021"},
}
_NEAR: Final[dict[str, Any]] = {"latitude": 29.5921, "longitude": 106.2271}

DAY: Final[dict[str, list[Deed]]] = {
    # Nobody has accepted them yet; two of them are the same manhole.
    "new": [_report("dongguan-g17", "road-damage", "人行道地砖松动，雨天溅水", "@dongguan-g17")],
    "manhole": [
        _report("dongguan-g18", "manhole-cover", "路口井盖缺一角，已放警示桩", address="向阳街12号", **_NEAR)
    ],
    "same-manhole": [
        _report("dongguan-g18-a", "manhole-cover", "井盖坏了，电动车容易摔", address="向阳街14号", **_NEAR)
    ],
    "hotline": [
        _report("bicheng-dispatch", "grassroots-burden", "热线：同一张表一周报了三次", "@bicheng", **_HOTLINE)
    ],
    # In the pool of a section, and of the community.
    "pool": [
        _report("bicheng-dispatch", "project-land", "项目地块边角地补偿未谈拢", "@bicheng"),
        *_by_street("@bicheng-jingji"),
    ],
    "pool-safety": [
        _report("bicheng-dispatch", "joint-enforcement", "农贸市场周边占道，请联合整治", "@bicheng"),
        *_by_street("@bicheng-pingan", instruction="周三上午一起去"),
    ],
    "pool-grid": [
        _report("dongguan", "street-lamp", "健身步道三盏路灯不亮"),
        *_by_community("@dongguan-g18"),
    ],
    "pool-grid-2": [
        _report("dongguan", "elderly-alone-visit", "82岁独居老人，本周未见出门"),
        *_by_community("@dongguan-g18"),
    ],
    # On its way: claimed, on the scene, asked for more time, for a pause.
    "mine": [
        _report("dongguan", "parking", "单元门口被三轮车堵住"),
        *_by_community("@dongguan-g18"),
        ("dongguan-g18", "claim", {}),
        ("dongguan-g18", "arrive", {"note": "车主不在，正在联系"}),
    ],
    "extension": [
        _report("bicheng-dispatch", "project-land", "围挡占了半幅路，居民绕行", "@bicheng"),
        *_by_street("@bicheng-pingan"),
        ("bicheng-pingan", "claim", {}),
        ("bicheng-pingan", "request-extension", {"amount": 2, "reason": "等待产权单位出具图纸"}),
    ],
    "suspension": [
        _report("bicheng-dispatch", "road-widening", "学校门口道路过窄，接送时段拥堵", "@bicheng"),
        *_by_street("@bicheng-minsheng"),
        ("bicheng-minsheng", "claim", {}),
        (
            "bicheng-minsheng",
            "request-suspension",
            {"review_on": {"days_ahead": 60}, "reason": "列入下季度项目，等待资金"},
        ),
    ],
    "returned": [
        _report("bicheng-dispatch", "joint-enforcement", "河边夜市噪声与油烟", "@bicheng"),
        *_by_street("@bicheng-minsheng"),
        ("bicheng-minsheng", "return", {"reason": "属综合执法事项，建议由平安法治板块牵头"}),
    ],
    # Departments are called, and have not come.
    "whistled": [
        _report("dongguan-g18", "dangling-cable", "线缆垂落到人行道，高度不足两米", **_NEAR),
        *_by_street("@bicheng-minsheng"),
        (
            "bicheng-dispatch",
            "whistle",
            {
                "ground": "strong_issue",
                "units": ["@bishan-gongdian", "@bishan-chengguan"],
                "reason": "需产权单位处置",
            },
        ),
        ("bishan-chengguan", "sign", {}),
    ],
    # Late, and everybody has been told.
    "late": [
        _report("dongguan-g18", "gas-leak", "楼道有燃气味，已关总阀、疏散住户", **_NEAR),
        *_by_street("@dongguan"),
        ("dongguan", "claim", {}),
        ("bicheng-dispatch", "plan-milestone", {"key": "valve", "name": "关阀并通风", "budget": _SOON}),
    ],
    "late-street": [
        _report("bicheng-dispatch", "joint-enforcement", "违规烟花爆竹仓库线索", "@bicheng"),
        *_by_street("@bicheng-pingan"),
        ("bicheng-pingan", "claim", {}),
        ("bicheng-dispatch", "plan-milestone", {"key": "seal", "name": "现场查封", "budget": _SOON}),
        ("bicheng-supervise", "supervise", {"text": "请说明进展，今天之内答复"}),
        ("bicheng-supervise", "urge", {"note": "请抓紧"}),
    ],
    # Done: to be verified, sent back, to be called back, closed.
    "verify": [
        _report("dongguan", "rubbish", "垃圾房旁大件垃圾堆放"),
        *_by_community("@dongguan-g18"),
        ("dongguan-g18", "claim", {}),
        ("dongguan-g18", "arrive", {}),
        ("dongguan-g18", "handle", {"note": "已清运，地面冲洗"}),
    ],
    "rework": [
        _report("dongguan", "greenery", "行道树枝遮挡路灯"),
        *_by_community("@dongguan-g18"),
        ("dongguan-g18", "claim", {}),
        ("dongguan-g18", "handle", {"note": "已修剪"}),
        ("dongguan-2", "rework", {"reason": "路口一侧仍有遮挡"}),
    ],
    "call-back": [
        _report("dongguan", "estate-gate", "小区道闸抬不起来", **_HOTLINE),
        *_by_community("@dongguan-g18"),
        ("dongguan-g18", "claim", {}),
        ("dongguan-g18", "handle", {"note": "物业已更换电机"}),
        ("dongguan-2", "verify", {"note": "现场试过"}),
    ],
    "closed": [
        _report("dongguan", "barrier-free", "坡道扶手松动"),
        *_by_community("@dongguan-g18"),
        ("dongguan-g18", "claim", {}),
        ("dongguan-g18", "arrive", {}),
        ("dongguan-g18", "handle", {"note": "扶手已重新固定"}),
        ("dongguan-2", "verify", {}),
        ("dongguan-2", "call-back", {"resolved": True, "satisfied": True}),
    ],
}
"""By a name of its own, what happens to each case, in order."""
_SERVED: Final[list[Deed]] = [
    ("dongguan", "accept", {"triage": "私事"}),
    ("dongguan", "dispatch", {"lead": place_id("dongguan-g18")}),
    ("dongguan-g18", "claim", {}),
    ("dongguan-g18", "arrive", {}),
    ("dongguan-g18", "handle", {"note": "已更换声控灯"}),
    ("dongguan-2", "verify", {}),
]
"""What becomes of the resident's report."""
_PICTURED: Final = {
    ("manhole", "report"): ("Manhole cover, one corner gone",),
    ("closed", "report"): ("Handrail loose",),
    ("closed", "handle"): ("Handrail fixed",),
    ("verify", "handle"): ("Cleared and washed",),
}


@dataclass
class Demonstration:
    """What was played."""

    tracking: str = ""
    """The code by which a resident follows the report of a dark stairway, handled and verified."""
    administered: dict[str, str] = field(default_factory=dict)
    """What an administrator may look at: see `tests.support.administration`."""
    numbers: dict[str, str] = field(default_factory=dict)
    """Numbers of cases: those of the day by their names there, those of stories by the story's key."""

    def values(self) -> dict[str, str]:
        """What `{…}` in the addresses of tests/pages.toml stands for: cases by name, and a few places."""
        people = {person.login: person for person in demo_people()}
        places = {
            "grid": "dongguan-g18",
            "community": "dongguan",
            "street": "bicheng",
            "section": "bicheng-pingan",
        }
        return {
            **self.numbers,
            **self.administered,
            **{name: place_id(place) for name, place in places.items()},
            "tracking": self.tracking,
            "person": people["dongguan-two"].id,
            "post": people["dongguan-two"].post_ids[0],
        }


def the_day() -> Story:
    """The day as a story, so that the stories' player plays it."""
    steps = [
        Step(
            who=who, does=does, case=case, body=body, words=_NOTHING, photos=_PICTURED.get((case, does), ())
        )
        for case, deeds in DAY.items()
        for who, does, body in deeds
    ]  # fmt: skip
    return Story(key="day", number=99, title=_NOTHING, source=_NOTHING, ending=_NOTHING, steps=tuple(steps))


async def demonstrate(product: Product, *stories: str) -> Demonstration:
    """Play the day and these stories (all, unless named), and wait until they can be read.

    Some limits of the day are two seconds: they are red at the end.
    """
    stage = Stage(product.http, DEMO_PASSWORD)
    run = uuid.uuid4().hex[:8]
    shown = Demonstration()
    versions: dict[str, int] = {}

    async def perform(story: Story) -> None:
        done = 0
        try:
            async for played in play(story, stage, run):
                done += 1
                name = played.step.case if story.key == "day" else story.key
                shown.numbers.setdefault(name, played.number)
                versions[played.number] = max(versions.get(played.number, 0), played.receipt["version"])
        except Refused as refused:
            refused.add_note(f"in the story “{story.key}”, at {story.steps[done]!r}")
            raise

    chosen = [story for story in load_stories() if not stories or story.key in stories]

    async def serve_a_resident() -> None:
        followed = await report_as_resident(
            product, place_id("dongguan-g18"), "楼道灯坏了，晚上看不见台阶", "street-lamp"
        )
        shown.tracking, shown.numbers["resident"] = followed.code, followed.number
        for who, does, body in _SERVED:
            receipt = await (await product.person(who)).sends(followed.number, does, **body)
            versions[followed.number] = receipt["version"]

    async def administer() -> None:
        shown.administered = await something_to_administer(product)

    await asyncio.gather(serve_a_resident(), administer(), *map(perform, (the_day(), *chosen)))

    async def behind() -> list[str]:
        read = {
            row["number"]: row["version"] for row in await rows(product, "SELECT number, version FROM cases")
        }
        return [number for number, version in versions.items() if read.get(number, -1) < version]

    async def not_yet_red() -> list[dict[str, Any]]:
        numbers = [shown.numbers["late"], shown.numbers["late-street"]]
        return await rows(
            product,
            "SELECT number FROM cases WHERE red_at > now() AND number = ANY(:numbers)",
            numbers=numbers,
        )

    await eventually(behind, lambda found: not found)
    await eventually(not_yet_red, lambda found: not found)
    return shown
