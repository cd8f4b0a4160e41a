"""Reading over HTTP: lists, a case and its timeline, overdue, desk and inbox; also from the workflow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.base import Urgency
from tests.support import world
from tests.support.play import Play
from tests.support.product import Person, Product
from tests.support.reading import write

GRID = "500120001005-g18"


async def reported(product: Product, **body: Any) -> tuple[Person, str]:
    """A grid worker's report, and its number."""
    worker = await product.person("dongguan-g18")
    receipt = await worker.report(
        matter="street-lamp", unit=GRID, text="路灯不亮", address="向阳街230号", **body
    )
    return worker, receipt["number"]


async def test_a_case_is_found_in_lists_and_read_with_its_words_names_and_commands(product: Product) -> None:
    worker, number = await reported(product, contact={"name": "王小明", "phone": "13812345678"})
    listed = (await worker.get("/cases", q=number)).json()
    assert [line["number"] for line in listed["items"]] == [number]
    assert listed["next"] is None
    assert listed["items"][0]["place"]["name"] == "璧城街道东关社区18网格"
    officer = await product.person("dongguan")
    case = (await officer.get(f"/cases/{number}")).json()
    assert (case["number"], case["from"], case["stage"]) == (number, "records", "reported")
    assert {"accept", "decline"} <= set(case["commands"])
    assert case["commands"] != (await worker.get(f"/cases/{number}")).json()["commands"]
    assert {clock["stage"] for clock in case["clocks"]} >= {"accept"}
    for clock in case["clocks"]:
        assert "第1版" in clock["why"]["zh"]
        assert clock["light"] == "green"
    assert case["names"]["500120001005"] == "东关社区"
    assert "董嘉木" in case["names"].values()
    (contact,) = case["contacts"].values()
    assert contact == {"name": "王**", "phone": "138****5678", "erased": False}
    assert "王小明" not in str(case)


async def test_a_foreign_case_is_as_good_as_none(product: Product) -> None:
    worker, number = await reported(product)
    for login in ("shengdi", "shengdi-g1", "bicheng-device", "bishan-chengguan"):
        stranger = await product.person(login)
        answers = [
            await stranger.get(f"/cases/{wanted}{path}", **{"from": source})
            for wanted in (number, "20200101-000001")
            for path in ("", "/timeline")
            for source in ("records", "workflow")
        ]
        assert {answer.status_code for answer in answers} == {404}
        bodies = [{k: v for k, v in answer.json().items() if k != "instance"} for answer in answers]
        assert bodies[0] == bodies[4], login
        assert (await stranger.get("/cases", q=number)).json()["items"] == []
    assert (await worker.get(f"/cases/{number}")).status_code == 200


async def test_the_workflow_tells_the_same_as_the_records(product: Product) -> None:
    worker, number = await reported(product)
    records = (await worker.get(f"/cases/{number}")).json()
    workflow = (await worker.get(f"/cases/{number}", **{"from": "workflow"})).json()
    assert workflow["from"] == "workflow"
    for field in ("number", "version", "stage", "light", "commands", "case"):
        assert workflow[field] == records[field], field
    words = {clock["id"]: clock["why"] for clock in records["clocks"]}
    assert {clock["id"]: clock["why"] for clock in workflow["clocks"]} == words
    told = (await worker.get(f"/cases/{number}/timeline")).json()
    asked = (await worker.get(f"/cases/{number}/timeline", **{"from": "workflow"})).json()
    assert asked["entries"] == told["entries"]
    assert asked["bands"] == told["bands"]
    assert told["complete"] is asked["complete"] is True
    assert told["entries"][0]["words"]["zh"].startswith("上报")
    assert {entry["actor"]["person"] for entry in told["entries"]} & told["names"].keys()


@pytest.mark.parametrize(
    "params",
    [
        {"stage": "nowhere"},
        {"light": "blue"},
        {"reported_from": "2026-03-02T00:00:00"},
        {"limit": 0},
        {"limit": 201},
        {"order": "random"},
        {"nonsense": "1"},
        {"q": "x" * 101},
    ],
)
async def test_filters_that_make_no_sense_are_faults_of_their_field(
    product: Product, params: dict[str, object]
) -> None:
    worker = await product.person("dongguan-g18")
    answer = await worker.get("/cases", **params)
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert fault["field"].split(".")[1] == next(iter(params))


@pytest.mark.parametrize("path", ["/cases", "/overdue", "/tasks/mine", "/inbox"])
async def test_a_bad_cursor_is_told_as_one(product: Product, path: str) -> None:
    worker = await product.person("dongguan-g18")
    answer = await worker.get(path, cursor="bm90aGluZw")
    assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid")


async def test_the_desk_and_the_inbox_follow_a_case(product: Product) -> None:
    worker, number = await reported(product)
    officer = await product.person("dongguan")
    told = (await officer.get("/inbox")).json()
    assert number in {message["id"]["case"] for message in told["items"]}
    await officer.sends(number, "accept")
    await officer.sends(number, "dispatch", lead=GRID)
    desk = (await worker.get("/tasks")).json()
    assert number in {line["case"]["number"] for line in desk["claimable"]["items"]}
    assert desk["unread"] > 0
    await worker.sends(number, "claim")
    mine = (await worker.get("/tasks/mine")).json()
    assert number in {line["case"]["number"] for line in mine["items"]}
    claimable = (await worker.get("/tasks/claimable")).json()
    assert number not in {line["case"]["number"] for line in claimable["items"]}
    own = [m["id"] for m in (await worker.get("/inbox", unread=True)).json()["items"]]
    marked = await worker.post("/inbox/read", {"messages": own[:1]})
    assert marked.json() == {"marked": 1, "unread": len(own) - 1}
    assert (await worker.post("/inbox/read")).json() == {"marked": len(own) - 1, "unread": 0}
    assert (await worker.get("/inbox", unread=True)).json() == {"items": [], "next": None, "unread": 0}
    assert (await worker.post("/inbox/read", {"everything": True})).status_code == 422


async def test_a_request_waits_for_whoever_may_decide_it(product: Product) -> None:
    worker, number = await reported(product)
    officer, commander = await product.person("dongguan"), await product.person("bicheng-command")
    await officer.sends(number, "accept")
    day = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    await officer.sends(number, "request-suspension", review_on=day, reason="待资金到位")
    waiting = (await commander.get("/tasks")).json()["waiting"]
    assert (number, "request") in {(line["case"]["number"], line["kind"]) for line in waiting}
    assert (await worker.get("/tasks")).json()["waiting"] == []


@pytest.mark.parametrize("at", [None, "2026-03-02", "2026-03-02T09:00:00+08:00"])
async def test_overdue_now_and_then(product: Product, at: str | None) -> None:
    auditor = await product.person("bishan-audit")
    params = {} if at is None else {"at": at}
    listed = await auditor.get("/overdue", **params)
    assert listed.status_code == 200, listed.text
    board = (await auditor.get("/overdue/summary", **params)).json()
    assert len(listed.json()["items"]) == board["total"]
    if at is not None:
        day_end, instant = "2026-03-02T16:00:00Z", "2026-03-02T01:00:00Z"
        assert board["at"] == listed.json()["at"] == (day_end if len(at) == 10 else instant)


@pytest.mark.parametrize("at", ["2126-03-02", "2126-03-02T09:00:00Z", "2026-03-02T09:00:00", "yesterday"])
async def test_overdue_in_the_future_or_at_no_instant(product: Product, at: str) -> None:
    auditor = await product.person("bishan-audit")
    for path in ("/overdue", "/overdue/summary"):
        assert (await auditor.get(path, at=at)).status_code == 422
    assert (await auditor.get("/overdue/summary", unit="50-nowhere")).status_code == 404


async def test_lateness_is_in_seconds_with_rule_and_stays(product: Product) -> None:
    """A red order that nobody touches: the limit for arriving ran out after five minutes."""
    began = datetime.now(UTC) - timedelta(minutes=7)
    late = Play.reported(world.dossier(Urgency.CRITICAL, number="20200101-000001"), at=began)
    await write(product.services.database, late.until(began + timedelta(minutes=6)))
    auditor = await product.person("bishan-audit")
    then = began + timedelta(minutes=5, seconds=30)
    listed = await auditor.get("/overdue", at=then.isoformat(), q=late.case.number)
    (item,) = listed.json()["items"]
    (clock,) = [clock for clock in item["clocks"] if clock["stage"] == "arrive"]
    assert clock["late"] == 30.0
    assert clock["policy"]["id"] == "135"
    assert clock["policy"]["standing"] == "project_default"
    assert "到场期限5分钟" in clock["why"]["zh"]
    assert sum(stay["spent"] for stay in item["stays"]) == 330.0
    assert {stay["paused"] for stay in item["stays"]} == {0.0}
    board = (await auditor.get("/overdue/summary", at=then.isoformat(), q=late.case.number)).json()
    assert (board["total"], board["units"][0]["critical"]) == (1, 1)


async def test_nobody_reads_without_signing_in(product: Product) -> None:
    for path in ("/cases", "/cases/20260302-000017", "/cases/20260302-000017/timeline", "/overdue",
                 "/overdue/summary", "/tasks", "/tasks/mine", "/inbox", "/stream"):  # fmt: skip
        assert (await product.http.get(f"/api/v1{path}")).status_code == 401, path
