"""Points from CloudWatch: one call of the plan, page by page, each result by its own status."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from connectivity.clients.sessions import explained
from connectivity.core.health.request_planning import Call
from connectivity.core.health.series import Dimension, Metric, Series

SeriesStatistic = tuple[Series, str]  # a series and one of its statistics


@dataclass
class Fetched:
    """What came back of one call."""

    points: dict[SeriesStatistic, dict[int, float]] = field(default_factory=dict)
    whole: set[Series] = field(default_factory=set)  # whose mark may move
    forbidden: set[Series] = field(default_factory=set)
    failed: set[Series] = field(default_factory=set)  # CloudWatch's own error: ask again
    messages: list[str] = field(default_factory=list)
    pages: int = 0


def fetch(client: Any, call: Call) -> Fetched:
    """Every point of a call's series in its window.

    Args:
        client: of CloudWatch, for the call's account and Region; its retries deal with throttling.

    Raises:
        AwsError: no permission, expired credentials, throttled for long, or no answer. Nothing of
            the call is then known.
    """
    requested = {f"q{i}": series for i, series in enumerate(_requested(call))}
    fetched = Fetched(points={series: {} for series in requested.values()})
    statuses: dict[SeriesStatistic, str] = {}
    for page in _pages(client, call, requested):
        fetched.pages += 1
        fetched.messages += [message.get("Value", "") for message in page.get("Messages", ())]
        for result in page["MetricDataResults"]:
            answered = requested[result["Id"]]
            statuses[answered] = result["StatusCode"]
            moments = (int(stamp.timestamp()) for stamp in result["Timestamps"])
            fetched.points[answered].update(zip(moments, result["Values"], strict=True))
    for series in call.series:
        results = {statuses.get((series, name), "missing") for name in series.statistics}
        if results == {"Complete"}:
            fetched.whole.add(series)
        elif "Forbidden" in results:
            fetched.forbidden.add(series)
        else:
            fetched.failed.add(series)
    return fetched


def _requested(call: Call) -> Iterator[SeriesStatistic]:
    for series in call.series:
        for statistic in series.statistics:
            yield series, statistic


def _pages(
    client: Any, call: Call, requested: dict[str, SeriesStatistic]
) -> Iterator[dict[str, Any]]:
    request: dict[str, Any] = {
        "MetricDataQueries": [_query(id, *series) for id, series in requested.items()],
        "StartTime": datetime.fromtimestamp(call.window.start, UTC),
        "EndTime": datetime.fromtimestamp(call.window.end, UTC),
        "ScanBy": "TimestampAscending",
    }
    while True:
        try:
            page = client.get_metric_data(**request)
        except (BotoCoreError, ClientError) as error:
            where = f"GetMetricData in account {call.account}, {call.region}"
            raise explained(error, where, "cloudwatch:GetMetricData") from error
        yield page
        if not page.get("NextToken"):
            return
        request["NextToken"] = page["NextToken"]


def _query(id: str, series: Series, statistic: str) -> dict[str, Any]:
    stat = {"Metric": _plain(series.metric), "Period": series.period, "Stat": statistic}
    return {"Id": id, "MetricStat": stat, "ReturnData": True}


def _plain(metric: Metric) -> dict[str, Any]:
    dimensions = [{"Name": d.name, "Value": d.value} for d in metric.dimensions]
    return {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}


def listed(client: Any, namespace: str, where: str) -> Iterator[Metric]:
    """Every metric of a namespace that had data in the last two weeks, by its exact dimensions.

    Raises:
        AwsError: no permission, expired credentials, or no answer.
    """
    request: dict[str, Any] = {"Namespace": namespace}
    while True:
        try:
            page = client.list_metrics(**request)
        except (BotoCoreError, ClientError) as error:
            where = f"ListMetrics in {where}"
            raise explained(error, where, "cloudwatch:ListMetrics") from error
        for metric in page["Metrics"]:
            dimensions = (Dimension(d["Name"], d["Value"]) for d in metric["Dimensions"])
            yield Metric(metric["Namespace"], metric["MetricName"], tuple(sorted(dimensions)))
        if not page.get("NextToken"):
            return
        request["NextToken"] = page["NextToken"]
