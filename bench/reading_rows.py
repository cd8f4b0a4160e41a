"""Rows for the measure *Reading*: a life of `bench.reading_lives` as COPY's text, at any place and time."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, NamedTuple

from bench.reading_lives import (
    ADDRESS,
    COMMUNITY,
    COMMUNITY_NAME,
    DISTRICT,
    DISTRICT_NAME,
    GRID,
    GRID_NAME,
    LATITUDE,
    LONGITUDE,
    MERGED,
    NUMBER,
    RESIDENT,
    STREET,
    STREET_NAME,
    TEXT,
    Life,
)
from models.queries.case_rows import rows
from models.queries.search_words import keys

TABLES: Final = {
    "case": "cases",
    "facts": "facts",
    "tasks": "tasks",
    "orders": "orders",
    "opened": "clocks",
    "messages": "messages",
}
"""The parts of a projection, and the tables they go to; words have a table and a way of their own."""
_INSTANT: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)"
_MARK: Final = re.compile(f"([\ue000-\ue0ff]|{_INSTANT}|{LATITUDE}|{LONGITUDE})")
_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Place(NamedTuple):
    """A grid, with the units it lies in: ids and names, and about where it is."""

    district: str
    street: str
    community: str
    grid: str
    district_name: str
    street_name: str
    community_name: str
    grid_name: str
    latitude: float
    longitude: float


def field(value: Any) -> str:
    """A value as a field of COPY's text format."""
    match value:
        case None:
            return "\\N"
        case bool():
            return "t" if value else "f"
        case list() | tuple():
            inner = ",".join(
                '"' + str(item).replace("\\", "\\\\").replace('"', '\\"') + '"' for item in value
            )
            return ("{" + inner + "}").translate(_ESCAPED)
        case dict():
            return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED)
        case _:
            return str(value).translate(_ESCAPED)


class Pattern:
    """A life as text with gaps: what differs from case to case is put in when a case is made of it."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.length = life.now - life.facts[0].at
        written = rows(life.known, life.facts)
        self.columns: dict[str, list[str]] = {}
        self._texts: dict[str, list[str]] = {}
        self._gaps: dict[str, list[str]] = {}
        for part, table in TABLES.items():
            found: Any = getattr(written, part)
            found = found if isinstance(found, list) else [found]
            if found:
                self.columns[table] = list(found[0])
            lines = "".join("\ue0f0" + "\t".join(map(field, row.values())) + "\n" for row in found)
            texts = _MARK.split(lines)
            self._texts[table], self._gaps[table] = texts, texts[1::2]
        marks = {mark for gaps in self._gaps.values() for mark in gaps}
        self._instants = {mark: datetime.fromisoformat(mark) for mark in marks if mark[4:5] == "-"}

    def case(
        self, place: Place, number: str, start: datetime, text: str, address: str, slot: str
    ) -> dict[str, str]:
        """The lines of each table for a case that is reported at `start`; each line begins with `slot`."""
        shift = start - self.life.facts[0].at
        gaps = {
            mark: (instant + shift).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            for mark, instant in self._instants.items()
        }
        gaps |= {
            "\ue0f0": slot,
            NUMBER: number, TEXT: text, ADDRESS: address, RESIDENT: number[-6:], MERGED: number,
            DISTRICT: place.district, STREET: place.street, COMMUNITY: place.community, GRID: place.grid,
            DISTRICT_NAME: place.district_name, STREET_NAME: place.street_name,
            COMMUNITY_NAME: place.community_name, GRID_NAME: place.grid_name,
            str(LATITUDE): f"{place.latitude:.5f}", str(LONGITUDE): f"{place.longitude:.5f}",
        }  # fmt: skip
        filled = {}
        for table, texts in self._texts.items():
            texts[1::2] = map(gaps.__getitem__, self._gaps[table])
            filled[table] = "".join(texts)
        return filled

    def words(self, place: Place, text: str, address: str) -> str:
        """What a search looks through, but for the number."""
        where = f"{place.grid_name} {address} {text}"
        return f"{self.life.case.matter.name.zh} {where}".lower()

    def slack(self) -> timedelta:
        """How long after its last step nothing more happens by itself."""
        red = [i for clock in self.life.case.clocks for i in (clock.yellow_at, clock.red_at) if i is not None]
        ahead = [instant - self.life.now for instant in red if instant > self.life.now]
        return min(ahead, default=timedelta(hours=6))


def words_fields(words: str, reported_at: datetime) -> str:
    """The words, by what they are found, and by whom: that is still to be filled in."""
    return f"{field(words)}\t{field(keys(words, reported_at))}\t{field([])}"


_ROADS: Final = [
    "东林大道",
    "金剑路",
    "双星大道",
    "文风路",
    "新胜路",
    "铁山路",
    "中山北路",
    "解放路",
    "人民街",
    "沿江路",
    "建设路",
    "龙湖路",
    "学府路",
    "站前街",
    "滨河路",
    "观音桥路",
    "石桥铺路",
    "红旗河沟",
    "民族路",
    "凤天大道",
    "天星路",
    "大石路",
    "白马街",
    "桃源路",
    "香山路",
    "迎宾大道",
    "渝州路",
    "金开大道",
    "长江路",
    "翠湖路",
]
_SPOTS: Final = [
    "小区门口",
    "单元楼下",
    "地下车库",
    "消防通道",
    "人行道",
    "公交站旁",
    "菜市场入口",
    "学校门前",
    "河边步道",
    "绿化带",
    "垃圾站",
    "楼顶",
    "电梯间",
    "配电房",
    "背街小巷",
    "广场",
    "篮球场",
    "幼儿园围墙",
    "桥下",
    "工地围挡",
    "施工路段",
    "停车场",
    "化粪池",
    "居民楼外墙",
    "商铺门前",
    "老年活动中心",
    "卫生室",
    "坡坎",
]
_HAPPENED: Final = [
    "路灯不亮",
    "井盖破损",
    "污水外溢",
    "垃圾堆积",
    "噪音扰民",
    "占道经营",
    "车辆乱停",
    "墙体开裂",
    "水管爆裂",
    "电线裸露",
    "树枝倒伏",
    "高空抛物",
    "宠物伤人",
    "油烟污染",
    "违章搭建",
    "楼道堆物",
    "电动车飞线充电",
    "老人走失",
    "邻里纠纷",
    "拖欠工资",
    "房屋漏水",
    "燃气异味",
    "边坡落石",
    "积水严重",
    "设施损坏",
    "广告牌松动",
    "围挡倾斜",
    "烟雾报警",
    "手机信号差",
    "自来水停水",
    "路面塌陷",
    "健身器材断裂",
    "流浪犬聚集",
    "蚊虫滋生",
    "护栏缺失",
]
_SINCE: Final = [
    "今天早上",
    "昨晚",
    "已有三天",
    "近一周",
    "长期",
    "刚刚",
    "下雨之后",
    "节后",
    "夜间",
    "上午十点",
]
_WISHES: Final = [
    "请尽快处理",
    "希望派人查看",
    "影响出行",
    "存在安全隐患",
    "多次反映未果",
    "请协调物业",
    "老人小孩不便",
    "请联系反映人",
    "建议加强巡查",
    "望予解决",
]


def told(random: Random) -> str:
    """What somebody reports, in words that differ from case to case."""
    choose = random.choice
    more = f"，{choose(_SPOTS)}也有{choose(_HAPPENED)}" if random.random() < 0.3 else ""
    floor = f"{random.randint(1, 60)}号楼" if random.random() < 0.5 else ""
    return f"{choose(_SINCE)}{floor}{choose(_SPOTS)}{choose(_HAPPENED)}{more}，{choose(_WISHES)}"


def street_address(place: Place, random: Random) -> str:
    """An address in the community."""
    return f"{place.community_name}{random.choice(_ROADS)}{random.randint(1, 320)}号"


def searched(random: Random) -> str:
    """Words that somebody looks for: a thing, a road, a spot, or two of them."""
    pool = random.choice((_HAPPENED, _ROADS, _SPOTS))
    first = random.choice(pool)
    if random.random() < 0.3:
        return f"{first} {random.choice(_HAPPENED)}"
    return first if random.random() < 0.5 else first[:2]


def columns_of(patterns: list[Pattern]) -> Mapping[str, list[str]]:
    """The columns of each table in the order of the lines."""
    return {table: columns for pattern in patterns for table, columns in pattern.columns.items()}
