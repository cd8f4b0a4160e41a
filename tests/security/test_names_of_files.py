"""Names of files and paths: whatever a file is called, wherever a path points, nothing else is reached."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.api.attachments.pictures import picture
from tests.security import shared
from tests.security.cookies import browser_of
from tests.support.product import API, Product

product = shared.product

NAMES: Final = (
    "../../../etc/passwd.jpg",
    "..\\..\\windows\\system32\\x.jpg",
    "/etc/passwd",
    "C:\\x.jpg",
    "x.jpg\x00.svg",
    "x.php",
    "CON",
    ".htaccess",
    "x\r\nX-Evil: 1.jpg",
    'x"; filename="y.html',
    "\u202egpj.exe",
    "．．／x.jpg",
    "a" * 5000 + ".jpg",
    "🀄.jpg",
)
PATHS: Final = (
    "/static/../../runtime/settings.py",
    "/static/..%2f..%2fcli.py",
    "/static/%2e%2e/%2e%2e/cli.py",
    "/static/....//....//cli.py",
    "/static//etc/passwd",
    "/static/%00",
    "/static/shaodao.css%00.js",
    "/static/..%5c..%5ccli.py",
    "/static/%c0%ae%c0%ae/cli.py",
    "/posters/..%2f..%2fcli.py.svg",
    "/pictures/..%2f..%2f..%2fetc%2fpasswd",
    "/pictures/%00",
    "/admin/units/import/..%2f..%2fx",
    "/r/..%2f..%2fadmin",
    "/track/..%2fadmin",
    "/cases/..%2f..%2fadmin",
    "/sw.js/../../cli.py",
)


@pytest.mark.parametrize("name", NAMES)
async def test_a_pictures_name_is_never_asked_for(product: Product, name: str) -> None:
    """It is stored under its hash and served under its id, whatever it was called."""
    person = await product.admitted("dongguan-g18")
    quoted = name.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "%0D").replace("\n", "%0A")
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="' + quoted.encode() + b'"\r\n'
    body += b"Content-Type: image/svg+xml\r\n\r\n" + picture() + b"\r\n--b--\r\n"
    headers = person.headers | {"Content-Type": "multipart/form-data; boundary=b"}
    before = _below(product.services.settings.state_dir)
    answer = await product.http.post(f"{API}/attachments", content=body, headers=headers)
    assert answer.status_code in (201, 400, 422), answer.text
    if answer.status_code == 201:
        served = await person.get(f"/attachments/{answer.json()['id']}")
        assert served.headers["content-type"] == "image/jpeg", "its content says what it is"
        assert served.headers["content-disposition"] == f'inline; filename="{answer.json()["id"]}.jpeg"'
        assert "x-evil" not in served.headers
    made = _below(product.services.settings.state_dir) - before
    assert not {path.name for path in made} & {"passwd", "passwd.jpg", "x.jpg", "x.php", ".htaccess", "CON"}
    kept = [path for path in made if path.is_file() and "attachments" in path.parts]
    assert all(len(path.name) == 64 for path in kept), "stored under its hash"


def _below(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


@pytest.mark.parametrize("path", PATHS)
async def test_no_path_leads_out_of_where_it_should(product: Product, path: str) -> None:
    for browser in (browser_of(product), browser_of(product, await product.admitted("dongguan"))):
        answer = await browser.get(path)
        assert answer.status_code in (303, 400, 403, 404, 405, 422), f"{path}: {answer.status_code}"
        assert "root:" not in answer.text
        assert "import typer" not in answer.text
        assert "class Settings" not in answer.text


@pytest.mark.parametrize("name", NAMES)
async def test_a_code_lists_name_is_only_shown(product: Product, name: str) -> None:
    """An administrator's upload is shown under its name as text, and nowhere else."""
    admin = browser_of(product, await product.admitted("admin"))
    file = (name.replace("\x00", ""), b"code,name,kind,parent_code\n", "text/csv")
    answer = await admin.post("/admin/units/import", files={"file": file})
    assert answer.status_code in (303, 400, 413, 422), answer.text[:300]
    assert "x-evil" not in answer.headers
