"""The workbooks of supervisors: everything a view shows, and nothing that a spreadsheet would run."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from api.pages.supervise.workbook import Column, Kind, TooManyRows, write_workbook
from models.base import Words
from models.clocks.calendar import CITY_ZONE
from tests.support.product import Product
from tests.support.supervising import (
    FORMULA,
    PAGES,
    began,
    furnished,
    local,
    plays,
    sheets,
)


async def test_the_board_as_a_workbook(product: Product) -> None:
    await furnished(product)
    reader = await product.reader("bishan-supervise")
    at = began() + timedelta(minutes=30)
    answer = await reader.get("/overdue.xlsx", at=local(at), unit="500120001", q="100001")
    assert answer.status_code == 200
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    book = sheets(answer.content)
    cases, about = book["超期案件"], book["说明"]
    head = [cell.value for cell in cases[1]]
    row = dict(zip(head, cases[2], strict=True))
    assert cases.max_row == 2
    assert cases.freeze_panes == "B2"
    assert row["案件编号"].value == plays()["idle"].case.number
    assert (row["地址"].value, row["地址"].data_type, row["地址"].quotePrefix) == (FORMULA, "s", True)
    assert (row["描述"].value, row["描述"].data_type) == ("+86 路灯不亮", "s")
    assert row["上报时间"].value == began().astimezone(CITY_ZONE).replace(tzinfo=None)
    assert row["上报时间"].is_date
    assert isinstance(row["超期时长"].value, timedelta)
    assert "135" in str(row["时限规则"].value)
    told = {line[0].value: line[1].value for line in about.iter_rows()}
    assert told["条件：地域"] == "璧城街道"
    assert "韩明川" in str(told["导出人"])
    assert told["数据时刻（北京时间）"] == at.astimezone(CITY_ZONE).replace(tzinfo=None, second=0)
    assert str(told["定义"]).startswith("超期：")


@pytest.mark.parametrize(
    "path", ["/supervision.xlsx", *(f"{path}.xlsx" for path in PAGES if "reviews" in path)]
)
async def test_every_view_has_its_workbook(product: Product, path: str) -> None:
    await furnished(product)
    reader = await product.reader("bishan-supervise")
    answer = await reader.get(path)
    assert answer.status_code == 200, answer.text
    first, about = sheets(answer.content).worksheets
    assert first.cell(1, 1).value == "案件编号"
    assert about.cell(1, 1).value == "内容"
    stranger = await product.reader("qianjiang-supervise")
    assert sheets((await stranger.get(path)).content).worksheets[0].max_row == 1


async def test_a_workbook_has_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.pages.supervise.workbook.MOST_ROWS", 3)
    columns = [Column[str](Words(zh="值", en="value"), lambda value: value, Kind.TEXT)]

    async def batches(count: int) -> Any:
        for n in range(count):
            yield [f"@{n}"]

    title = Words(zh="表", en="sheet")
    path, written = await write_workbook(columns, batches(3), [], title, "zh")
    assert written == 3
    values = [cell.value for cell in sheets(path.read_bytes())["表"]["A"]]
    assert values == ["值", "@0", "@1", "@2"]
    path.unlink()
    with pytest.raises(TooManyRows):
        await write_workbook(columns, batches(4), [], title, "zh")
