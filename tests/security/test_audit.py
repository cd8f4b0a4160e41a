"""`make audit` says what it knows, and plainly when it knows nothing."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.audit import LOCK, ROOT, UNKNOWN, VULNERABLE, judge

FINE: dict[str, Any] = {"name": "a", "version": "1.0", "vulns": []}
SKIPPED: dict[str, Any] = {"name": "b", "skip_reason": "Dependency not found on PyPI"}
KNOWN: dict[str, Any] = {
    "name": "c",
    "version": "2.0",
    "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2.1"], "description": "x"}],
}


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([FINE, FINE], 0, "2 packages audited"),
        ([FINE, KNOWN], VULNERABLE, "c 2.0: PYSEC-1 (CVE-1); mended in: 2.1"),
        ([SKIPPED, KNOWN], VULNERABLE, "not audited: b"),
        ([FINE, SKIPPED], UNKNOWN, "not audited: b"),
        ([SKIPPED, SKIPPED], UNKNOWN, "nothing was audited"),
    ],
)
def test_a_report_is_judged(packages: list[dict[str, Any]], code: int, said: str) -> None:
    found, lines = judge({"dependencies": packages})
    assert found == code
    assert said in "\n".join(lines)


@pytest.mark.parametrize("name", ["requirements.lock", LOCK])
def test_a_lock_pins_everything_by_hash_and_names_no_index(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    packages = [line for line in lines if line and not line.startswith((" ", "#"))]
    hashes = [line for line in lines if line.lstrip().startswith("--hash=sha256:")]
    assert len(packages) > 50
    assert all("==" in line for line in packages)
    assert len(hashes) >= len(packages)
    assert not [line for line in lines if "://" in line or "index" in line.split("--no-emit-index-url")[0]]
