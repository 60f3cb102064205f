"""CloudWatch in memory, by AWS's own rules: a double for GetMetricData and ListMetrics.

Exact dimension sets, at most 500 queries, at most 100,800 points a page, buckets on whole periods,
statuses, percentiles, throttling. It counts calls and the metrics that AWS would bill; whether AWS
bills one metric of two periods twice is not known, and taken so.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from connectivity.core.health.series import Dimension, Metric

QUERIES, POINTS, METRICS_PER_PAGE = 500, 100_800, 500
ID = re.compile(r"[a-z][a-zA-Z0-9_]*")
STATISTICS: dict[str, Callable[[list[float]], float]] = {
    "Sum": math.fsum,
    "Average": lambda values: math.fsum(values) / len(values),
    "Minimum": min,
    "Maximum": max,
    "SampleCount": lambda values: float(len(values)),
}


def refused(code: str, message: str, operation: str, status: int = 400) -> ClientError:
    error: Any = {"Error": {"Code": code, "Message": message}}
    return ClientError(error | {"ResponseMetadata": {"HTTPStatusCode": status}}, operation)


@dataclass
class CloudWatch:
    """One account in one Region."""

    samples: dict[Metric, dict[int, list[float]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    statuses: dict[Metric, str] = field(default_factory=dict)  # not Complete; empty: no result
    throttles: int = 0  # calls that are still refused
    denied: bool = False
    calls: int = 0
    billed: int = 0
    namespaces: set[str] = field(default_factory=set)  # that were listed

    def put(self, metric: Metric, moment: int, *values: float) -> None:
        self.samples[metric][moment // 60 * 60].extend(values)

    def list_metrics(self, **asked: Any) -> dict[str, Any]:
        self._answers("ListMetrics")
        self.namespaces.add(asked.get("Namespace", ""))
        filters = asked.get("Dimensions", ())
        wanted = {Dimension(wish["Name"], wish.get("Value", "")) for wish in filters}
        matching = sorted(
            sample
            for sample in self.samples
            if sample.namespace == asked.get("Namespace", sample.namespace)
            and sample.name == asked.get("MetricName", sample.name)
            and all(any(_fits(d, w) for d in sample.dimensions) for w in wanted)
        )
        start = int(asked.get("NextToken", 0))
        page = matching[start : start + METRICS_PER_PAGE]
        more = start + METRICS_PER_PAGE < len(matching)
        answer: dict[str, Any] = {"Metrics": [_plain(metric) for metric in page]}
        return answer | ({"NextToken": str(start + METRICS_PER_PAGE)} if more else {})

    def get_metric_data(self, **asked: Any) -> dict[str, Any]:
        self._answers("GetMetricData")
        queries = asked["MetricDataQueries"]
        self._check(queries)
        if "NextToken" not in asked:
            stats = [query["MetricStat"] for query in queries]
            self.billed += len({f"{stat['Metric']} {stat['Period']}" for stat in stats})
        start, end = (int(asked[name].timestamp()) for name in ("StartTime", "EndTime"))
        rising = asked.get("ScanBy", "TimestampDescending") == "TimestampAscending"
        skip, room = int(asked.get("NextToken", 0)), min(asked.get("MaxDatapoints", POINTS), POINTS)
        results, seen = [], 0
        for query in queries:
            points = self._points(query["MetricStat"], start, end)
            points.sort(reverse=not rising)
            here = points[max(0, skip - seen) : max(0, skip + room - seen)]
            is_cut = seen + len(points) > skip + room
            seen += len(points)
            status = self.statuses.get(_metric(query["MetricStat"]["Metric"]))
            if status == "":
                continue
            results.append(
                {
                    "Id": query["Id"],
                    "Timestamps": [datetime.fromtimestamp(t, UTC) for t, _ in here if not status],
                    "Values": [v for _, v in here if not status],
                    "StatusCode": status or ("PartialData" if is_cut else "Complete"),
                }
            )
        answer: dict[str, Any] = {"MetricDataResults": results, "Messages": []}
        return answer | ({"NextToken": str(skip + room)} if seen > skip + room else {})

    def _answers(self, operation: str) -> None:
        self.calls += 1
        if self.denied:
            raise refused("AccessDenied", "not authorized", operation, 403)
        if self.throttles:
            self.throttles -= 1
            raise refused("Throttling", "Rate exceeded", operation)

    def _check(self, queries: list[dict[str, Any]]) -> None:
        problems = []
        if len(queries) > QUERIES:
            problems.append(f"{len(queries)} queries; at most {QUERIES}")
        ids = [query["Id"] for query in queries]
        if len(set(ids)) < len(ids) or not all(ID.fullmatch(id) for id in ids):
            problems.append("ids are unique and begin with a lower-case letter")
        for query in queries:
            stat = query["MetricStat"]
            if stat["Period"] % 60:
                problems.append(f"a period of {stat['Period']} is not a multiple of 60")
            if stat["Stat"] not in STATISTICS and not re.fullmatch(r"p\d+(\.\d+)?", stat["Stat"]):
                problems.append(f"no statistic is called {stat['Stat']}")
        if problems:
            raise refused("ValidationError", "; ".join(problems), "GetMetricData")

    def _points(self, stat: dict[str, Any], start: int, end: int) -> list[tuple[int, float]]:
        period = stat["Period"]
        buckets: dict[int, list[float]] = defaultdict(list)
        for moment, values in self.samples.get(_metric(stat["Metric"]), {}).items():
            bucket = moment // period * period
            if start <= bucket < end:
                buckets[bucket].extend(values)
        name = stat["Stat"]
        return [(moment, _statistic(name, values)) for moment, values in buckets.items() if values]


def _statistic(name: str, values: list[float]) -> float:
    if name in STATISTICS:
        return float(STATISTICS[name](values))
    rank = math.ceil(float(name[1:]) / 100 * len(values))
    return sorted(values)[max(0, rank - 1)]


def _metric(description: dict[str, Any]) -> Metric:
    dimensions = (
        Dimension(dimension["Name"], dimension["Value"])
        for dimension in description.get("Dimensions", ())
    )
    return Metric(description["Namespace"], description["MetricName"], tuple(sorted(dimensions)))


def _fits(dimension: Dimension, wanted: Dimension) -> bool:
    return wanted.name == dimension.name and wanted.value in ("", dimension.value)


def _plain(metric: Metric) -> dict[str, Any]:
    dimensions = [{"Name": d.name, "Value": d.value} for d in metric.dimensions]
    return {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}
