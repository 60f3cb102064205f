"""The same collection over HTTP, on moto's server: discovery, permissions, points, roles."""

import time
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.session import Session
from django.utils import timezone

from advisor.models import User
from connectivity.clients.cloudwatch import fetch, listed
from connectivity.clients.sessions import AccountAccess, Clients
from connectivity.core.health import iam_role
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.request_planning import Ask, Window, calls
from connectivity.core.health.series import Metric, Series, Tier, metric
from connectivity.health.accounts.aws_access import Asking
from connectivity.health.accounts.aws_accounts import Wish, add_account, check
from connectivity.health.rounds import scheduling
from connectivity.models import Collection, Finding, Resource
from tests.doubles.aws_server import aws_server, aws_url
from tests.doubles.cloudwatch import CloudWatch
from tests.estate import REGION, Aws

__all__ = ["aws_server", "aws_url"]
pytestmark = pytest.mark.django_db
ACCOUNT = "123456789012"
ERRORS = metric("AWS/NATGateway", "ErrorPortAllocation", NatGatewayId="nat-1")
NOW = int(timezone.now().timestamp())
START = (NOW - 3_600) // 300 * 300


class Clouds:
    """Puts samples into both, in the order in which they are asked for."""

    def __init__(self, over_http: bool) -> None:
        self.client: Any = boto3.client("cloudwatch") if over_http else CloudWatch()

    def put(self, measured: Metric, at: int, value: float) -> None:
        if isinstance(self.client, CloudWatch):
            self.client.put(measured, at, value)
            return
        datum = {
            "MetricName": measured.name,
            "Dimensions": [{"Name": d.name, "Value": d.value} for d in measured.dimensions],
            "Timestamp": datetime.fromtimestamp(at, UTC),
            "Value": value,
        }
        self.client.put_metric_data(Namespace=measured.namespace, MetricData=[datum])


@pytest.fixture(params=[False, True], ids=["in memory", "moto over HTTP"])
def clouds(request: pytest.FixtureRequest, aws_url: str) -> Clouds:
    clouds = Clouds(request.param)
    for minute in range(15):
        clouds.put(ERRORS, START + 60 * minute, float(minute))
    return clouds


@pytest.mark.parametrize(
    ("statistic", "values"),
    [
        ("Sum", [10.0, 35.0, 60.0]),
        ("Maximum", [4.0, 9.0, 14.0]),
        ("Minimum", [0.0, 5.0, 10.0]),
        ("Average", [2.0, 7.0, 12.0]),
        ("SampleCount", [5.0, 5.0, 5.0]),
    ],
)
def test_points_of_whole_periods(clouds: Clouds, statistic: str, values: list[float]) -> None:
    series = Series(ACCOUNT, REGION, ERRORS, (statistic,), 300, Tier.HOUR)
    (call,) = calls([Ask(series, Window(START, START + 900))])
    answer = fetch(clouds.client, call)
    assert answer.points[series, statistic] == dict(
        zip(range(START, START + 900, 300), values, strict=True)
    )
    assert answer.whole == {series}


def test_the_end_is_left_out(clouds: Clouds) -> None:
    series = Series(ACCOUNT, REGION, ERRORS, ("Sum",), 300, Tier.HOUR)
    (call,) = calls([Ask(series, Window(START, START + 300))])
    assert list(fetch(clouds.client, call).points[series, "Sum"]) == [START]


def test_a_dimension_too_few_or_too_many_finds_nothing_and_says_complete(clouds: Clouds) -> None:
    other = metric("AWS/NATGateway", "ErrorPortAllocation", NatGatewayId="nat-1", Zone="a")
    series = Series(ACCOUNT, REGION, other, ("Sum",), 300, Tier.HOUR)
    (call,) = calls([Ask(series, Window(START, START + 900))])
    answer = fetch(clouds.client, call)
    assert answer.points[series, "Sum"] == {}
    assert answer.whole == {series}


def test_what_is_listed(clouds: Clouds) -> None:
    assert list(listed(clouds.client, "AWS/NATGateway", "here")) == [ERRORS]
    assert list(listed(clouds.client, "AWS/EBS", "here")) == []


@pytest.fixture
def estate(aws_url: str) -> dict[str, str]:
    """A NAT gateway used from another AZ, an unattached volume, a load balancer in one AZ."""
    ec2 = boto3.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=f"us-east-1{az}")[
            "Subnet"
        ]["SubnetId"]
        for i, az in enumerate("ab")
    ]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    gateway = ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address)
    nat = gateway["NatGateway"]["NatGatewayId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnets[1])
    ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName=f"com.amazonaws.{REGION}.s3",
        RouteTableIds=[table],
        VpcEndpointType="Gateway",
    )
    ec2.create_volume(Size=100, AvailabilityZone="us-east-1a", VolumeType="gp2")
    elb = boto3.client("elbv2")
    elb.create_load_balancer(Name="orders", Subnets=subnets[:1], Type="network")
    elb.create_load_balancer(Name="shop", Subnets=subnets, Type="application")
    ec2.create_transit_gateway()
    return {"nat": nat}


def test_a_whole_account_over_http(estate: dict[str, str], user: User) -> None:
    errors = metric("AWS/NATGateway", "ErrorPortAllocation", NatGatewayId=estate["nat"])
    cloud = Clouds(over_http=True)
    now = int(time.time()) // 60 * 60  # of this test: the suite may have begun long ago
    for minute in range(-2, 30):
        cloud.put(errors, now - 60 * minute, 3.0)
    add_account(user.team_id, Wish(ACCOUNT, "here", (REGION,)), uses_own=True)
    report = scheduling.run_all(user.team_id)
    # moto has no endpoint service calls refused, and no Global Accelerator outside us-west-2.
    assert [note for note in report.notes if "NotImplemented" not in note] == []
    kinds = set(Resource.objects.values_list("kind", flat=True))
    assert {
        "nat-gateway",
        "ebs-volume",
        "nlb",
        "alb",
        "transit-gateway",
        "gateway-endpoint",
    } <= kinds
    facts = Resource.objects.get(kind="alb").facts
    assert (facts["azs"], facts["idle_s"]) == (["us-east-1a", "us-east-1b"], 60)
    assert set(facts["az_ids"]) == set(facts["azs"])
    nat = Resource.objects.get(kind="nat-gateway")
    assert (nat.aws_id, nat.state) == (estate["nat"], "critical")
    assert {"NAT-PORTS", "NAT-OTHER-AZ"} <= set(
        Finding.objects.filter(resource=nat).values_list("rule", flat=True)
    )
    without = Finding.objects.get(rule="NAT-NO-ENDPOINT")
    assert "traffic to DynamoDB goes through it" in without.why  # S3 has one
    assert Finding.objects.filter(rule="EBS-GP2").exists()
    assert Finding.objects.filter(rule="NLB-ONE-AZ").exists()


def test_the_role_allows_exactly_the_calls_that_are_made(
    estate: dict[str, str], user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions: set[str] = set()

    def seen(params: Any, model: Any, **_: object) -> None:
        service = {"Elastic Load Balancing v2": "elasticloadbalancing"}.get(
            model.service_model.service_id, model.service_model.service_name
        )
        service = {"elbv2": "elasticloadbalancing", "monitoring": "cloudwatch"}.get(
            service, service
        )
        actions.add(f"{service}:{model.name}")

    original = Session.create_client

    def watching(self: Session, *args: Any, **kwargs: Any) -> Any:
        api = original(self, *args, **kwargs)
        api.meta.events.register("before-call", seen)
        return api

    monkeypatch.setattr(Session, "create_client", watching)
    row = add_account(user.team_id, Wish(ACCOUNT, "here", (REGION,)), uses_own=True)
    scheduling.run_all(user.team_id)
    check(row, Asking())
    whole = {call.action for kind in KINDS.values() for call in kind.calls} | set(iam_role.ALWAYS)
    assert set(iam_role.actions()) == whole
    assert actions - {"sts:GetCallerIdentity"} <= whole  # for which nobody needs a permission
    # What depends on something that this account lacks is not called: listeners, groups, instances.
    absent = {
        call.action
        for kind in KINDS.values()
        for call in kind.calls
        if call.of or call.service == "globalaccelerator"
    }
    assert whole - actions <= absent


def test_the_external_id_goes_with_every_taking_of_the_role(
    aws_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []
    original = Session.create_client

    def watching(self: Session, name: str, *args: Any, **kwargs: Any) -> Any:
        api = original(self, name, *args, **kwargs)
        if name == "sts":
            api.meta.events.register(
                "provide-client-params.sts.AssumeRole",
                lambda params, **_: asked.append(dict(params)),
            )
        return api

    monkeypatch.setattr(Session, "create_client", watching)
    role = f"arn:aws:iam::{ACCOUNT}:role/Reader"
    api = Clients()(AccountAccess(ACCOUNT, role, "made-by-us"), "ec2", REGION)
    api.describe_nat_gateways()
    api.describe_volumes()
    (parameters,) = asked  # the credentials are kept until they end
    assert (parameters["RoleArn"], parameters["ExternalId"]) == (role, "made-by-us")


def test_a_check_names_what_is_refused_and_what_would_allow_it(
    estate: dict[str, str], user: User
) -> None:
    aws = Aws()
    aws.denied[ACCOUNT] = {"DescribeVolumes"}
    aws.clouds[ACCOUNT].denied = True
    row = add_account(user.team_id, Wish(ACCOUNT, "here", (REGION,)), uses_own=True)
    (outcome,) = check(row, aws.asking)
    expected = {"ec2:DescribeVolumes", "cloudwatch:ListMetrics", "cloudwatch:GetMetricData"}
    assert set(outcome.refused) == expected
    assert outcome.statement["Action"] == sorted(expected)
    assert Collection.objects.filter(account=row).count() == 4
