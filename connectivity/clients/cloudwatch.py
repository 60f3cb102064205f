"""Points from CloudWatch: one call of the plan, page by page, each result by its own status."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectivity.clients import AwsError
from connectivity.clients.aws_errors import ERRORS, explained
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
    broken_off: AwsError | None = None  # for which further pages are missing


def fetch(client: Any, call: Call) -> Fetched:
    """Every point of a call's series in its window.

    Args:
        client: of CloudWatch, for the call's account and Region; its retries deal with throttling.

    Raises:
        AwsError: no permission, expired credentials, throttled for long, or no answer, before the
            first page came. After it the answer says so, since what was answered is billed.
    """
    requested = {f"q{i}": series for i, series in enumerate(_requested(call))}
    fetched = Fetched(points={series: {} for series in requested.values()})
    statuses: dict[SeriesStatistic, str] = {}
    for page in _until_broken_off(_pages(client, call, requested), fetched):
        fetched.messages += [message.get("Value", "") for message in page.get("Messages", ())]
        for result in page["MetricDataResults"]:
            answered = requested[result["Id"]]
            statuses[answered] = result["StatusCode"]
            moments = (int(stamp.timestamp()) for stamp in result["Timestamps"])
            fetched.points[answered].update(zip(moments, result["Values"], strict=True))
    if fetched.broken_off:
        return fetched
    for series in call.series:
        results = {statuses.get((series, name), "missing") for name in series.statistics}
        if results == {"Complete"}:
            fetched.whole.add(series)
        elif "Forbidden" in results:
            fetched.forbidden.add(series)
        else:
            fetched.failed.add(series)
    return fetched


def _until_broken_off(
    pages: Iterator[dict[str, Any]], fetched: Fetched
) -> Iterator[dict[str, Any]]:
    try:
        for page in pages:
            fetched.pages += 1
            yield page
    except AwsError as error:
        if not fetched.pages:
            raise
        fetched.broken_off = error


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
        except ERRORS as error:
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


def listed(
    client: Any, namespace: str, where: str, wait: Callable[[], None] = lambda: None
) -> Iterator[Metric]:
    """Every metric of a namespace that had data in the last two weeks, by its exact dimensions.

    `wait` is called before every page, and keeps to the rate.

    Raises:
        AwsError: no permission, expired credentials, or no answer.
    """
    request: dict[str, Any] = {"Namespace": namespace}
    while True:
        wait()
        try:
            page = client.list_metrics(**request)
        except ERRORS as error:
            where = f"ListMetrics in {where}"
            raise explained(error, where, "cloudwatch:ListMetrics") from error
        for metric in page["Metrics"]:
            dimensions = (Dimension(d["Name"], d["Value"]) for d in metric["Dimensions"])
            yield Metric(metric["Namespace"], metric["MetricName"], tuple(sorted(dimensions)))
        if not page.get("NextToken"):
            return
        request["NextToken"] = page["NextToken"]
