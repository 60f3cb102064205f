"""Endpoints of Global Accelerator: the ways in which two connections can collide.

Configuration alone. The API is asked in us-west-2, which is where it lives.
"""

from collections.abc import Iterator

from connectivity.core.health.docs import ACCELERATOR
from connectivity.core.health.evaluation import State, Whose
from connectivity.core.health.resource import OF, Describe, Estate, Resource, Said, name_of
from connectivity.core.health.resource_type import ConfigurationRule, Kind

KEY = "accelerator"
OF_ACCELERATOR = ("ListAccelerators", "AcceleratorArn", "AcceleratorArn")
OF_LISTENER = ("ListListeners", "ListenerArn", "ListenerArn")
CALLS = (
    Describe("globalaccelerator", "ListAccelerators", "Accelerators"),
    Describe("globalaccelerator", "ListListeners", "Listeners", *OF_ACCELERATOR),
    Describe("globalaccelerator", "ListEndpointGroups", "EndpointGroups", *OF_LISTENER),
)


def read(answers: Said, account: str, region: str) -> Iterator[Resource]:
    """Accelerators with their endpoints."""
    owner = {listener["ListenerArn"]: listener[OF] for listener in answers["ListListeners"]}
    for accelerator in answers["ListAccelerators"]:
        arn = accelerator["AcceleratorArn"]
        facts = {
            "endpoints": [
                {
                    "arn": each["EndpointId"],
                    "preserves_client_ip": bool(each.get("ClientIPPreservationEnabled")),
                    "has_overrides": bool(group.get("PortOverrides")),
                }
                for group in answers["ListEndpointGroups"]
                if owner.get(group[OF]) == arn
                for each in group.get("EndpointDescriptions", ())
            ]
        }
        yield Resource(
            KEY,
            arn,
            accelerator.get("Name") or name_of(accelerator, arn),
            account,
            region,
            arn,
            facts,
        )


def _mixed(resource: Resource, estate: Estate) -> str:
    """An ALB that clients reach through the accelerator and directly as well."""
    for each in resource.facts["endpoints"]:
        is_alb = ":loadbalancer/app/" in each["arn"]
        if is_alb and each["preserves_client_ip"] and not each["has_overrides"]:
            name = each["arn"].split("/")[-2]
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


CONFIGURATION = tuple(
    ConfigurationRule(
        id=id, kind=KEY, state=State.WARNING, whose=Whose.AWS, source=ACCELERATOR,
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

KIND = Kind(
    key=KEY,
    one="accelerator",
    many="Global Accelerator",
    namespace="",
    identity="",
    calls=CALLS,
    read=read,
    configuration=CONFIGURATION,
    console="https://us-west-2.console.aws.amazon.com/globalaccelerator/home",
)
