"""Load balancers, from the calls to the findings: an AZ that is dead is never ok."""

import pytest

from advisor.models import User
from connectivity.core.health.request_planning import USD_PER_METRIC
from connectivity.core.health.series import Tier, metric
from connectivity.health.accounts.aws_accounts import Wish, add_account
from connectivity.health.rounds import scheduling
from connectivity.models import Finding, Resource, Series
from tests.estate import BALANCER, NETWORK, NOW, Aws, network_balancer, watched

pytestmark = pytest.mark.django_db
ACCOUNT = "111122223333"
A, B = "us-east-1a (use1-az4)", "us-east-1b (use1-az6)"
BOTH, DEAD = {"us-east-1a": 2, "us-east-1b": 2}, {"us-east-1a": 2, "us-east-1b": 0}
LOST = {"us-east-1a": 0, "us-east-1b": 2}


ARN = "arn:aws:globalaccelerator::111122223333:accelerator/1234abcd"
LISTENER = f"{ARN}/listener/0123wxyz"


def accelerator(aws: Aws, **healthy: int) -> None:
    """An accelerator with a group of two endpoints in each Region, and how many are healthy."""
    groups = [
        {
            "EndpointGroupArn": f"{LISTENER}/endpoint-group/{region}",
            "EndpointGroupRegion": region.replace("_", "-"),
            "EndpointDescriptions": [
                {"EndpointId": f"i-{i}", "HealthState": "HEALTHY" if i < count else "UNHEALTHY"}
                for i in range(2)
            ],
        }
        for region, count in healthy.items()
    ]
    aws.found[ACCOUNT] |= {
        "ListAccelerators": {"Accelerators": [{"AcceleratorArn": ARN, "Name": "front"}]},
        "ListListeners": {"Listeners": [{"ListenerArn": LISTENER}]},
        "ListEndpointGroups": {"EndpointGroups": groups},
    }
    whole = {"Accelerator": "1234abcd"}
    counts = [(whole, sum(healthy.values()), 2 * len(healthy))]
    for region, count in healthy.items():
        name = region.replace("_", "-")
        counts.append((whole | {"Listener": "0123wxyz", "EndpointGroup": name}, count, 2))
    for dimensions, good, all_of_them in counts:
        for minute in range(60):
            at = int(aws.clock) - 60 * minute
            for name, value in (("Healthy", good), ("Unhealthy", all_of_them - good)):
                series = metric("AWS/GlobalAccelerator", f"{name}EndpointCount", **dimensions)
                aws.clouds[ACCOUNT].put(series, at, value)


def collected(user: User, aws: Aws) -> Resource:
    watched(user.team_id)
    report = scheduling.run_all(user.team_id, aws.asking)
    assert (report.refused, report.notes) == ([], [])
    return Resource.objects.get(kind="nlb")


def open_findings() -> set[tuple[str, str]]:
    return set(Finding.objects.filter(closed_at=None).values_list("rule", "part"))


def asked_by_zone() -> dict[tuple[str, str], Tier]:
    series = Series.objects.filter(gone_at=None, part__contains="us-east-1").order_by()
    return {(each.metric, each.part): Tier(each.tier) for each in series}


def test_a_load_balancer_that_is_well_is_ok(user: User) -> None:
    aws = Aws()
    network_balancer(aws, ACCOUNT, healthy=BOTH)
    resource = collected(user, aws)
    assert (resource.state, open_findings()) == ("ok", set())


def test_an_az_without_a_healthy_target_is_critical_where_cross_zone_is_off(user: User) -> None:
    aws = Aws()
    network_balancer(aws, ACCOUNT, healthy=DEAD, unhealthy=LOST)
    resource = collected(user, aws)
    assert resource.state == "critical"
    assert open_findings() == {
        ("NLB-AZ-NO-TARGET", f"orders in {B}"),
        ("NLB-AZ-UNHEALTHY", f"orders in {B}"),
        ("NLB-AZ-OUT", B),
    }
    assert f"orders in {B}" in resource.why


def test_with_cross_zone_on_for_the_group_the_other_azs_serve(user: User) -> None:
    """Whatever the load balancer's own setting is: the group's goes before it."""
    aws = Aws()
    network_balancer(aws, ACCOUNT, healthy=DEAD, unhealthy=LOST, crossing="true")
    resource = collected(user, aws)
    assert resource.state == "warning"
    assert open_findings() == {("NLB-UNHEALTHY", "orders"), ("NLB-MIXED-UP", "")}
    assert {name for name, _ in asked_by_zone()} == {"ZonalHealthStatus"}


def test_azs_are_asked_only_where_they_decide_and_what_that_costs(user: User) -> None:
    aws = Aws()
    network_balancer(aws, ACCOUNT, healthy=BOTH)
    collected(user, aws)
    asked = asked_by_zone()
    assert asked == {
        (name, part): tier
        for name, part, tier in (
            *(("HealthyHostCount", f"orders in {az}", Tier.QUARTER) for az in (A, B)),
            *(("UnHealthyHostCount", f"orders in {az}", Tier.HOUR) for az in (A, B)),
            *(("ZonalHealthStatus", az, Tier.HOUR) for az in (A, B)),
            *(("ActiveFlowCount", az, Tier.HOUR) for az in (A, B)),
        )
    }
    a_month = sum(tier.per_month for tier in asked.values()) * USD_PER_METRIC
    assert round(a_month, 4) == 0.1008  # as docs/health.md says


@pytest.mark.parametrize(
    ("flows", "new", "rules"),
    [
        ({"us-east-1a": 9_000, "us-east-1b": 40}, 5, {("NLB-UNEVEN", "")}),
        ({"us-east-1a": 9_000, "us-east-1b": 40}, 50, set()),
        ({"us-east-1a": 9_000, "us-east-1b": 5_000}, 5, set()),
    ],
)
def test_long_lived_flows_that_one_az_carries(
    user: User, flows: dict[str, int], new: float, rules: set[tuple[str, str]]
) -> None:
    aws = Aws()
    network_balancer(aws, ACCOUNT, healthy=BOTH, flows=flows, new=new)
    collected(user, aws)
    assert open_findings() == rules


@pytest.mark.parametrize(("days", "rules"), [(30, {("NLB-IDLE", "")}), (3, set())])
def test_a_load_balancer_without_traffic_for_a_week_is_advice(
    user: User, days: int, rules: set[tuple[str, str]]
) -> None:
    """What is not published is nothing that was processed; a new one has had no week."""
    aws = Aws()
    cloud = network_balancer(aws, ACCOUNT, healthy=BOTH, days=days)
    carried = cloud.samples[metric(NETWORK, "ProcessedBytes", LoadBalancer=BALANCER)]
    for at in [at for at in carried if at > NOW - 9 * 86_400]:
        carried[at] = []
    resource = collected(user, aws)
    assert (resource.state, open_findings()) == ("ok", rules)


def test_one_az_is_not_told_apart(user: User) -> None:
    aws = Aws()
    network_balancer(aws, ACCOUNT, healthy={"us-east-1a": 2})
    resource = collected(user, aws)
    assert asked_by_zone() == {}
    assert not any(verdict["rule"].startswith("NLB-AZ-") for verdict in resource.verdicts)


def test_an_az_that_cloudwatch_does_not_list_is_no_dead_one(user: User) -> None:
    aws = Aws()
    cloud = network_balancer(aws, ACCOUNT, healthy=BOTH)
    for series in [s for s in cloud.samples if s.name == "ZonalHealthStatus"]:
        del cloud.samples[series]
    resource = collected(user, aws)
    verdicts = {verdict["rule"]: verdict for verdict in resource.verdicts}
    assert verdicts["NLB-AZ-OUT"]["state"] == "unknown"
    assert resource.state == "ok"


@pytest.mark.parametrize(
    ("healthy", "state", "rules"),
    [
        ({"eu_west_1": 2, "us_east_1": 2}, "ok", set()),
        (
            {"eu_west_1": 0, "us_east_1": 2},
            "warning",
            {
                ("GA-GROUP-DOWN", "eu-west-1 of listener 0123wxyz"),
                ("GA-ENDPOINT-DOWN", "eu-west-1 of listener 0123wxyz"),
                ("GA-UNHEALTHY", ""),
            },
        ),
        (
            {"eu_west_1": 0},
            "critical",
            {
                ("GA-NO-ENDPOINT", ""),
                ("GA-GROUP-DOWN", "eu-west-1 of listener 0123wxyz"),
                ("GA-ENDPOINT-DOWN", "eu-west-1 of listener 0123wxyz"),
                ("GA-UNHEALTHY", ""),
            },
        ),
    ],
)
def test_an_accelerator_whose_endpoints_are_unhealthy(
    user: User, healthy: dict[str, int], state: str, rules: set[tuple[str, str]]
) -> None:
    aws = Aws()
    accelerator(aws, **healthy)
    add_account(user.team_id, Wish(ACCOUNT, "front", ("us-west-2",)), uses_own=True)
    scheduling.run_all(user.team_id, aws.asking)
    assert Resource.objects.get(kind="accelerator").state == state
    assert open_findings() == rules


def test_accelerators_are_asked_about_in_one_region_alone(user: User) -> None:
    aws = Aws()
    accelerator(aws, eu_west_1=0)
    watched(user.team_id)
    scheduling.run_all(user.team_id, aws.asking)
    assert not Resource.objects.exists()
    assert "AWS/GlobalAccelerator" not in aws.clouds[ACCOUNT].namespaces
