"""deploy/prometheus and deploy/grafana, as Prometheus itself reads them."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy import monitoring

pytestmark = pytest.mark.skipif(not shutil.which("promtool"), reason="needs promtool")

HTTP = "advisor_http_requests"
CALM = "0+0x60"
"""Per alert: series that fire it, series that do not, and when that is looked at."""
CASES: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "AdvisorAway": (
        {'up{job="advisor"}': "1 1 0x20"}, {'up{job="advisor"}': "1x20"}, "6m",
    ),
    "AdvisorErrors": (
        {f'{HTTP}_total{{status="200"}}': "0+97x60", f'{HTTP}_total{{status="500"}}': "0+3x60"},
        {f'{HTTP}_total{{status="200"}}': "0+99x60", f'{HTTP}_total{{status="500"}}': "0+1x60"},
        "20m",
    ),
    "AdvisorSlow": (
        {
            'advisor_http_request_duration_seconds_bucket{le="5"}': "0+9x60",
            'advisor_http_request_duration_seconds_bucket{le="10"}': "0+10x60",
            'advisor_http_request_duration_seconds_bucket{le="+Inf"}': "0+10x60",
        },
        {
            'advisor_http_request_duration_seconds_bucket{le="5"}': "0+10x60",
            'advisor_http_request_duration_seconds_bucket{le="+Inf"}': "0+10x60",
        },
        "30m",
    ),
    "AdvisorBusy": (
        {'advisor_http_requests_waiting{instance="a"}': "21x20"},
        {f'advisor_http_requests_waiting{{instance="{name}"}}': "15x20" for name in "ab"},
        "10m",
    ),
    "AdvisorRefusing": (
        {'advisor_http_requests_refused_total{status="503"}': "0+1x20"},
        {
            'advisor_http_requests_refused_total{status="503"}': "7x20",
            'advisor_http_requests_refused_total{status="400"}': "0+9x20",
        },
        "10m",
    ),
    "AdvisorBrokerAway": (
        {"advisor_service_broker_up": "0x20"}, {"advisor_service_broker_up": "1x20"}, "5m",
    ),
    "AdvisorNoWorker": (
        {"advisor_service_worker_silent_seconds": "0+60x20"},
        {"advisor_service_worker_silent_seconds": "40x20"},
        "10m",
    ),
    "AdvisorJobsWait": (
        {'advisor_service_job_oldest_queued_seconds{kind="compare"}': "601x20"},
        {'advisor_service_job_oldest_queued_seconds{kind="compare"}': "599x20"},
        "10m",
    ),
    "AdvisorJobsFail": (
        {
            'advisor_service_jobs_finished{kind="compare",state="failed"}': "6x40",
            'advisor_service_jobs_finished{kind="compare",state="done"}': "4x40",
        },
        {
            'advisor_service_jobs_finished{kind="compare",state="failed"}': "4x40",
            'advisor_service_jobs_finished{kind="compare",state="done"}': "6x40",
        },
        "20m",
    ),
    "AdvisorCollectionLate": (
        {"advisor_service_collection_overdue_max_seconds": "1801x40"},
        {"advisor_service_collection_overdue_max_seconds": "1799x40"},
        "20m",
    ),
    "AdvisorMailsWait": (
        {"advisor_service_mails_overdue_seconds": "7201x40"},
        {"advisor_service_mails_overdue_seconds": "7199x40"},
        "20m",
    ),
    "AdvisorWebhooksWait": (
        {"advisor_service_webhook_deliveries_overdue_seconds": "3601x40"},
        {"advisor_service_webhook_deliveries_overdue_seconds": "3599x40"},
        "20m",
    ),
    "AdvisorPricesOld": (
        {"advisor_service_prices_age_seconds": "2592001x100"},
        {"advisor_service_prices_age_seconds": "2591999x100"},
        "90m",
    ),
    "AdvisorMemory": (
        {'advisor_process_memory_bytes{instance="a",pid="1"}': "1100000000x20"},
        {f'advisor_process_memory_bytes{{instance="a",pid="{pid}"}}': "9e8x20" for pid in "12"},
        "10m",
    ),
}  # fmt: skip
LABELS: dict[str, dict[str, str]] = {
    "AdvisorAway": {"job": "advisor"},
    "AdvisorBusy": {"instance": "a"},
    "AdvisorJobsWait": {"kind": "compare"},
    "AdvisorJobsFail": {"kind": "compare"},
    "AdvisorMemory": {"instance": "a", "pid": "1"},
}


def promtool(*arguments: object) -> str:
    done = subprocess.run(
        ["promtool", *map(str, arguments)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_rules_and_the_example_are_prometheus_own(tmp_path: Path) -> None:
    assert f"{len(monitoring.rules())} rules found" in promtool("check", "rules", monitoring.ALERTS)
    shutil.copy(monitoring.ALERTS, tmp_path)
    text = monitoring.EXAMPLE.read_text(encoding="utf-8")
    token = tmp_path / "token"
    token.write_text("x", encoding="utf-8")
    example = tmp_path / "prometheus.yml"
    example.write_text(text.replace("/run/secrets/metrics_token", str(token)), encoding="utf-8")
    promtool("check", "config", example)


def _test(alert: dict[str, Any], series: dict[str, str], at: str, fires: bool) -> dict[str, Any]:
    name = alert["alert"]
    expected = {
        "exp_labels": alert["labels"] | LABELS.get(name, {}),
        "exp_annotations": alert["annotations"],
    }
    return {
        "interval": "1m",
        "input_series": [{"series": key, "values": value} for key, value in series.items()],
        "alert_rule_test": [
            {"eval_time": at, "alertname": name, "exp_alerts": [expected] if fires else []}
        ],
    }


def test_every_alert_fires_when_it_should_and_not_before(tmp_path: Path) -> None:
    rules = {rule["alert"]: rule for rule in monitoring.rules()}
    assert set(CASES) == set(rules)
    tests = []
    for name, (firing, calm, at) in CASES.items():
        tests.append(_test(rules[name], firing, at, fires=True))
        tests.append(_test(rules[name], calm, at, fires=False))
        tests.append(_test(rules[name], firing, "1m", fires=False))  # a moment is no alert
    file = tmp_path / "tests.yml"
    document = {
        "rule_files": [str(monitoring.ALERTS)], "evaluation_interval": "1m", "tests": tests
    }  # fmt: skip
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    promtool("test", "rules", file)


def test_prometheus_can_parse_every_panel(tmp_path: Path) -> None:
    queries = monitoring.panel_queries()
    records = [{"record": f"panel:{number}", "expr": query} for number, query in enumerate(queries)]
    file = tmp_path / "panels.yml"
    groups = {"groups": [{"name": "panels", "rules": records}]}
    file.write_text(yaml.safe_dump(groups), encoding="utf-8")
    assert f"{len(queries)} rules found" in promtool("check", "rules", file)


def test_the_dashboard_is_whole() -> None:
    board = monitoring.dashboard()
    assert board["schemaVersion"] >= 36
    assert [each["type"] for each in board["templating"]["list"]] == ["datasource"]
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
    assert len(places) == len(panels)
    for panel in panels:
        assert panel["type"] == "timeseries"
        assert panel["fieldConfig"]["defaults"]["unit"]
        for part in (panel, *panel["targets"]):
            assert part["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


def test_every_alert_has_a_place_in_the_documentation() -> None:
    text = (monitoring.ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for rule in monitoring.rules():
        assert f"`{rule['alert']}`" in text
