"""AWS's own medians, against botocore's Stubber with the shape that AWS documents."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from advisor.jobs import runner
from advisor.models import Job, User
from connectivity import queries
from connectivity.actions import create_topology
from connectivity.aws_latency import fetch_from_aws
from connectivity.clients import BATCH, AwsError
from connectivity.models import Measurement
from tests.factories import document

METHOD = "get_aws_network_performance_data"


@pytest.fixture
def ec2() -> Any:
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    return boto3.client("ec2", region_name="us-east-1", **keys)


@pytest.fixture
def stub(ec2: Any) -> Iterator[Stubber]:
    with Stubber(ec2) as stubber:
        yield stubber


def response(source: str, destination: str, *values: float, **point: Any) -> dict[str, Any]:
    return {
        "Id": "q0",
        "Source": source,
        "Destination": destination,
        "Metric": "aggregate-latency",
        "Statistic": "p50",
        "Period": "one-day",
        "MetricPoints": [
            {
                "StartDate": datetime(2026, 11, day, tzinfo=UTC),
                "EndDate": datetime(2026, 11, day + 1, tzinfo=UTC),
                "Value": value,
                "Status": "OK",
                **point,
            }
            for day, value in enumerate(values, start=1)
        ],
    }


ASKED = {"DataQueries": ANY, "StartTime": ANY, "EndTime": ANY}


@pytest.fixture
def team_id(user: User) -> int:
    create_topology(user.team_id, document())  # three AZs of us-east-1: nine pairs
    return user.team_id


def fetched(team_id: int, ec2: Any) -> dict[str, int]:
    return fetch_from_aws(team_id, lambda done, total: None, ec2)


def test_medians_fill_p50_cells_of_the_single_vpc_alone(
    team_id: int, ec2: Any, stub: Stubber
) -> None:
    first = {"DataResponses": [response("use1-az1", "use1-az2", 0.61, 0.63)], "NextToken": "more"}
    second = {"DataResponses": [response("use1-az2", "use1-az1", 0.62)]}
    stub.add_response(METHOD, first, ASKED)
    stub.add_response(METHOD, second, {**ASKED, "NextToken": "more"})
    assert fetched(team_id, ec2) == {"pairs": 9, "measurements": 3, "without": 0}
    (there,) = [c for c in queries.cells(team_id, "single-vpc") if c.basis == "measured"][:1]
    assert (there.source, there.figures["p50"].us, there.runs) == ("use1-az1", 620, 2)
    assert set(there.figures) == {"p50"}
    reading = queries.latencies(team_id).read("single-vpc", "use1-az1", "use1-az2")
    assert reading.basis == "published"  # a median is no p99
    assert Measurement.objects.filter(option="single-vpc").count() == 3


def test_asking_again_files_nothing_twice(team_id: int, ec2: Any, stub: Stubber) -> None:
    for _ in range(2):
        stub.add_response(METHOD, {"DataResponses": [response("use1-az1", "use1-az2", 0.6)]}, ASKED)
    more = response("use1-az1", "use1-az2", 0.6, 0.61)
    stub.add_response(METHOD, {"DataResponses": [more]}, ASKED)
    assert [fetched(team_id, ec2)["measurements"] for _ in range(3)] == [1, 0, 1]
    assert Measurement.objects.count() == 2


def test_a_pair_without_points_stays_missing(team_id: int, ec2: Any, stub: Stubber) -> None:
    answers = [
        response("use1-az1", "use1-az2"),
        response("use1-az1", "use1-az3", 0.7, Status="Unavailable"),
        response("use1-az2", "use1-az3", 0.8),
    ]
    stub.add_response(METHOD, {"DataResponses": answers}, ASKED)
    assert fetched(team_id, ec2) == {"pairs": 9, "measurements": 1, "without": 2}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("UnauthorizedOperation", "allow ec2:GetAwsNetworkPerformanceData"),
        ("RequestLimitExceeded", "RequestLimitExceeded"),
        ("ExpiredToken", "ExpiredToken"),
        ("InternalError", "InternalError"),
    ],
)
def test_a_fault_says_which_call_and_stores_nothing(
    team_id: int, ec2: Any, stub: Stubber, code: str, words: str
) -> None:
    for _ in range(5):
        stub.add_client_error(METHOD, code)
    with pytest.raises(AwsError, match=words):
        fetched(team_id, ec2)
    assert not Measurement.objects.exists()


def test_what_came_before_a_fault_is_kept(user: User, ec2: Any, stub: Stubber) -> None:
    azs = [f"use1-az{i}" for i in range(1, 7)]
    others = [f"usw2-az{i}" for i in range(1, 5)]
    names = [(f"v{i}", "us-east-1", azs) for i in range(2)]
    names += [(f"w{i}", "us-west-2", others) for i in range(2)]
    more = {"euw1": "eu-west-1", "euc1": "eu-central-1", "apne1": "ap-northeast-1"}
    names += [(p, r, [f"{p}-az{i}" for i in range(1, 5)]) for p, r in more.items()]
    doc = document(
        vpcs=[
            {"name": "clients", "account": "111111111111", "region": "us-east-1",
             "cidrs": ["10.0.0.0/16"], "azs": azs},
            {"name": "orders", "account": "222222222222", "region": "us-east-1",
             "cidrs": ["10.1.0.0/16"], "azs": azs},
            *({"name": name, "account": "111111111111", "region": region,
               "cidrs": [f"10.{at}.0.0/16"], "azs": zones}
              for at, (name, region, zones) in enumerate(names, start=10)),
        ]
    )  # fmt: skip
    create_topology(user.team_id, doc)
    stub.add_response(METHOD, {"DataResponses": [response("use1-az1", "use1-az2", 0.6)]}, ASKED)
    stub.add_client_error(METHOD, "InternalError")
    with pytest.raises(AwsError):
        fetched(user.team_id, ec2)
    assert BATCH == 100
    assert Measurement.objects.count() == 1


def test_without_credentials_the_job_says_so(
    team_id: int, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    job = runner.start("aws-latency", {}, team_id=team_id, user_id=user.pk)
    runner.run(str(job.uid))
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "credentials" in job.problems[0]["problem"]
