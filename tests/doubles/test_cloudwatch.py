"""What any CloudWatch must do, asked of the double: the rules that collecting rests on."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from connectivity.core.health.series import Metric, metric
from tests.doubles.cloudwatch import CloudWatch

ERRORS = metric("AWS/NATGateway", "ErrorPortAllocation", NatGatewayId="nat-1")
START = 1_795_500_000 // 3_600 * 3_600


def query(
    queried: Metric, statistic: str = "Sum", period: int = 300, id: str = "q0"
) -> dict[str, Any]:
    dimensions = [{"Name": d.name, "Value": d.value} for d in queried.dimensions]
    description = {
        "Namespace": queried.namespace,
        "MetricName": queried.name,
        "Dimensions": dimensions,
    }
    return {"Id": id, "MetricStat": {"Metric": description, "Period": period, "Stat": statistic}}


def ask(cloud: CloudWatch, *queries: dict[str, Any], minutes: int = 60, **more: Any) -> Any:
    times = {"StartTime": START, "EndTime": START + 60 * minutes}
    stamps = {name: datetime.fromtimestamp(at, UTC) for name, at in times.items()}
    return cloud.get_metric_data(MetricDataQueries=list(queries), **stamps, **more)


@pytest.fixture
def cloud() -> CloudWatch:
    cloud = CloudWatch()
    for minute in range(10):
        cloud.put(ERRORS, START + 60 * minute, float(minute))
    return cloud


def test_points_lie_on_whole_periods_the_newest_first(cloud: CloudWatch) -> None:
    (result,) = ask(cloud, query(ERRORS))["MetricDataResults"]
    assert result["Values"] == [35.0, 10.0]
    assert [int(timestamp.timestamp()) - START for timestamp in result["Timestamps"]] == [300, 0]
    rising = ask(cloud, query(ERRORS), ScanBy="TimestampAscending")["MetricDataResults"][0]
    assert rising["Values"] == [10.0, 35.0]


def test_the_end_is_left_out(cloud: CloudWatch) -> None:
    (result,) = ask(cloud, query(ERRORS), minutes=5)["MetricDataResults"]
    assert result["Values"] == [10.0]


@pytest.mark.parametrize(
    ("statistic", "value"),
    [("Average", 2.0), ("Minimum", 0.0), ("Maximum", 4.0), ("SampleCount", 5.0), ("p80", 3.0)],
)
def test_statistics(cloud: CloudWatch, statistic: str, value: float) -> None:
    (result,) = ask(cloud, query(ERRORS, statistic), minutes=5)["MetricDataResults"]
    assert result["Values"] == [value]


def test_a_dimension_too_few_or_too_many_finds_nothing_and_says_complete(cloud: CloudWatch) -> None:
    few = metric("AWS/NATGateway", "ErrorPortAllocation")
    many = metric(
        "AWS/NATGateway", "ErrorPortAllocation", NatGatewayId="nat-1", AvailabilityZone="a"
    )
    other = metric("AWS/Other", "ErrorPortAllocation", NatGatewayId="nat-1")
    for unknown in (few, many, other):
        (result,) = ask(cloud, query(unknown))["MetricDataResults"]
        assert (result["Values"], result["StatusCode"]) == ([], "Complete")


def test_501_queries_are_refused(cloud: CloudWatch) -> None:
    queries = [query(ERRORS, id=f"q{i}") for i in range(501)]
    with pytest.raises(ClientError, match="at most 500"):
        ask(cloud, *queries)


@pytest.mark.parametrize("change", [{"Id": "Q0"}, {"Stat": "Median"}, {"Period": 90}])
def test_what_is_no_query_is_refused(cloud: CloudWatch, change: dict[str, Any]) -> None:
    request = query(ERRORS)
    place = request if "Id" in change else request["MetricStat"]
    place.update(change)
    with pytest.raises(ClientError, match="ValidationError"):
        ask(cloud, request)


def test_a_long_answer_comes_in_pages_and_is_partial_until_the_last(cloud: CloudWatch) -> None:
    first = ask(cloud, query(ERRORS, period=60), MaxDatapoints=6)
    assert first["MetricDataResults"][0]["StatusCode"] == "PartialData"
    second = ask(cloud, query(ERRORS, period=60), MaxDatapoints=6, NextToken=first["NextToken"])
    values = [page["MetricDataResults"][0]["Values"] for page in (first, second)]
    assert sum(values, []) == [9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0]
    assert second["MetricDataResults"][0]["StatusCode"] == "Complete"
    assert "NextToken" not in second
    assert cloud.billed == 1


def test_statistics_of_one_metric_in_a_call_are_billed_once(cloud: CloudWatch) -> None:
    ask(cloud, query(ERRORS), query(ERRORS, "Maximum", id="q1"))
    assert (cloud.calls, cloud.billed) == (1, 1)


def test_throttling_denial_and_statuses(cloud: CloudWatch) -> None:
    cloud.throttles = 1
    with pytest.raises(ClientError, match="Throttling"):
        ask(cloud, query(ERRORS))
    cloud.statuses[ERRORS] = "Forbidden"
    (result,) = ask(cloud, query(ERRORS))["MetricDataResults"]
    assert (result["Values"], result["StatusCode"]) == ([], "Forbidden")
    cloud.denied = True
    with pytest.raises(ClientError, match="AccessDenied"):
        cloud.list_metrics()


def test_metrics_are_listed_in_pages_of_500() -> None:
    cloud = CloudWatch()
    for i in range(501):
        cloud.put(metric("AWS/EBS", "VolumeReadOps", VolumeId=f"vol-{i}"), START, 1)
    first = cloud.list_metrics(Namespace="AWS/EBS")
    rest = cloud.list_metrics(Namespace="AWS/EBS", NextToken=first["NextToken"])
    assert (len(first["Metrics"]), len(rest["Metrics"]), "NextToken" in rest) == (500, 1, False)
    answer = cloud.list_metrics(Dimensions=[{"Name": "VolumeId", "Value": "vol-7"}])
    assert len(answer["Metrics"]) == 1
