"""Which dimension sets are asked for: those that are listed, the coarsest that says enough."""

from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource import Resource
from connectivity.core.health.series import Metric, Tier, metric
from connectivity.core.health.series_selection import indexed, planned

BALANCER, GROUP = "net/orders/1", "targetgroup/orders/2"


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


def test_host_counts_are_asked_by_group_and_the_rest_by_load_balancer() -> None:
    name = "HealthyHostCount"
    hosts = metric("AWS/NetworkELB", name, LoadBalancer=BALANCER, TargetGroup=GROUP)
    by_az = metric(
        "AWS/NetworkELB", name, LoadBalancer=BALANCER, TargetGroup=GROUP, AvailabilityZone="a"
    )
    flows = metric("AWS/NetworkELB", "NewFlowCount", LoadBalancer=BALANCER)
    tiers = plan("nlb", BALANCER, hosts, by_az, flows)
    assert tiers == {(name, GROUP): Tier.QUARTER, ("NewFlowCount", ""): Tier.HOUR}


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
