"""`shaodao administrator`: the first one gets in, and whoever is locked out."""

from __future__ import annotations

import asyncio
import re

import pytest
import typer

from runtime.administrator_command import let_in
from tests.support.product import API, DEMO_PASSWORD, Product

Captured = pytest.CaptureFixture[str]
OWN = "what-they-chose-themselves-141"


async def _let_in(product: Product, login: str, capsys: Captured, name: str = "管理员") -> str:
    """Run it; the password it told."""
    await asyncio.to_thread(let_in, product.services.settings, login, name)
    said = capsys.readouterr()
    told = re.search(r"another one: (\S+)", said.out)
    assert told is not None, said
    return told.group(1)


async def _token(product: Product, login: str, password: str) -> dict[str, str] | None:
    """What a right password is answered with, as headers."""
    answer = await product.http.post(f"{API}/tokens", data={"username": login, "password": password})
    assert answer.status_code in (200, 401), answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"} if answer.is_success else None


async def test_the_first_one_gets_in_chooses_a_password_and_administers(
    product: Product, capsys: Captured
) -> None:
    password = await _let_in(product, "First.One", capsys, "张三")
    headers = await _token(product, "first.one", password)
    assert headers is not None
    change = {"current": password, "new": OWN}
    answer = await product.http.post(f"{API}/password", json=change, headers=headers)
    assert answer.status_code == 204, answer.text
    assert await _token(product, "first.one", password) is None
    headers = await _token(product, "first.one", OWN)
    people = await product.http.get(f"{API}/people", params={"q": "first.one"}, headers=headers)
    (found,) = people.json()["items"]
    assert (found["name"], [post["role"] for post in found["posts"]]) == ("张三", ["administrator"])


async def test_who_is_locked_out_gets_in_by_a_new_password(product: Product, capsys: Captured) -> None:
    first = await _let_in(product, "locked-out", capsys)
    second = await _let_in(product, "locked-out", capsys)
    assert await _token(product, "locked-out", first) is None
    assert await _token(product, "locked-out", second) is not None


async def test_nobody_elses_account_is_taken(product: Product, capsys: Captured) -> None:
    admitted = await _token(product, "dongguan", DEMO_PASSWORD)
    assert admitted is not None
    with pytest.raises(typer.Exit):
        await _let_in(product, "dongguan", capsys)
    assert "choose another one" in capsys.readouterr().err
    assert (await product.http.get(f"{API}/me", headers=admitted)).status_code == 200
    assert await _token(product, "dongguan", DEMO_PASSWORD) is not None


@pytest.mark.parametrize(
    ("login", "name"), [("a", "张三"), ("a b c", "张三"), ("fine", " "), ("fine", "张" * 41)]
)
def test_what_cannot_be_one_is_refused_plainly(
    product: Product, capsys: Captured, login: str, name: str
) -> None:
    with pytest.raises(typer.Exit):
        let_in(product.services.settings, login, name)
    assert "A login is" in capsys.readouterr().err
