"""Which dimension sets are asked for: those that are listed, the coarsest that says enough."""

from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource import Resource
from connectivity.core.health.series import Metric, Tier, metric
from connectivity.core.health.series_selection import indexed, planned

BALANCER = "net/orders/1"


def plan(kind: str, key: str, *listed: Metric, **facts: object) -> dict[tuple[str, str], Tier]:
    resource = Resource(kind, key, key, "1", "us-east-1", key, facts)
    selection = planned(KINDS[kind], resource, indexed(listed))
    return {
        (series.metric.name, series.part): series.tier
        for series in selection
        if series.period < 3_600
    }


def test_what_is_not_listed_is_not_asked_for() -> None:
    assert plan("nat-gateway", "nat-1") == {}
    other = metric("AWS/NATGateway", "ErrorPortAllocation", NatGatewayId="nat-2")
    assert plan("nat-gateway", "nat-1", other) == {}


def test_a_regional_gateway_that_is_listed_by_az_alone_has_a_series_for_each() -> None:
    name = "ErrorPortAllocation"
    by_az = [
        metric("AWS/NATGateway", name, NatGatewayId="nat-1", AvailabilityZone=az) for az in "ab"
    ]
    tiers = plan("nat-gateway", "nat-1", *by_az)
    assert tiers == {(name, "a"): Tier.QUARTER, (name, "b"): Tier.QUARTER}
    whole = metric("AWS/NATGateway", name, NatGatewayId="nat-1")
    assert plan("nat-gateway", "nat-1", whole, *by_az) == {(name, ""): Tier.QUARTER}


def balancer(azs: str, **crossing: bool) -> dict[str, object]:
    """Facts of a load balancer with a group for each setting of cross-zone load balancing."""
    groups = [
        {"name": name, "key": f"targetgroup/{name}/2", "is_crossing": is_on}
        for name, is_on in crossing.items()
    ]
    return {"azs": list(azs), "az_ids": {"a": "use1-az4"}, "groups": groups}


def sets(name: str, *groups: str, azs: str = "ab") -> list[Metric]:
    """Every set of dimensions of a metric that AWS's page has."""
    of_groups = [{"TargetGroup": f"targetgroup/{group}/2"} for group in groups] or [{}]
    return [
        metric("AWS/NetworkELB", name, LoadBalancer=BALANCER, **of_group, **of_az)
        for of_group in of_groups
        for of_az in ({}, *({"AvailabilityZone": az} for az in azs))
    ]


def test_host_counts_are_asked_by_group_and_the_rest_by_load_balancer() -> None:
    name = "HealthyHostCount"
    listed = (*sets(name, "orders"), *sets("NewFlowCount"))
    tiers = plan("nlb", BALANCER, *listed, **balancer("ab", orders=True))
    assert tiers == {(name, "orders"): Tier.QUARTER, ("NewFlowCount", ""): Tier.HOUR}


def test_an_az_of_a_group_is_asked_for_where_its_targets_alone_serve_it() -> None:
    """Cross-zone load balancing is off for the group, and there is more than this AZ."""
    name = "HealthyHostCount"
    facts = balancer("ab", orders=False, bills=True)
    tiers = plan("nlb", BALANCER, *sets(name, "orders", "bills"), **facts)
    assert {part for _, part in tiers} == {
        "orders",
        "bills",
        "orders in a (use1-az4)",
        "orders in b",
    }
    one_az = plan("nlb", BALANCER, *sets(name, "orders"), **balancer("a", orders=False))
    assert {part for _, part in one_az} == {"orders"}


def test_an_az_that_may_leave_dns_is_asked_for_by_load_balancer() -> None:
    name = "ZonalHealthStatus"
    tiers = plan("nlb", BALANCER, *sets(name), **balancer("ab", orders=True))
    assert tiers == {(name, "a (use1-az4)"): Tier.HOUR, (name, "b"): Tier.HOUR}


def test_a_part_that_is_not_listed_is_not_asked_for() -> None:
    listed = sets("HealthyHostCount", "orders", azs="a")
    tiers = plan("nlb", BALANCER, *listed, **balancer("ab", orders=False))
    assert {part for _, part in tiers} == {"orders", "orders in a (use1-az4)"}


def test_a_metric_of_two_rules_is_asked_once_as_often_as_the_hastier() -> None:
    endpoints = [
        metric("AWS/GlobalAccelerator", "HealthyEndpointCount", Accelerator="a1", **dimensions)
        for dimensions in ({}, {"Listener": "l"}, {"Listener": "l", "EndpointGroup": "eu-west-1"})
    ]
    groups = [{"listener": "l", "region": "eu-west-1"}]
    tiers = plan("accelerator", "a1", *endpoints, groups=groups)
    assert tiers == {
        ("HealthyEndpointCount", ""): Tier.QUARTER,
        ("HealthyEndpointCount", "eu-west-1 of listener l"): Tier.HOUR,
    }


def test_a_transit_gateway_is_looked_at_by_attachment() -> None:
    whole = metric("AWS/TransitGateway", "PacketDropCountNoRoute", TransitGateway="tgw-1")
    parts = [
        metric(
            "AWS/TransitGateway",
            "PacketDropCountNoRoute",
            TransitGateway="tgw-1",
            TransitGatewayAttachment=f"att-{i}",
        )
        for i in range(2)
    ]
    tiers = plan("transit-gateway", "tgw-1", whole, *parts)
    assert {part for _, part in tiers} == {"att-0", "att-1"}


def test_a_volumes_flags_are_found_whichever_set_is_listed() -> None:
    name = "VolumeStalledIOCheck"
    alone = metric("AWS/EBS", name, VolumeId="vol-1")
    both = metric("AWS/EBS", name, VolumeId="vol-1", InstanceId="i-1")
    for listed in (alone, both):
        assert (name, "") in plan("ebs-volume", "vol-1", listed, instance="i-1")
    of_instance = metric("AWS/EC2", "InstanceEBSIOPSExceededCheck", InstanceId="i-1")
    tiers = plan("ebs-volume", "vol-1", of_instance, instance="i-1")
    assert tiers == {("InstanceEBSIOPSExceededCheck", ""): Tier.HOUR}
