"""An estate in which something goes wrong, asked in the rhythm of the product: for detection.py."""

from collections.abc import Callable
from datetime import UTC, datetime

from advisor.models import User
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.series import Metric, metric
from connectivity.health.rounds import scheduling
from connectivity.models import Collection, Finding, Resource
from tests.estate import NOW, Aws, watched

ACCOUNT = "111122223333"
HOURS, HOURS_AFTER = 4, 5  # before and after the moment that times are told from
OUTAGE = 8 * 3_600
Value = Callable[[int], float]  # at so many minutes before the end


def between(first: int, last: int, value: float, otherwise: float = 0.0) -> Value:
    return lambda before: value if last <= before < first else otherwise


def always(value: float) -> Value:
    return lambda before: value


def nat(name: str, metric_name: str) -> Metric:
    return metric("AWS/NATGateway", metric_name, NatGatewayId=name)


def volume(name: str, metric_name: str) -> Metric:
    return metric("AWS/EBS", metric_name, VolumeId=name)


def attachment(metric_name: str) -> Metric:
    dimensions = {"TransitGateway": "tgw-1", "TransitGatewayAttachment": "tgw-attach-1"}
    return metric("AWS/TransitGateway", metric_name, **dimensions)


def balancer(metric_name: str) -> Metric:
    return metric("AWS/NetworkELB", metric_name, LoadBalancer="net/idle-resets/1")


SERIES: dict[Metric, Value] = {
    nat("nat-drops", "PacketsDropCount"): between(95, 75, 1_000),
    nat("nat-drops", "PacketsInFromSource"): always(90_000),
    nat("nat-drops", "PacketsInFromDestination"): always(10_000),
    nat("nat-drops", "ErrorPortAllocation"): between(32, 29, 5),
    attachment("PacketDropCountNoRoute"): between(105, 75, 10_000),
    attachment("PacketDropCountBlackhole"): always(0),
    attachment("PacketsIn"): always(100_000),
    volume("vol-iops", "VolumeIOPSExceededCheck"): between(110, 80, 1),
    volume("vol-falling", "BurstBalance"): lambda before: max(0.0, before / 2),
    volume("vol-stalled", "VolumeStalledIOCheck"): between(29, 20, 1),
    balancer("TCP_ELB_Reset_Count"): between(100, 40, 900),
    balancer("NewFlowCount"): always(1_000),
}


def cloud() -> Aws:
    """Everything that happens."""
    aws = Aws()
    for series, value in SERIES.items():
        for before in range(-60 * HOURS_AFTER, 60 * HOURS):
            aws.clouds[ACCOUNT].put(series, NOW - 60 * before, value(before))
    answers = aws.found[ACCOUNT]
    answers["DescribeNatGateways"] = {"NatGateways": [{"NatGatewayId": "nat-drops"}]}
    names = ("vol-iops", "vol-falling", "vol-stalled")
    answers["DescribeVolumes"] = {
        "Volumes": [{"VolumeId": name, "VolumeType": "gp3", "Size": 100} for name in names]
    }
    answers["DescribeTransitGateways"] = {"TransitGateways": [{"TransitGatewayId": "tgw-1"}]}
    arn = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/net/idle-resets/1"
    answers["DescribeLoadBalancers"] = {
        "LoadBalancers": [
            {"Type": "network", "LoadBalancerArn": arn, "LoadBalancerName": "idle-resets"}
        ]
    }
    return aws


def rounds(aws: Aws, every: int) -> None:
    """Lines that are due, as the clock goes on; with a longer step, as after an outage."""
    for now in range(NOW - (HOURS - 1) * 3_600, NOW + 5 * 3_600 + 1, every):
        aws.clock = now
        lines = Collection.objects.filter(due_at__lte=datetime.fromtimestamp(now, UTC))
        ordered = sorted(lines, key=lambda line: scheduling.ORDER.index(line.task))
        for line in ordered:
            scheduling.run(line.pk, aws.asking)


def told() -> list[tuple[str, str, str, str, str]]:
    """Findings of metrics: rule, resource, when it began, was noticed, and ended."""
    rows = []
    rules = {rule.id for kind in KINDS.values() for rule in kind.rules}
    for finding in Finding.objects.filter(rule__in=rules).select_related("resource"):
        opened = finding.events.get(what="opened")
        moments = finding.opened_at, opened.noticed_at, finding.closed_at
        rows.append((finding.rule, finding.resource.name, *map(_relative, moments)))
    return sorted(rows)


def _relative(moment: datetime | None) -> str:
    return "" if moment is None else f"T{(moment.timestamp() - NOW) / 60:+.0f}"


def run() -> None:
    user = User.objects.create_user("bench")
    answers = []
    for every in (900, OUTAGE):
        account = watched(user.team_id, ACCOUNT)
        start = datetime.fromtimestamp(NOW - (HOURS - 1) * 3_600, UTC)
        Collection.objects.filter(account=account).update(due_at=start)
        rounds(cloud(), every)
        findings = told()
        answers.append([(rule, name, began, ended) for rule, name, began, _, ended in findings])
        print(f"rounds every {every // 60} min: rule, resource, began, noticed, ended (minutes)")
        for row in findings:
            print("  ", *row)
        Resource.objects.all().delete()
        account.delete()
    print("the same" if answers[0] == answers[1] else "not the same")
