"""The table of health's scenarios: what is expected, what the product says of it, who says so."""

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))
from over_http import manage

ROOT = Path(__file__).parent.parent


def table() -> None:
    """Print it; called in a process that has a database of its own."""
    from advisor.models import User
    from tests.connectivity.health.scenarios import SCENARIOS, run
    from tests.connectivity.health.scenarios.model import OURS

    told, _ = run(User.objects.create_user("bench").team_id)
    print("| scenario | expected | the product says | source |\n|---|---|---|---|")
    differences = 0
    for scenario in SCENARIOS:
        expected = _words(scenario.state, scenario.findings)
        answer = told[scenario.title]
        difference = answer.differs_from(scenario)
        differences += bool(difference)
        says = difference or _words(answer.state, answer.findings)
        print(f"| {scenario.title} | {expected} | {says} | {scenario.source} |")
    by_aws = sum(scenario.source != OURS for scenario in SCENARIOS)
    print(f"\n{len(SCENARIOS)} scenarios, {by_aws} by a page of AWS's, {differences} differences")


def _words(state: str, findings: dict[str, str]) -> str:
    rules = [f"{rule} ({severity})" for rule, severity in sorted(findings.items())]
    return f"{state}: {', '.join(rules) or 'no finding'}"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "ADVISOR_VAR": folder, "SECRET_KEY": "benchmark" * 8,
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3", "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        manage(environment, "migrate", "--verbosity", "0")
        script = "from benchmarks.scenarios import table; table()"
        print(manage(environment, "shell", "--no-imports", "-c", script), end="")


if __name__ == "__main__":
    main()
