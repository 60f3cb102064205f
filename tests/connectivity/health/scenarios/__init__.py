"""The table of scenarios, and what the product says of each: asked over HTTP, judged, stored."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

from connectivity import points
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource_type import HOUR
from connectivity.health.accounts.aws_access import Asking, Outcome
from connectivity.health.accounts.aws_accounts import Wish, add_account
from connectivity.health.rounds import scheduling
from connectivity.models import Finding, Resource, Series
from tests.connectivity.health.scenarios import (
    balancers,
    nat_gateways,
    transit_and_endpoints,
    volumes,
)
from tests.connectivity.health.scenarios.model import ACCOUNT, REGION, WEEK, Scenario, put
from tests.doubles.aws_http import served
from tests.doubles.aws_server import KEYS
from tests.estate import NOW, Aws, NoLimit

ROLE = f"arn:aws:iam::{ACCOUNT}:role/Reader"
SCENARIOS: tuple[Scenario, ...] = (
    *nat_gateways.SCENARIOS,
    *volumes.SCENARIOS,
    *balancers.SCENARIOS,
    *transit_and_endpoints.SCENARIOS,
)


@dataclass(frozen=True)
class Told:
    """What the product says of a scenario's resource."""

    state: str
    findings: dict[str, str]
    unknown: frozenset[str]
    text: str

    def differs_from(self, scenario: Scenario) -> str:
        """In what it is otherwise than expected; empty if in nothing."""
        parts = []
        if (self.state, self.findings) != (scenario.state, scenario.findings):
            parts.append(f"{self.state} {self.findings}")
        if missing := set(scenario.unknown) - self.unknown:
            parts.append(f"judged: {', '.join(sorted(missing))}")
        if scenario.says not in self.text:
            parts.append(f"{scenario.says!r} is not in {self.text!r}")
        return "; ".join(parts)


def run(team_id: int) -> tuple[dict[str, Told], Outcome]:
    """Collect and judge all of them; once more with the weeks that a new account lacks."""
    aws = Aws()
    put(SCENARIOS, aws)
    add_account(team_id, Wish(ACCOUNT, "scenarios", (REGION,), ROLE, "made-by-us"))
    asking = Asking(limiter=NoLimit(), clock=lambda: aws.clock)  # type: ignore[arg-type]
    with _leading_to(aws):
        report = scheduling.run_all(team_id, asking)
        _remember()
        scheduling.run_all(team_id, asking)
    return {scenario.title: _told(scenario) for scenario in SCENARIOS}, report


def _remember() -> None:
    """Hours of the weeks before, as they would have been rolled up."""
    for facts in (scenario.facts for scenario in SCENARIOS):
        for metric, a_minute in facts.weeks.items():
            series = Series.objects.get(resource__name=facts.name, metric=metric.name)
            hours = [NOW // HOUR * HOUR - week * WEEK for week in range(1, 5)]
            rows = [
                (series.pk, hour + i * HOUR, 60 * a_minute) for hour in hours for i in range(-8, 2)
            ]
            points.store(rows, HOUR)


@contextmanager
def _leading_to(aws: Aws) -> Iterator[None]:
    """The environment in which boto3 asks the double."""
    keys = {name.upper(): value for name, value in KEYS.items()}
    with served(aws) as url, patch.dict(os.environ, keys | {"AWS_ENDPOINT_URL": url}):
        yield


def _told(scenario: Scenario) -> Told:
    resource = Resource.objects.get(name=scenario.facts.name, gone_at=None)
    rows = Finding.objects.filter(resource=resource, closed_at=None)
    verdicts, kind = resource.verdicts, KINDS[resource.kind]
    unknown = frozenset(each["rule"] for each in verdicts if each["state"] == "unknown")
    steps = {rule.id: rule.steps for rule in kind.rules}
    steps |= {rule.id: rule.steps for rule in kind.configuration}
    texts = [text for row in rows for text in (row.why, *steps[row.rule])]
    return Told(resource.state, {row.rule: row.severity for row in rows}, unknown, " ".join(texts))
