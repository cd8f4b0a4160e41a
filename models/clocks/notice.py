"""Reading a year's arrangement as text: lines of CSV, or the sentences in which notices announce it.

CSV has the columns name, first, last and, separated by spaces, the weekend days worked for it. In a notice a
holiday is one line: 元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
"""

from __future__ import annotations

import csv
import re
from datetime import date
from typing import Final, NamedTuple

from pydantic import ValidationError

from models.base import Words
from models.clocks.calendar import Arrangement

COLUMNS: Final = ("name", "first", "last", "work")
ENGLISH: Final[dict[str, str]] = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Qingming Festival",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
    "国庆节、中秋节": "National Day and Mid-Autumn Festival",
    "国庆节和中秋节": "National Day and Mid-Autumn Festival",
}
"""The national holidays; others keep their Chinese name in both languages."""

_HEAD: Final = re.compile(r"^\s*(?:[一二三四五六七八九十]+[、.．]|\d+[、.．])?\s*([^：:]{1,20})[：:](.+)$")
_DAY: Final = re.compile(
    r"(?:(?P<year>\d{4})年)?(?:(?P<month>\d{1,2})月)?(?P<day>\d{1,2})日(?:[（(][^）)]*[）)])?"
)
_OFF: Final = re.compile(r"^(?P<run>.*?)放假")
_ITEMS: Final = re.compile(r"[。；;，,]")


class NoticeFault(NamedTuple):
    """A line that cannot be read, and why."""

    line: int
    """Counted from 1."""
    words: Words


class Notice(NamedTuple):
    """What was read. Only a notice without faults may be published."""

    holidays: tuple[Arrangement, ...]
    faults: tuple[NoticeFault, ...]


def words_of(name: str) -> Words:
    """A holiday's name in both languages, from the Chinese one."""
    return Words(zh=name, en=ENGLISH.get(name, name))


def read_notice(text: str, year: int) -> Notice:
    """The holidays of `year` written in `text`; every line that does not fit is a fault with its number."""
    holidays: list[Arrangement] = []
    faults: list[NoticeFault] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or (number == 1 and line.strip("\ufeff ").startswith("name,")):
            continue
        try:
            holidays.append(_sentence(line, year) if _HEAD.match(line) else _row(line))
        except ValidationError as error:
            message = error.errors()[0]["msg"].removeprefix("Value error, ")
            faults.append(NoticeFault(number, Words(zh=f"日期安排有误：{message}", en=message)))
        except ValueError as error:
            faults.append(NoticeFault(number, _said(error)))
    holidays.sort(key=lambda off: off.first)
    if not holidays and not faults:
        faults.append(NoticeFault(1, Words(zh="没有任何节假日", en="There are no holidays in it")))
    if any(day.year != year for off in holidays for day in (off.first, off.last, *off.work)):
        faults.append(NoticeFault(1, Words(zh=f"有日期不在 {year} 年", en=f"Some day is not in {year}")))
    return Notice(tuple(holidays), tuple(faults))


class _Unread(ValueError):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.words = Words(zh=zh, en=en)


def _said(error: ValueError) -> Words:
    if isinstance(error, _Unread):
        return error.words
    return Words(zh="日期应写作 2027-01-01", en="Write days as 2027-01-01")


def _row(line: str) -> Arrangement:
    cells = [cell.strip() for cell in next(csv.reader([line.strip("\ufeff ")]))]
    if not 2 <= len(cells) <= len(COLUMNS) or not cells[0]:
        raise _Unread(
            zh="应为：名称,开始日期,结束日期,调休上班日（以空格分隔），或通知原文的一行",
            en="Write name,first,last,days worked (separated by spaces), or a line of the notice",
        )
    name, first, last, work = [*cells, "", ""][:4]
    return Arrangement(
        name=words_of(name),
        first=date.fromisoformat(first),
        last=date.fromisoformat(last or first),
        work=tuple(date.fromisoformat(day) for day in work.split()),
    )


def _sentence(line: str, year: int) -> Arrangement:
    head = _HEAD.match(line)
    assert head is not None  # noqa: S101 - the caller has looked
    name, said = head[1].strip(), head[2]
    off = _OFF.search(said)
    if off is None or not (run := _dates(off["run"], year)):
        raise _Unread(zh="没有写明哪几天放假", en="It does not say which days are off")
    work = [day for part in _ITEMS.split(said[off.end() :]) for day in _dates(part, year)]
    return Arrangement(name=words_of(name), first=run[0], last=run[-1], work=tuple(work))


def _dates(text: str, year: int) -> list[date]:
    """The days named in `text`; one without a month is of the month named before it."""
    found: list[date] = []
    for match in _DAY.finditer(text):
        month = match["month"] or (str(found[-1].month) if found else None)
        if month is None:
            raise _Unread(zh="日期没有写月份", en="A day is named without its month")
        try:
            found.append(date(int(match["year"] or year), int(month), int(match["day"])))
        except ValueError as error:
            raise _Unread(
                zh=f"没有{month}月{match['day']}日这一天", en=f"There is no {match['day']}/{month}"
            ) from error
    return found
