"""What the configuration of a Network Load Balancer says: settings that work against each other."""

from connectivity.core.aws_figures import NLB_IDLE_S
from connectivity.core.health import balancer_rules
from connectivity.core.health.balancer_rules import of_kind
from connectivity.core.health.docs import NLB_TIMEOUT, NLB_TROUBLE, OURS
from connectivity.core.health.evaluation import Severity, Whose
from connectivity.core.health.kinds.nlb.rules import KEY
from connectivity.core.health.load_balancing import empty, outlived
from connectivity.core.health.resource import Estate, Resource
from connectivity.core.health.resource_type import ConfigurationRule


def _mixes(resource: Resource, estate: Estate) -> str:
    if len(resource.facts["azs"]) < 2:
        return ""
    groups = resource.facts["groups"]
    where = ", ".join(g["name"] for g in groups if g["is_crossing"] and g["preserves_client_ip"])
    both = "cross-zone load balancing and client IP preservation are both on for"
    return f"{both} {where}" if where else ""


def _outlives(resource: Resource, estate: Estate) -> str:
    listeners = [each for each in resource.facts["listeners"] if each["protocol"] == "TCP"]
    longest = max(listeners, key=lambda each: int(each["idle_s"]), default=None)
    if longest is None:
        return ""
    return outlived(resource, longest["idle_s"], f"listener {longest['port']}")


def _tls(resource: Resource, estate: Estate) -> str:
    ports = [str(each["port"]) for each in resource.facts["listeners"] if each["protocol"] == "TLS"]
    other = next(
        (each for each in resource.facts["listeners"] if each["idle_s"] > NLB_IDLE_S), None
    )
    if not ports or not other:
        return ""
    ends = f"TLS listener {', '.join(ports)} ends idle connections after {NLB_IDLE_S} s"
    return f"{ends}, while listener {other['port']} waits {other['idle_s']:,} s"


def _one_az(resource: Resource, estate: Estate) -> str:
    azs = resource.facts["azs"]
    return f"it is in {azs[0]} alone" if len(azs) == 1 else ""


def _empty(resource: Resource, estate: Estate) -> str:
    return empty(resource) if resource.facts["groups"] else "it has no target group"


CONFIGURATION = (
    ConfigurationRule(
        id="NLB-MIXED-UP", kind=KEY, severity=Severity.WARNING, whose=Whose.AWS, source=NLB_TROUBLE,
        means="A client's source port can reach one target through two load balancer addresses, "
            "with the same 5-tuple: connections stall or fail intermittently.",
        steps=(
            "Turn off cross-zone load balancing for the group, or client IP preservation (Proxy "
            "Protocol v2 then carries the client's address).",
            "Where neither is possible, let clients use more source ports.",
        ),
        effect="Connections no longer fail because of a duplicate 5-tuple.", check=_mixes,
    ),
    ConfigurationRule(
        id="NLB-IDLE-ENI", kind=KEY, severity=Severity.WARNING, whose=Whose.OURS,
        source=f"{OURS}; {NLB_TIMEOUT}; the EC2 API model (Nitro v6 instances: 350 s)",
        means="The target's network interface stops tracking an idle connection before the "
            "listener times it out: the next packet is dropped.",
        steps=(
            "Raise TcpEstablishedTimeout of the targets' interfaces to the idle timeout.",
            "Or send keep-alives more often than the shorter of the two.",
        ),
        effect="Idle connections are tracked until the listener's timeout.", check=_outlives,
    ),
    ConfigurationRule(
        id="NLB-TLS-IDLE", kind=KEY, severity=Severity.WARNING, whose=Whose.AWS,
        source=NLB_TIMEOUT,
        means="The idle timeout of a TLS listener is fixed at 350 seconds, unlike that of TCP "
            "listeners.",
        steps=("Send keep-alives more often than every 350 seconds on TLS connections.",),
        effect="Idle TLS connections stay open.", check=_tls,
    ),
    ConfigurationRule(
        id="NLB-ONE-AZ", kind=KEY, severity=Severity.ADVICE, whose=Whose.OURS, source=OURS,
        means="When its AZ fails, the service fails.",
        steps=("Add subnets of other AZs, with targets in them.",),
        effect="The service survives the failure of an AZ.", check=_one_az,
    ),
    of_kind(
        KEY, balancer_rules.ONE_TARGET,
        means="When that target fails nothing serves, and every connection is reset.",
    ),
    of_kind(KEY, balancer_rules.UNUSED),
    of_kind(
        KEY, balancer_rules.EMPTY, check=_empty,
        means="It is billed, and has no target to send connections to.",
    ),
)  # fmt: skip
