"""The posters' pages: for those who hang them up, for the places within their reach."""

from __future__ import annotations

import pypdfium2
import pytest
import zxingcpp

from runtime.settings import Settings
from tests.support.product import Product
from tests.support.reading import statements

COMMUNITY, GRID = "500120001005", "500120001005-g18"


@pytest.fixture
def product_settings(product_settings: Settings) -> Settings:
    """A product that is known under another address than the one it listens on."""
    return product_settings.model_copy(update={"public_url": "https://shaodao.example.gov.cn"})


async def test_a_community_prints_its_grids(product: Product) -> None:
    officer = await product.reader("dongguan")
    with statements(product.services.database) as sent:
        page = await officer.get("/posters")
    assert page.status_code == 200
    assert "18网格" in page.text
    assert f'href="/posters/{GRID}.svg"' in page.text
    assert len(sent) < 12
    svg = await officer.get(f"/posters/{GRID}.svg")
    assert svg.headers["content-type"].startswith("image/svg+xml")
    assert svg.headers["content-disposition"] == f'attachment; filename="{GRID}.svg"'
    assert "sandbox" in svg.headers["content-security-policy"]
    assert "https://shaodao.example.gov.cn/r/500120001005-g18" in svg.text


async def test_a_whole_community_is_one_document_and_leads_to_the_public_address(product: Product) -> None:
    officer = await product.reader("dongguan")
    whole = await officer.get(f"/posters/{COMMUNITY}.pdf")
    assert whole.headers["content-type"] == "application/pdf"
    pages = pypdfium2.PdfDocument(whole.content)
    assert len(pages) == 19, "the community's own, and eighteen grids"
    read = [zxingcpp.read_barcodes(pages[n].render(scale=1.2).to_pil())[0].text for n in (0, 18)]
    assert read == [f"https://shaodao.example.gov.cn/r/{unit}" for unit in (COMMUNITY, GRID)]
    one = await officer.get(f"/posters/{GRID}.pdf")
    assert len(pypdfium2.PdfDocument(one.content)) == 1


async def test_a_street_and_the_city_choose_the_community_first(product: Product) -> None:
    dispatcher = await product.reader("bicheng-dispatch")
    page = await dispatcher.get("/posters")
    assert f'href="/posters?unit={COMMUNITY}"' in page.text
    assert "东关社区" in (await dispatcher.get("/posters", words="东关")).text
    assert "没有找到社区" in (await dispatcher.get("/posters", words="没有的地方")).text
    administrator = await product.reader("admin")
    first = await administrator.get("/posters")
    assert 'rel="next"' in first.text
    assert (await administrator.get("/posters", unit=COMMUNITY)).status_code == 200


async def test_others_grids_are_nobodys_business(product: Product) -> None:
    officer = await product.reader("dongguan")
    for path in ("/posters?unit=500120001002", "/posters/500114107001-g1.svg", "/posters/500114107001.pdf"):
        assert (await officer.get(path)).status_code == 404
    for unit in ("500120001", "50", "nowhere", "../etc", "%00"):
        assert (await officer.get(f"/posters/{unit}.pdf")).status_code in (400, 404, 422)


@pytest.mark.parametrize("login", ["dongguan-g18", "bishan-audit", "bicheng-pingan"])
async def test_who_hangs_up_no_posters_prints_none(product: Product, login: str) -> None:
    reader = await product.reader(login)
    for path in ("/posters", f"/posters/{GRID}.svg", f"/posters/{GRID}.pdf"):
        assert (await reader.get(path)).status_code == 403


async def test_nobody_prints_without_signing_in(product: Product) -> None:
    for path in ("/posters", f"/posters/{GRID}.svg", f"/posters/{GRID}.pdf"):
        assert (await product.visitor().get(path)).status_code == 303
