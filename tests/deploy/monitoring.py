"""What deploy/prometheus and deploy/grafana ask, and the names that they ask for."""

import json
import re
from typing import Any

import yaml

from tests.conftest import ROOT

ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
EXAMPLE = ROOT / "deploy" / "prometheus" / "prometheus.example.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "dashboard.json"
OURS = re.compile(r"\badvisor_\w+")
SUFFIXES = ("_bucket", "_sum", "_count")


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return list(group["rules"])


def dashboard() -> dict[str, Any]:
    return dict(json.loads(DASHBOARD.read_text(encoding="utf-8")))


def panel_queries() -> list[str]:
    """As Grafana sends them: with an interval in the place of its variable."""
    return [
        target["expr"].replace("$__rate_interval", "1m")
        for panel in dashboard()["panels"]
        for target in panel["targets"]
    ]


def names_in(text: str) -> set[str]:
    """The families that a query asks for."""
    names = set(OURS.findall(text))
    return {re.sub(rf"({'|'.join(SUFFIXES)})$", "", name) for name in names}


def families(scraped: str) -> set[str]:
    return {line.split()[2] for line in scraped.splitlines() if line.startswith("# TYPE advisor_")}
