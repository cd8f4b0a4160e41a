"""A year's arrangement read from text."""

from __future__ import annotations

from datetime import date

import pytest

from models.base import Words
from models.clocks.notice import read_notice

NOTICE = """
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（周五）至11日（周四）放假调休，共7天。2月14日（周日）、20日（周六）上班。
3. 国庆节、中秋节：2027年10月1日至7日放假调休，共7天。9月26日（周日）、10月9日（周六）上班。
"""
ROWS = "name,first,last,work\n元旦,2027-01-01,2027-01-03,\n春节,2027-02-05,2027-02-11,2027-02-14 2027-02-20\n"


def test_the_sentences_of_a_notice() -> None:
    read = read_notice(NOTICE, 2027)
    assert read.faults == ()
    new_year, spring, national = read.holidays
    assert new_year.name == Words(zh="元旦", en="New Year's Day")
    assert (new_year.first, new_year.last, new_year.work) == (date(2027, 1, 1), date(2027, 1, 3), ())
    assert (spring.first, spring.last) == (date(2027, 2, 5), date(2027, 2, 11))
    assert spring.work == (date(2027, 2, 14), date(2027, 2, 20))
    assert national.work == (date(2027, 9, 26), date(2027, 10, 9))


def test_rows_with_a_heading_and_a_holiday_of_one_day() -> None:
    read = read_notice("\ufeff" + ROWS + "清明节,2027-04-05\n厂庆,2027-05-20,\n", 2027)
    assert read.faults == ()
    assert [off.name.en for off in read.holidays] == [
        "New Year's Day",
        "Spring Festival",
        "Qingming Festival",
        "厂庆",
    ]
    assert read.holidays[2].last == date(2027, 4, 5)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("元旦：另行通知", "which days are off"),
        ("元旦：放假", "which days are off"),
        ("元旦：1日放假", "without its month"),
        ("春节：2月30日放假", "no 30/2"),
        ("春节：2月11日至5日放假", "before it begins"),
        ("春节：2月5日放假。2月8日上班", "no weekend day"),
        ("元旦,2027-1-1", "2027-01-01"),
        ("元旦", "Write name,first,last"),
        (",2027-01-01", "Write name,first,last"),
        ("a,b,c,d,e", "Write name,first,last"),
    ],
)
def test_a_line_that_does_not_fit_is_a_fault_with_its_number(line: str, what: str) -> None:
    read = read_notice(f"{ROWS}{line}\n", 2027)
    (fault,) = read.faults
    assert fault.line == 4
    assert what in fault.words.en


def test_days_of_another_year_and_empty_texts_are_faults() -> None:
    (other,) = read_notice("元旦,2026-12-31,2027-01-01", 2027).faults
    assert "not in 2027" in other.words.en
    (empty,) = read_notice("\n  \n", 2027).faults
    assert "no holidays" in empty.words.en
