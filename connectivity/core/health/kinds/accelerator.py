"""Global Accelerator: unhealthy endpoints, and the ways in which two connections can collide.

API and metrics are asked in us-west-2, which is where both are.
"""

from collections.abc import Iterator

from connectivity.core.health.docs import (
    ACCELERATOR,
    ACCELERATOR_FAILOVER,
    ACCELERATOR_METRICS,
    OURS,
)
from connectivity.core.health.evaluation import HealthRule, Missing, Severity, Way, Whose
from connectivity.core.health.resource import (
    Answer,
    Describe,
    Estate,
    Resource,
    Said,
    name_of,
    tags_of,
    told,
)
from connectivity.core.health.resource_type import ConfigurationRule, Kind, Part

KEY = "accelerator"
OF_ACCELERATOR = ("ListAccelerators", "AcceleratorArn", "AcceleratorArn")
OF_LISTENER = ("ListListeners", "ListenerArn", "ListenerArn")
CALLS = (
    Describe("globalaccelerator", "ListAccelerators", "Accelerators"),
    Describe("globalaccelerator", "ListListeners", "Listeners", *OF_ACCELERATOR),
    Describe("globalaccelerator", "ListEndpointGroups", "EndpointGroups", *OF_LISTENER),
    Describe(
        "globalaccelerator", "ListTagsForResource", "Tags",
        "ListAccelerators", "ResourceArn", "AcceleratorArn", is_needed=False,
    ),
)  # fmt: skip
LISTENER, GROUP = "Listener", "EndpointGroup"  # dimensions; a group is named by its Region

RULES = (
    HealthRule(
        id="GA-NO-ENDPOINT", kind=KEY, metric="HealthyEndpointCount", statistic="Maximum",
        period=60, way=Way.BELOW, threshold=1, n=2, m=2, severity=Severity.CRITICAL,
        missing=Missing.QUIET, whose=Whose.OURS,
        source=f"{OURS}; {ACCELERATOR_METRICS}; {ACCELERATOR_FAILOVER}",
        means="No endpoint of the accelerator is healthy: it sends traffic to any of the nearest "
            "group (fail open).",
        steps=("Check the health of the load balancers and instances behind it.",
               "Check that health checks reach them: security groups, port, path."),
        effect="Traffic reaches healthy endpoints.",
    ),
    HealthRule(
        id="GA-GROUP-DOWN", kind=KEY, symptom_of="GA-NO-ENDPOINT",
        metric="HealthyEndpointCount", statistic="Maximum",
        period=60, way=Way.BELOW, threshold=1, n=2, m=2, severity=Severity.WARNING,
        missing=Missing.QUIET, whose=Whose.OURS, by=(LISTENER, GROUP),
        source=f"{OURS}; {ACCELERATOR_METRICS}; {ACCELERATOR_FAILOVER}",
        means="No endpoint of the group is healthy: its clients are sent to another Region, "
            "whatever the traffic dial says.",
        steps=("Check the health of the group's endpoints.",
               "Check that the other Regions can carry the traffic."),
        effect="Clients are served by the nearest Region again.",
    ),
    HealthRule(
        id="GA-ENDPOINT-DOWN", kind=KEY, symptom_of="GA-NO-ENDPOINT",
        metric="UnhealthyEndpointCount", statistic="Minimum",
        period=60, way=Way.ABOVE, threshold=0, n=2, m=2, severity=Severity.WARNING,
        missing=Missing.QUIET, whose=Whose.OURS, by=(LISTENER, GROUP),
        source=f"{OURS}; {ACCELERATOR_METRICS}",
        means="An endpoint of the group is unhealthy, and gets no traffic while another is "
            "healthy.",
        steps=("Check the health of the group's endpoints.",),
        effect="The load is spread over all endpoints again.",
    ),
)  # fmt: skip


def read(answers: Said, account: str, region: str) -> Iterator[Resource]:
    """Accelerators with their endpoints."""
    for accelerator in answers["ListAccelerators"]:
        arn = accelerator["AcceleratorArn"]
        groups = [
            {
                "listener": listener["ListenerArn"].rpartition("/")[2],
                "region": group.get("EndpointGroupRegion", ""),
                "endpoints": [
                    {
                        "arn": each["EndpointId"],
                        "preserves_client_ip": bool(each.get("ClientIPPreservationEnabled")),
                        "has_overrides": bool(group.get("PortOverrides")),
                        "health": each.get("HealthState", ""),
                        "reason": each.get("HealthReason", ""),
                    }
                    for each in group.get("EndpointDescriptions", ())
                ],
            }
            for listener in told(answers["ListListeners"], arn)
            for group in told(answers["ListEndpointGroups"], listener["ListenerArn"])
        ]
        facts = {
            "groups": groups,
            "endpoints": [each for group in groups for each in group["endpoints"]],
        }
        name = accelerator.get("Name") or name_of(accelerator, arn)
        key, own_tags = arn.rpartition("/")[2], tags(arn, answers)
        yield Resource(KEY, arn, name, account, region, key, facts, tags=own_tags)


def tags(arn: str, answers: Said) -> dict[str, str] | None:
    """The tags of an accelerator; None: they could not be read."""
    told_tags = answers.get("ListTagsForResource")
    if told_tags is None or (isinstance(told_tags, Answer) and arn in told_tags.unread):
        return None
    return tags_of({"Tags": told(told_tags, arn)})


def split(resource: Resource, rule: HealthRule) -> Iterator[Part]:
    """The endpoint groups that a rule tells apart: a listener has one for each Region."""
    for group in resource.facts.get("groups", ()) if rule.by else ():
        dimensions = {LISTENER: group["listener"], GROUP: group["region"]}
        yield Part(dimensions, f"{group['region']} of listener {group['listener']}")


def _unhealthy(resource: Resource, estate: Estate) -> str:
    bad = [each for each in resource.facts["endpoints"] if each.get("health") == "UNHEALTHY"]
    if not bad:
        return ""
    names = ", ".join(dict.fromkeys(_short(each["arn"]) for each in bad))
    reason = f" ({bad[0]['reason']})" if bad[0]["reason"] else ""
    return f"{len(bad)} of {len(resource.facts['endpoints'])} unhealthy: {names}{reason}"


def _short(arn: str) -> str:
    """The name of a load balancer in its ARN; an instance or address is named by its ID."""
    return arn.split("/")[-2] if ":loadbalancer/" in arn else arn


def _mixed(resource: Resource, estate: Estate) -> str:
    """An ALB that clients reach through the accelerator and directly as well."""
    for each in resource.facts["endpoints"]:
        is_alb = ":loadbalancer/app/" in each["arn"]
        if is_alb and each["preserves_client_ip"] and not each["has_overrides"]:
            name = _short(each["arn"])
            return f"{name} preserves client IP addresses, on the accelerator's own ports"
    return ""


def _twice(resource: Resource, estate: Estate) -> str:
    arns = {each["arn"] for each in resource.facts["endpoints"]}
    for other in estate.of(KEY):
        both = sorted(arns & {each["arn"] for each in other.facts["endpoints"]})
        if other.id != resource.id and both:
            return f"{both[0]} is an endpoint of {other.name} too"
    return ""


def _crossing(resource: Resource, estate: Estate) -> str:
    crossing = {each.facts["arn"] for each in estate.of("nlb") if each.facts["is_crossing"]}
    both = sorted(crossing & {each["arn"] for each in resource.facts["endpoints"]})
    return f"{both[0]} is an NLB with cross-zone load balancing on" if both else ""


COLLISIONS = tuple(
    ConfigurationRule(
        id=id, kind=KEY, severity=Severity.WARNING, whose=Whose.AWS, source=ACCELERATOR,
        means=means, steps=steps, effect=effect, check=check,
    )
    for id, means, steps, effect, check in (
        (
            "GA-MIXED", "A client that connects both through the accelerator and directly can "
            "open two connections with the same 5-tuple, and one of them fails.",
            ("Set a port override, so that the accelerator uses another endpoint port.",
             "Or send all clients through the accelerator, or turn client IP preservation off."),
            "Connections no longer fail because of a duplicate 5-tuple.",
            _mixed,
        ),
        (
            "GA-TWICE", "Connections through two accelerators to one endpoint can collide.",
            ("Give each accelerator an endpoint or a port of its own.",),
            "Connections no longer collide at the endpoint.",
            _twice,
        ),
        (
            "GA-CROSS-ZONE", "With cross-zone load balancing on, connections through two of its "
            "addresses can collide at one target.",
            ("Turn cross-zone load balancing off for the load balancer.",),
            "Connections no longer collide at a target.",
            _crossing,
        ),
    )
)  # fmt: skip

CONFIGURATION = (
    ConfigurationRule(
        id="GA-UNHEALTHY", kind=KEY, symptom_of="GA-NO-ENDPOINT",
        severity=Severity.WARNING, whose=Whose.OURS,
        source=f"{OURS}; {ACCELERATOR_FAILOVER}",
        means="Global Accelerator calls these endpoints unhealthy, and sends them nothing while "
            "another one is healthy.",
        steps=(
            "Check the health of the load balancer's targets, or of the instance.",
            "Check that health checks reach it: security groups, port, path.",
        ),
        effect="Traffic is spread over all endpoints again.", check=_unhealthy,
    ),
    *COLLISIONS,
)  # fmt: skip

KIND = Kind(
    key=KEY,
    one="accelerator",
    many="Global Accelerator",
    namespace="AWS/GlobalAccelerator",
    identity="Accelerator",
    calls=CALLS,
    read=read,
    unpriced="not priced here",
    rules=RULES,
    configuration=CONFIGURATION,
    split=split,
    is_quiet=True,
    console="https://us-west-2.console.aws.amazon.com/globalaccelerator/home",
)
