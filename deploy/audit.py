"""`make audit`: is anything known against what the lock pins? Asks the database of the Python Package Index.

Exit code 0: everything was looked up and nothing is known. 1: something is. 3: not all could be looked up, as
without a network; that says nothing either way.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
LOCK: Final = "requirements-dev.lock"
"""Has everything of requirements.lock besides."""
VULNERABLE, UNKNOWN = 1, 3


def judge(report: dict[str, Any]) -> tuple[int, list[str]]:
    """The exit code and the lines that pip-audit's JSON report deserves."""
    packages = report["dependencies"]
    lines = list(_vulnerabilities(packages))
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if unknown and len(unknown) == len(packages):
        return UNKNOWN, ["The database of vulnerabilities was not reached: nothing was audited."]
    if unknown:
        lines.append(f"Not in the database, so not audited: {', '.join(unknown)}")
    if any(package.get("vulns") for package in packages):
        return VULNERABLE, lines
    if unknown:
        return UNKNOWN, lines
    return 0, [f"{len(packages)} packages audited: nothing is known against them."]


def _vulnerabilities(packages: list[dict[str, Any]]) -> Iterator[str]:
    for package in packages:
        for known in package.get("vulns", ()):
            mended = ", ".join(known["fix_versions"]) or "none yet"
            also = ", ".join(known.get("aliases", ()))
            yield f"{package['name']} {package['version']}: {known['id']} ({also}); mended in: {mended}"


def main() -> int:
    """Run pip-audit over the lock and say what it found."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", LOCK, "--require-hashes", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "20"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    try:
        code, lines = judge(json.loads(done.stdout))
    except ValueError:  # no report: it ended before there was one
        last = (done.stderr.strip() or "pip-audit said nothing").splitlines()[-1]
        code, lines = UNKNOWN, [f"The database of vulnerabilities was not reached: {last}"]
    sys.stdout.write("\n".join(lines) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
