"""Known vulnerabilities of what a lock file holds, by pip-audit; it says when nobody can be asked.

    .venv/bin/python .ci/audit.py requirements.txt [address of a service that speaks OSV]

Ends with 1 if there is a vulnerability, with 0 if there is none or if no service could be reached:
what is not known stops nothing, and is not called clean.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SERVICES = (["--vulnerability-service", "pypi"], ["--vulnerability-service", "osv"])
LONGEST_S = 240
TIMEOUT_S = 10  # of a question


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def asked(lock: Path, service: list[str]) -> list[dict[str, Any]]:
    """What a service says of each package; empty if it cannot be reached."""
    command = [
        sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--no-deps",
        "--disable-pip", "--format", "json", "--progress-spinner", "off",
        "--timeout", str(TIMEOUT_S), *service,
    ]  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603  our own command
            command, capture_output=True, text=True, timeout=LONGEST_S
        )
        return list(json.loads(done.stdout)["dependencies"])
    except (subprocess.TimeoutExpired, ValueError):
        return []


def is_there(lock: Path, service: list[str]) -> bool:
    """Asked about one package first: who does not know it would pass over all others as well."""
    pinned = next(line for line in lock.read_text(encoding="utf-8").splitlines() if "==" in line)
    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder) / "first.txt"
        first.write_text(pinned.partition(" ")[0] + "\n", encoding="utf-8")
        return any("skip_reason" not in each for each in asked(first, service))


def main(lock: Path, *services: str) -> int:
    ways = [["--vulnerability-service", "osv", "--osv-url", each] for each in services]
    way = next((each for each in ways or SERVICES if is_there(lock, each)), None)
    answers = asked(lock, way) if way else []
    if not answers:
        say("audit: NOT DONE, as no service of vulnerabilities could be reached; nothing is known")
        return 0
    for each in answers:
        if "skip_reason" in each:
            say(f"audit: {each['name']} is not known there: {each['skip_reason']}")
        for known in each.get("vulns", []):
            fixed = ", ".join(known["fix_versions"]) or "no release yet"
            say(f"audit: {each['name']} {each['version']}: {known['id']}, mended in {fixed}")
    count = sum(len(each.get("vulns", [])) for each in answers)
    say(f"audit: {count} known vulnerabilities in {len(answers)} packages")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
