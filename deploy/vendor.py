"""Fetch what browsers load from elsewhere: pinned packages from npm, into `api/static/vendor/`, with hashes.

Node is needed here only, never to run Shaodao: what is fetched is committed.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
VENDOR: Final = ROOT / "api" / "static" / "vendor"
HASHES: Final = VENDOR / "hashes.txt"
_SHAPES: Final = re.compile(r"<svg.*?>(.*)</svg>", re.DOTALL)
_SOURCE_MAP: Final = re.compile(rb"\n?(//# sourceMappingURL=\S+|/\*# sourceMappingURL=\S+ \*/)\s*$")


def main() -> None:
    """Renew every folder named in `deploy/vendor.toml`, and the list of hashes."""
    with (ROOT / "deploy" / "vendor.toml").open("rb") as file:
        packages: list[dict[str, Any]] = tomllib.load(file)["package"]
    VENDOR.mkdir(parents=True, exist_ok=True)
    for old in VENDOR.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
    for package in packages:
        folder = VENDOR / f"{package['folder']}-{package['version']}"
        with tempfile.TemporaryDirectory() as scratch:
            unpacked = _fetch(f"{package['npm']}@{package['version']}", Path(scratch))
            folder.mkdir()
            for name in package["files"]:
                # A map that does not ship would be asked for in vain by every developer's browser.
                data = _SOURCE_MAP.sub(b"\n", (unpacked / name).read_bytes())
                (folder / Path(name).name).write_bytes(data)
            if "icons" in package:
                wanted = (ROOT / package["icons"]).read_text().split()
                (folder / "icons.svg").write_text(_sprite(unpacked / "icons" / "outline", wanted))
    files = sorted(path for path in VENDOR.rglob("*") if path.is_file() and path != HASHES)
    HASHES.write_text("".join(f"{_sha256(path)}  {path.relative_to(VENDOR)}\n" for path in files))


def _fetch(spec: str, scratch: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("make vendor needs npm; running Shaodao does not")
    subprocess.run([npm, "pack", "--silent", spec], cwd=scratch, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    with tarfile.open(next(scratch.glob("*.tgz"))) as archive:
        archive.extractall(scratch, filter="data")
    return scratch / "package"


def _sprite(folder: Path, names: list[str]) -> str:
    symbols = []
    for name in sorted(set(names)):
        found = _SHAPES.search((folder / f"{name}.svg").read_text())
        if found is None:
            sys.exit(f"no icon in {name}.svg")
        shapes = " ".join(
            found[1].replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "").split()
        )
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>\n')
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{"".join(symbols)}</svg>\n'


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
