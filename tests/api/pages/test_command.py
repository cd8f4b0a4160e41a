"""The wall and the live map over HTTP: whose figures, what is refused, and how many queries it takes."""

from __future__ import annotations

import re
from typing import Any, Final

from models.queries.pins import MOST
from runtime.settings import Settings
from tests.support.product import Product, serving
from tests.support.reading import statements
from tests.support.records import eventually, rows

STREET: Final = "500120001"
DISTRICT: Final = "500120"
COMMUNITY: Final = "500120001005"
GRID: Final = f"{COMMUNITY}-g18"
ELSEWHERE: Final = "500105003"


async def reported(product: Product, **body: Any) -> str:
    """A case in the grid of the story, as soon as pages can read it."""
    worker = await product.person("dongguan-g18")
    receipt = await worker.report(**({"matter": "street-lamp", "unit": GRID, "text": "路灯不亮"} | body))
    number: str = receipt["number"]
    await eventually(lambda: rows(product, "SELECT 1 FROM cases WHERE number = :number", number=number), bool)
    return number


async def test_the_wall_shows_figures_with_their_definitions(product: Product) -> None:
    number = await reported(product, urgency="critical", address="向阳街230号")
    commander = await product.reader("bicheng-command")
    wall = (await commander.get("/wall")).text
    assert "璧城街道" in wall
    assert "基层治理指挥中心" in wall
    assert re.search(rf'id="red-{number}"\s+class="order is-alarming may-pin"', wall)
    assert "发生在本辖区、尚未结案的案件，含挂起，不含演练。" in wall
    found = (await commander.get("/wall/figures.json")).json()
    assert found["unit"] == {"id": STREET, "name": "璧城街道"}
    assert found["standing"]["critical"] >= 1
    assert found["standing"]["open"] == sum(
        found["standing"][light] for light in ("green", "yellow", "red", "suspended")
    )
    assert found["flow"]["came"] == sum(hour["came"] for hour in found["flow"]["hours"]) >= 1
    assert re.search(rf'id="figure-open">{found["standing"]["open"]}<', wall)


async def test_for_htmx_only_what_changes_is_sent(product: Product) -> None:
    commander = await product.reader("bicheng-command")
    part = (await commander.get("/wall", htmx=True)).text
    assert "<html" not in part
    assert 'id="figure-open"' in part


WALLS: Final[dict[str, dict[str | None, int]]] = {
    "bicheng-supervise": {None: 200},
    "dongguan": {None: 200, COMMUNITY: 200, STREET: 404},
    "bishan-command": {STREET: 200},
    "bicheng-command": {DISTRICT: 404, ELSEWHERE: 404, "nowhere": 404, f"{STREET}-pingan": 404},
    "bicheng-pingan": {None: 403},
    "dongguan-g18": {None: 403},
    "admin": {None: 403},
}
"""Whose walls are shown to whom; without a unit, their own."""


async def test_a_wall_is_for_who_sees_all_of_the_unit(product: Product) -> None:
    for login, units in WALLS.items():
        reader = await product.reader(login)
        for unit, status in units.items():
            for path in ("/wall", "/wall/figures.json"):
                answer = await reader.get(f"{path}?unit={unit}" if unit else path)
                assert answer.status_code == status, (login, unit)


MAPS: Final = {
    "bicheng-dispatch": "璧城街道",
    "dongguan-g18": "东关社区",
    "bicheng-pingan": "璧城街道",
    "bishan-chengguan": "璧山区",
    "bishan-audit": "璧山区",
    "city-supervise": "重庆市",
}


async def test_a_map_begins_where_the_reader_sits(product: Product) -> None:
    for login, heading in MAPS.items():
        assert f"<h1>{heading} " in (await (await product.reader(login)).get("/map")).text, login
    assert (await (await product.reader("admin")).get("/map")).status_code == 403


async def test_the_map_shows_only_cases_that_its_reader_may_see(product: Product) -> None:
    number = await reported(product, latitude=29.592, longitude=106.227)
    item = f'id="on-map-{number}" data-case="{number}" data-cell="{GRID}" data-urgency="ordinary"'
    seen = await (await product.reader("dongguan-g18")).get("/map", htmx=True)
    assert item in re.sub(r"\s+", " ", seen.text)
    assert 'data-lng="106.227" data-lat="29.592"' in seen.text
    unseen = await (await product.reader("bicheng-pingan")).get("/map")
    assert number not in unseen.text
    assert (await (await product.reader("dongguan-g18")).get("/map", unit=STREET)).status_code == 404


async def test_filters_that_nobody_understands_narrow_nothing(product: Product) -> None:
    number = await reported(product)
    dispatcher = await product.reader("bicheng-dispatch")
    assert number in (await dispatcher.get("/map", light="purple", urgency="'")).text
    assert number in (await dispatcher.get("/map", urgency="ordinary")).text
    assert number not in (await dispatcher.get("/map", urgency="critical")).text
    assert number not in (await dispatcher.get("/map", light="red")).text


async def test_shapes_without_outlines_are_a_schematic_of_the_tree(product: Product) -> None:
    dispatcher = await product.reader("bicheng-dispatch")
    answer = await dispatcher.get("/map/shapes.json")
    found = answer.json()
    assert found["outlines"] == []
    regions = {region["unit"]: region for region in found["schematic"]["regions"]}
    assert len(regions[COMMUNITY]["cells"]) == 19
    assert regions[COMMUNITY]["cells"][0]["name"] == "东关社区"
    assert found["schematic"]["centre"]["unit"] == STREET
    assert "private" in answer.headers["cache-control"]
    assert (await dispatcher.get("/map/shapes.json", unit=ELSEWHERE)).status_code == 404


async def test_outlines_and_places_are_laid_over_the_tiles_of_the_settings(
    product: Product, product_settings: Settings
) -> None:
    worker = await product.person("dongguan-g18")
    number = (
        await worker.report(matter="street-lamp", unit=GRID, text="路灯", latitude=29.592, longitude=106.227)
    )["number"]
    async with product.services.sessions.write() as session:
        from models.city.geometry import Boundary
        from models.queries.boundaries import store_boundaries

        ring = ((106.22, 29.59), (106.23, 29.59), (106.23, 29.6))
        await store_boundaries(session, [Boundary(unit="500120001002", ring=ring)])
    tiles = "https://{s}.tiles.example/{z}/{x}/{y}.png"
    more = {"map_tiles": tiles, "map_attribution": "地图 审图号 GS(2026)1号", "map_datum": "gcj02"}
    settings = Settings.model_validate(product_settings.model_dump(exclude_none=True) | more)
    async with serving(product.client, settings) as app:
        shifted = Product(app, product.http, product.client)
        dispatcher = await shifted.reader("bicheng-dispatch")
        answer = await eventually(lambda: dispatcher.get("/map"), lambda found: number in found.text)
        assert (
            "img-src 'self' blob: data: https://*.tiles.example;" in answer.headers["content-security-policy"]
        )
        assert f'data-tiles="{tiles}"' in answer.text
        assert "审图号" in answer.text
        place = re.search(
            rf'id="on-map-{number}".*?data-lng="([\d.]+)" data-lat="([\d.]+)"', answer.text, re.DOTALL
        )
        assert place is not None
        assert 0.001 < abs(float(place[1]) - 106.227) < 0.01
        outline = (await dispatcher.get("/map/shapes.json")).json()["outlines"][0]
        assert (outline["name"], outline["depth"]) == ("北门社区", 1)
        assert outline["ring"][0] != [106.22, 29.59]
    plain = await (await product.reader("bicheng-dispatch")).get("/map")
    assert "tiles.example" not in plain.headers["content-security-policy"]


async def test_people_on_duty_at_a_unit_and_below_it(product: Product) -> None:
    await reported(product)
    dispatcher = await product.reader("bicheng-dispatch")
    shown = (await dispatcher.get("/map/people", unit=COMMUNITY)).text
    assert "宋锦程" in shown
    assert re.search(r"周俊杰</span>\s*<span class=\"person-role\">网格长 <abbr[^>]*>A</abbr>", shown)
    assert (await dispatcher.get("/map/people", unit=ELSEWHERE)).status_code == 404
    assert "这里没有任职人员" in (await dispatcher.get("/map/people", unit=f"{COMMUNITY}-g1")).text


async def test_pinning_from_a_page_without_script(product: Product) -> None:
    number = await reported(product)
    commander = await product.reader("bicheng-command")
    button = (await commander.get(f"/wall/pins/{number}", htmx=True)).text
    assert 'aria-pressed="false"' in button
    answer = await commander.post("/wall/pins", number=number, back=f"/cases/{number}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{number}")
    wall = (await commander.get("/wall")).text
    assert f'id="pin-{number}"' in wall
    assert '<p class="wall-said" role="status">已置顶</p>' in wall
    assert 'aria-pressed="true"' in (await commander.get(f"/wall/pins/{number}")).text
    answer = await commander.post("/wall/pins", number=number, take="down", back="//example.com")
    assert answer.headers["location"] == f"/wall?unit={STREET}"
    assert f'id="pin-{number}"' not in (await commander.get("/wall")).text


async def test_what_cannot_be_pinned_is_said_on_the_wall(product: Product) -> None:
    number = await reported(product)
    dispatcher = await product.reader("bicheng-dispatch")
    again = await dispatcher.post("/wall/pins", htmx=True, number="20200101-000001")
    assert again.status_code == 422
    assert "没有这件案件" in again.text
    assert 'id="figure-open"' in again.text
    down = await dispatcher.post("/wall/pins", htmx=True, number=number, take="down")
    assert "不在置顶中" in down.text
    numbers = [await reported(product) for _ in range(MOST)]
    for each in numbers:
        assert (await dispatcher.post("/wall/pins", htmx=True, number=each)).status_code == 200
    full = await dispatcher.post("/wall/pins", htmx=True, number=number)
    assert full.status_code == 409
    assert f"置顶已满 {MOST} 件" in full.text
    for each in numbers:
        await dispatcher.post("/wall/pins", htmx=True, number=each, take="down")


async def test_only_commanders_and_dispatchers_pin(product: Product) -> None:
    number = await reported(product)
    for login in ("bicheng-supervise", "bicheng-pingan", "dongguan", "admin"):
        reader = await product.reader(login)
        assert (await reader.post("/wall/pins", number=number)).status_code == 403
        assert (await reader.get(f"/wall/pins/{number}")).status_code == 403
        assert 'action="/wall/pins"' not in (await reader.get("/wall")).text


async def test_nobody_pins_on_the_wall_of_another_unit(product: Product) -> None:
    number = await reported(product)
    dispatcher = await product.reader("bicheng-dispatch")
    for unit in (DISTRICT, ELSEWHERE):
        assert (await dispatcher.post("/wall/pins", number=number, unit=unit)).status_code == 404
    foreign = await product.reader("shimahe-dispatch")
    assert (await foreign.get(f"/wall/pins/{number}")).status_code == 404
    answer = await foreign.post("/wall/pins", htmx=True, number=number)
    assert answer.status_code == 422


QUERIES: Final = {"/wall": 13, "/map": 8, "/map/people": 6, "/map/shapes.json": 6}


async def test_a_constant_number_of_queries(product: Product) -> None:
    """Whatever there is to show: those that find out who reads are among them."""
    engine = product.services.sessions.engine
    commander = await product.reader("bicheng-command")
    few: dict[str, int] = {}
    for path in QUERIES:
        await commander.get(path)
        with statements(engine) as sent:
            assert (await commander.get(path)).status_code == 200
        few[path] = len(sent)
    for _ in range(3):
        await reported(product, urgency="critical")
    for path, most in QUERIES.items():
        with statements(engine) as sent:
            await commander.get(path)
        assert len(sent) == few[path] <= most, sent
