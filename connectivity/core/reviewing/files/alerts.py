"""Alert rules of Prometheus, each with a unit test: series that fire it and series that do not."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from connectivity.core.reviewing.files.artefacts import yaml_file
from connectivity.core.reviewing.files.holes import Only
from connectivity.core.reviewing.review import Artefact, Kind

WAIT_MINUTES = 5
BURST_WAIT_MINUTES = 1
LOOKED_AT = "20m"
CHECK = "promtool check rules, then promtool test rules with the .test.yml beside it"


class Alert(NamedTuple):
    """An alert.

    Attributes:
        expression: of PromQL; its result carries `labels` and no others.
        labels: what tells one cause from another, with an example of each.
        summary: a sentence that names `{{ $labels.… }}`.
        fires, calm: by metric the values that fire it, and those that do not; as promtool writes
            series, a value a minute.
        wait_minutes: how long it has to hold.
    """

    name: str
    expression: str
    labels: Mapping[str, str]
    summary: str
    fires: Mapping[str, str]
    calm: Mapping[str, str]
    wait_minutes: int = WAIT_MINUTES


def growing(name: str, metric: str, by: Mapping[str, str], more_than: int, means: str) -> Alert:
    """An alert on a counter that grows by more than so much in five minutes.

    A burst is seen for those five minutes and no longer: it fires before they are over.
    """
    labels = ", ".join(by)
    told = " of ".join(f"{{{{ $labels.{label} }}}}" for label in reversed(list(by)))
    return Alert(
        name,
        f"sum by ({labels}) (increase({metric}[5m])) > {more_than}",
        by,
        f"{told}: {means}",
        {metric: f"0x16 {more_than + 3}x23"},
        {metric: f"0x16 {more_than // 2}x23"},
        BURST_WAIT_MINUTES,
    )


def alert_files(
    key: str, purpose: str, *alerts: Alert | Only, when: str = "True"
) -> list[Artefact]:
    """The rules, and their unit tests."""
    rules = [_where(alert, _rule(key, _alert(alert))) for alert in alerts]
    groups = {"groups": [{"name": key, "rules": rules}]}
    tests = {
        "rule_files": [f"{key}-rules.yml"],
        "evaluation_interval": "1m",
        "tests": [
            _where(alert, _test(key, _alert(alert), fires))
            for alert in alerts
            for fires in (True, False)
        ],
    }
    words = f"Unit tests of {key}-rules.yml: each alert fires, and does not below."
    return [
        yaml_file("rules.yml", Kind.ALERTS, purpose, CHECK, [groups], when=when),
        yaml_file(
            "rules.test.yml",
            Kind.ALERT_TESTS,
            words,
            f"promtool test rules {key}-rules.test.yml",
            [tests],
            when=when,
        ),
    ]


def _alert(alert: Alert | Only) -> Alert:
    return alert.part if isinstance(alert, Only) else alert


def _where(alert: Alert | Only, written: Any) -> Any:
    """What is written of an alert, where the alert applies."""
    return Only(alert.when, written) if isinstance(alert, Only) else written


def _rule(key: str, alert: Alert) -> dict[str, Any]:
    return {
        "alert": alert.name,
        "expr": alert.expression,
        "for": f"{alert.wait_minutes}m",
        "labels": {"severity": "warning", "review": key},
        "annotations": {"summary": alert.summary},
    }


def _test(key: str, alert: Alert, fires: bool) -> dict[str, Any]:
    labels = ",".join(f'{name}="{value}"' for name, value in alert.labels.items())
    series = alert.fires if fires else alert.calm
    expected = {
        "exp_labels": {"severity": "warning", "review": key, **alert.labels},
        "exp_annotations": {"summary": _told(alert)},
    }
    return {
        "interval": "1m",
        "input_series": [
            {"series": f"{metric}{{{labels}}}", "values": values}
            for metric, values in series.items()
        ],
        "alert_rule_test": [
            {
                "eval_time": LOOKED_AT,
                "alertname": alert.name,
                "exp_alerts": [expected] if fires else [],
            }
        ],
    }


def _told(alert: Alert) -> str:
    told = alert.summary
    for name, value in alert.labels.items():
        told = told.replace(f"{{{{ $labels.{name} }}}}", value)
    return told
