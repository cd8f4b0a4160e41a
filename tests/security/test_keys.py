"""Keys are changed while cases are open and people are signed in: nothing is lost, and old keys run out."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from pydantic import ValidationError
from temporalio.client import Client
from temporalio.converter import DataConverter

from models.case.state import Stage
from runtime.codec import PayloadKeyError
from runtime.settings import Settings
from runtime.temporal import data_converter
from tests import servers as kept
from tests.architecture.test_house import ROOT, tracked
from tests.support.product import API, Product, running, serving

K1 = "2025:" + base64.b64encode(bytes(range(32))).decode()
K2 = "2026:" + base64.b64encode(bytes(range(32, 64))).decode()
ZEROES = "2026:" + base64.b64encode(bytes(32)).decode()
OLD, NEW = "the key of last year 0123456789abcdef", "the key of this year 0123456789abcdef"
LAMP: Final = {"matter": "street-lamp", "unit": "500120001005-g18"}


def changed(settings: Settings, **values: Any) -> Settings:
    """The settings with other keys, checked as they are at a start."""
    return Settings.model_validate(settings.model_dump(exclude_unset=True) | values)


async def _client(servers: kept.Servers, settings: Settings) -> Client:
    return await Client.connect(servers.temporal, data_converter=data_converter(settings))


async def _keys_in(client: Client, number: str) -> set[str]:
    """The ids of the keys that sealed something in the case's history, read without any key."""
    history = await client.get_workflow_handle(number).fetch_history()
    raw = b"".join(event.SerializeToString() for event in history.events)
    return {found.decode() for found in re.findall(rb"key-id\x12\x04(20\d\d)", raw)}


async def test_open_cases_go_on_across_a_change_of_payload_keys(
    product_settings: Settings, servers: kept.Servers, temporal: Client
) -> None:
    first = changed(product_settings, payload_keys=K1)
    both = changed(product_settings, payload_keys=f"{K1},{K2}")
    turned = changed(product_settings, payload_keys=f"{K2},{K1}")
    async with running(await _client(servers, first), first) as product:
        worker = await product.person("dongguan-g18")
        number = (await worker.report(**LAMP, text="路灯不亮"))["number"]
    assert await _keys_in(temporal, number) == {"2025"}
    # Every process learns the new key before the first one seals with it.
    async with running(await _client(servers, both), both) as product:
        await (await product.person("dongguan")).sends(number, "accept", note="已核实")
        assert await _keys_in(temporal, number) == {"2025"}
    async with running(await _client(servers, turned), turned) as product:
        officer, worker = await product.person("dongguan"), await product.person("dongguan-g18")
        await officer.sends(number, "dispatch", lead=LAMP["unit"])
        await worker.sends(number, "claim")
        await worker.sends(number, "handle", note="已更换")
        assert (await product.state(number)).stage is Stage.VERIFYING
        assert (await product.timeline(number)).complete
        fresh = (await worker.report(**LAMP, text="又一处"))["number"]
    assert await _keys_in(temporal, number) == {"2025", "2026"}
    assert await _keys_in(temporal, fresh) == {"2026"}


async def test_a_key_that_is_still_needed_is_missed_plainly(product_settings: Settings) -> None:
    before: DataConverter = data_converter(changed(product_settings, payload_keys=K1))
    after: DataConverter = data_converter(changed(product_settings, payload_keys=K2))
    sealed = await before.encode(["路灯不亮"])
    with pytest.raises(PayloadKeyError, match="2025"):
        await after.decode(sealed)


async def test_who_is_signed_in_stays_so_while_the_former_key_is_kept(product: Product) -> None:
    """A token and a cookie of before: they hold with the old key retired, and not without it."""
    old = changed(product.services.settings, secret_key=OLD)
    async with serving(product.client, old) as app:
        token, cookie = await _signed_in(app)
    new = changed(product.services.settings, secret_key=NEW, retired_secret_keys=OLD)
    async with serving(product.client, new) as app:
        assert await _let_in(app, token, cookie) == (200, 200)
        fresh_token, fresh_cookie = await _signed_in(app)
    alone = changed(product.services.settings, secret_key=NEW)
    async with serving(product.client, alone) as app:
        assert await _let_in(app, token, cookie) == (401, 303)
        assert await _let_in(app, fresh_token, fresh_cookie) == (200, 200)


def _http(app: Any) -> httpx.AsyncClient:
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="http://shaodao.test", headers=headers)


async def _signed_in(app: Any) -> tuple[str, str]:
    """A bearer token and a session cookie, both just given."""
    login, password = "dongguan", "a word for the tests"
    async with _http(app) as http:
        given = await http.post(f"{API}/tokens", data={"username": login, "password": password})
        page = await http.post("/sign-in", data={"login": login, "password": password})
        assert page.status_code == 303, page.text
        return str(given.json()["access_token"]), str(http.cookies["shaodao_session"])


async def _let_in(app: Any, token: str, cookie: str) -> tuple[int, int]:
    async with _http(app) as http:
        api = await http.get(f"{API}/me", headers={"Authorization": f"Bearer {token}"})
        page = await http.get("/desk", headers={"Cookie": f"shaodao_session={cookie}"})
    return api.status_code, page.status_code


# ── what settings refuse ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"secret_key": "short"}, "too weak"),
        ({"secret_key": NEW, "retired_secret_keys": f"{OLD},short"}, "RETIRED_SECRET_KEYS is too weak"),
        ({"secret_key": NEW, "payload_keys": "2026:AAAA"}, "32 bytes"),
        (
            {"secret_key": NEW, "payload_keys": f"2026:{base64.b64encode(bytes(32)).decode()}"},
            "not a pattern",
        ),
        ({"secret_key": NEW, "demo_password": "shaodao-141"}, "everyone knows"),
        ({"secret_key": NEW, "demo_password": "141"}, "too short"),
        ({}, "SHAODAO_SECRET_KEY is required"),
    ],
)
def test_weak_and_known_secrets_are_refused_at_the_start(
    values: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal.example:7233")
    house = {"database_url": "postgresql://db.example/shaodao", "state_dir": tmp_path}
    with pytest.raises(ValidationError, match=said) as refused:
        Settings.model_validate(house | values)
    for secret in values.values():
        assert secret not in str(refused.value), "a secret is not repeated in what is wrong with it"


# ── secrets come from settings only ──────────────────────────────────────────────────────────────

SECRETS: Final = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[0-9A-Za-z]{36}\b"
    r"|\bxox[abprs]-[0-9A-Za-z-]{10,}|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}|://[^\s/:@{}<>\"']+:[^\s/@{}<>\"']+@"
    r"|(?i:secret|passw(?:or)?d|token|api_?key)\w*['\"]?\s*[:=]\s*['\"][^'\"\s]{16,}['\"]"
)
KNOWN: Final = re.compile(r":(password|pass|…)@|_at\"")
"""Placeholders of the documentation; instants."""
UNQUOTED: Final = re.compile(
    r"^[^#]*\b(?i:\w*(?:secret|passw(?:or)?d|token|api_?key)\w*)['\"]?\s*[:=]\s*(?![$<{])[^'\"\s]{16,}\s*$"
)
"""As files of settings write it, where a value needs no quotes."""
PLAIN: Final = frozenset({".yml", ".yaml", ".env", ".example", ".service", ".conf", ".ini", ".sh"})
NO_TEXT: Final = frozenset({".png", ".lock", ".po"})
"""Pictures; hashes of dependencies; texts of pages."""
SKIPPED: Final = frozenset({"vendor", "tests"})
"""Other people's code; and tests, whose keys open nothing."""


def _told(line: str, suffix: str) -> bool:
    """Whether the line of a file tells a secret."""
    return bool(SECRETS.search(line) or (suffix in PLAIN and UNQUOTED.search(line))) and not KNOWN.search(
        line
    )


def test_there_is_no_secret_in_the_tree() -> None:
    """In no file that git has, of whatever kind."""
    files = [path for path in tracked() if not SKIPPED & set(path.relative_to(ROOT).parts)]
    texts = [path for path in files if path.suffix not in NO_TEXT]
    assert len(texts) > 400
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in texts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if _told(line, path.suffix)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("line", "suffix"),
    [
        ("-----BEGIN RSA PRIVATE " + "KEY-----", ".py"),
        ("AKIA" + "ABCDEFGHIJKLMNOP", ".md"),
        ('SECRET_KEY = "' + "k9" * 12 + '"', ".py"),
        ("postgresql://shaodao:" + "s3cret@db/shaodao", ".toml"),
        ('{"api_key": "' + "k9" * 12 + '"}', ".json"),
        ("  password: " + "k9" * 12, ".yml"),
        ("  - SHAODAO_SECRET_KEY=" + "k9" * 12, ".yaml"),
        ("export DB_PASSWORD=" + "k9" * 12, ".sh"),
        ('token = "' + "k9" * 12 + '"', ".toml"),
    ],
)
def test_a_secret_in_the_tree_would_be_found(line: str, suffix: str) -> None:
    assert _told(line, suffix)


@pytest.mark.parametrize("line", ["password: ${DB_PASSWORD_OF_HOUSE}", "# token: say one of your own here"])
def test_a_place_for_a_secret_is_none(line: str) -> None:
    assert not _told(line, ".yml")
