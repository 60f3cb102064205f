"""One call of GetMetricData: every page, every status, and errors that say what would help."""

import pytest

from connectivity.clients import AwsError
from connectivity.clients.cloudwatch import fetch
from connectivity.core.health.request_planning import Ask, Call, Window, calls
from connectivity.core.health.series import Series, Tier, metric
from tests.doubles.cloudwatch import CloudWatch, refused

START = 1_795_500_000 // 3_600 * 3_600
HOUR = Window(START, START + 3_600)


def series(number: int, *statistics: str, period: int = 300) -> Series:
    received = metric("AWS/NATGateway", "BytesInFromSource", NatGatewayId=f"nat-{number}")
    return Series("111111111111", "us-east-1", received, statistics or ("Sum",), period, Tier.HOUR)


def call_of(*series: Series, window: Window = HOUR) -> Call:
    (call,) = calls(Ask(each, window) for each in series)
    return call


@pytest.fixture
def cloud() -> CloudWatch:
    cloud = CloudWatch()
    for number in range(500):
        for minute in range(60):
            cloud.put(series(number).metric, START + 60 * minute, 1.0)
    return cloud


def test_500_series_come_in_one_call(cloud: CloudWatch) -> None:
    asked = [series(i) for i in range(500)]
    answer = fetch(cloud, call_of(*asked))
    assert (cloud.calls, cloud.billed, answer.pages) == (1, 500, 1)
    assert answer.whole == set(asked)
    assert answer.points[asked[7], "Sum"] == {START + 300 * i: 5.0 for i in range(12)}


def test_statistics_of_a_series_are_kept_apart(cloud: CloudWatch) -> None:
    bytes_in = series(1, "Sum", "Maximum", "p99")
    answer = fetch(cloud, call_of(bytes_in))
    assert {name: answer.points[bytes_in, name][START] for name in bytes_in.statistics} == {
        "Sum": 5.0, "Maximum": 1.0, "p99": 1.0,
    }  # fmt: skip
    assert cloud.billed == 1


def test_a_long_answer_is_read_to_its_last_page() -> None:
    cloud, days = CloudWatch(), 75
    first, second = series(1, period=60), series(2, period=60)
    for each in (first, second):
        for minute in range(days * 1_440):
            cloud.samples[each.metric][START + 60 * minute] = [2.0]
    window = Window(START, START + days * 86_400)
    call = Call(first.account, first.region, window, (first, second))
    answer = fetch(cloud, call)
    assert answer.pages == 3
    assert len(answer.points[first, "Sum"]) == len(answer.points[second, "Sum"]) == days * 1_440
    assert answer.whole == {first, second}
    assert cloud.billed == 2


def test_a_metric_without_points_is_whole_and_empty(cloud: CloudWatch) -> None:
    silent = series(999)
    answer = fetch(cloud, call_of(silent))
    assert (answer.points[silent, "Sum"], answer.whole) == ({}, {silent})


def test_the_trouble_of_one_series_is_its_own(cloud: CloudWatch) -> None:
    well, forbidden, broken, partial = (series(i) for i in range(4))
    cloud.statuses[forbidden.metric] = "Forbidden"
    cloud.statuses[broken.metric] = "InternalError"
    cloud.statuses[partial.metric] = "PartialData"
    answer = fetch(cloud, call_of(well, forbidden, broken, partial))
    assert answer.whole == {well}
    assert answer.forbidden == {forbidden}
    assert answer.failed == {broken, partial}


def test_a_refused_permission_is_named(cloud: CloudWatch) -> None:
    cloud.denied = True
    with pytest.raises(AwsError, match="us-east-1: the role lacks a permission, cloudwatch:G"):
        fetch(cloud, call_of(series(1)))


@pytest.mark.parametrize(
    ("code", "words"),
    [("Throttling", "AWS throttles"), ("ExpiredToken", "credentials have expired")],
)
def test_other_errors_are_said(cloud: CloudWatch, code: str, words: str) -> None:
    def fail(**_: object) -> None:
        raise refused(code, "no", "GetMetricData", 400 if code == "Throttling" else 403)

    cloud.get_metric_data = fail  # type: ignore[method-assign,assignment]
    with pytest.raises(AwsError, match=words):
        fetch(cloud, call_of(series(1)))
