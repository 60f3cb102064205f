"""An estate that is made up, so that a newcomer sees living pages. It is marked "demo" everywhere.

It answers as AWS would; its figures follow from the time alone, so that they can be asked twice.
"""

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zlib import crc32

ESTATE = Path(__file__).resolve().parent.parent / "data" / "demo_estate.json"
DAY = 86_400


class DemoClient:
    """One service in one Region of a made-up account."""

    def __init__(self, account: str, service: str, region: str) -> None:
        self.estate = _estate()
        self.here = self.estate["regions"].get(f"{account}/{region}", {})
        self.series = self.here.get("series", [])

    def can_paginate(self, name: str) -> bool:
        return False

    def __getattr__(self, name: str) -> Any:
        operation = "".join(part.capitalize() for part in name.split("_"))
        return lambda **request: self._described(operation, request)

    def _described(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """What a Describe call finds; where it asks for one thing, what belongs to that."""
        answers = self.here.get("describe", {}).get(operation, {})
        if request:
            wanted = str(next(iter(request.values())))
            answers = answers.get(wanted, {})
        return dict(answers)

    def list_metrics(self, **request: Any) -> dict[str, Any]:
        named = (_metric(series) for series in self.series)
        return {
            "Metrics": [metric for metric in named if metric["Namespace"] == request["Namespace"]]
        }

    def get_metric_data(self, **request: Any) -> dict[str, Any]:
        start, end = (int(request[name].timestamp()) for name in ("StartTime", "EndTime"))
        return {
            "MetricDataResults": [
                self._result(query, start, end) for query in request["MetricDataQueries"]
            ]
        }

    def _result(self, query: dict[str, Any], start: int, end: int) -> dict[str, Any]:
        stat = query["MetricStat"]
        series = next((series for series in self.series if _metric(series) == stat["Metric"]), None)
        points = dict(_points(series, stat, start, end)) if series else {}
        return {
            "Id": query["Id"],
            "Timestamps": [datetime.fromtimestamp(at, UTC) for at in points],
            "Values": list(points.values()),
            "StatusCode": "Complete",
        }


def _metric(series: dict[str, Any]) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in sorted(series["of"].items())]
    return {
        "Namespace": series["namespace"],
        "MetricName": series["metric"],
        "Dimensions": dimensions,
    }


def _points(
    series: dict[str, Any], stat: dict[str, Any], start: int, end: int
) -> Iterator[tuple[int, float]]:
    """A base that swings with the day, some noise, and episodes of another value."""
    period = stat["Period"]
    is_sum = stat["Stat"] == "Sum"
    for at in range(-(-start // period) * period, end, period):
        value = _value(series, at)
        if value is not None:
            yield at, value * period / 60 if is_sum else value


def _value(series: dict[str, Any], at: int) -> float | None:
    for episode in series.get("episodes", ()):
        if (at + episode.get("shift_s", 0)) % episode["every_s"] < episode["for_s"]:
            return None if episode["value"] is None else float(episode["value"])
    noise = crc32(f"{series['metric']}{series['of']}{at}".encode()) / 2**32 - 0.5
    swing = math.sin(2 * math.pi * ((at % DAY) / DAY - 0.3))
    base = float(series["base"])
    share = float(series.get("swing", 0)) * swing + float(series.get("noise", 0)) * noise
    return max(0.0, round(base * (1 + share), 3))


@lru_cache(maxsize=1)
def _estate() -> dict[str, Any]:
    return dict(json.loads(ESTATE.read_text(encoding="utf-8")))


def accounts() -> list[dict[str, Any]]:
    """Number, name and Regions of the made-up accounts."""
    return list(_estate()["accounts"])
