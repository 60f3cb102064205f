"""Global Accelerator beside another path: connections that clash at one endpoint."""

from connectivity.core.health.evaluation import Severity
from connectivity.core.reviewing.files.alarms import alarm, resource, text_input
from connectivity.core.reviewing.files.artefacts import terraform_file
from connectivity.core.reviewing.inputs import flag, number
from connectivity.core.reviewing.review import Constant, Finding, Limit, Review, Words
from connectivity.core.reviewing.sources import ACCELERATOR, OURS
from connectivity.core.terraform.values import Nested

LISTENER_PORT, SECOND_PORT = 443, 8443
METRICS_REGION = "us-west-2"
"""Global Accelerator has its metrics there, wherever its endpoints are."""
ALB = text_input("load_balancer_arn", "The Application Load Balancer, an endpoint")
SECOND = resource(
    "aws_lb_listener",
    "accelerated",
    load_balancer_arn=ALB,
    port=SECOND_PORT,
    protocol="HTTPS",
    certificate_arn=text_input("certificate_arn", "The certificate of its first listener"),
    default_action=Nested(
        {
            "type": "forward",
            "target_group_arn": text_input("target_group_arn", "The group of its first listener"),
        }
    ),
)
OVERRIDE = resource(
    "aws_globalaccelerator_endpoint_group",
    "override",
    listener_arn=text_input("accelerator_listener_arn", "The accelerator's listener"),
    endpoint_group_region=text_input("region", "The Region of the load balancer"),
    endpoint_configuration=Nested(
        {"endpoint_id": ALB, "client_ip_preservation_enabled": "[[preserve_client_ip]]"}
    ),
    port_override=Nested({"listener_port": LISTENER_PORT, "endpoint_port": SECOND_PORT}),
)


REVIEW = Review(
    key="accelerator",
    title="Global Accelerator",
    about="How often connections of one client address clash where some come by the accelerator "
    "and others by another path.",
    inputs=(
        number("connections_accelerator", "open by the accelerator", required=True, load=True),
        number("connections_direct", "open by any other path", required=True, load=True),
        number("accelerator_per_second", "new by the accelerator", required=True, load=True),
        number("direct_per_second", "new by any other path", required=True, load=True),
        number("nat_addresses", "source addresses that the clients share", 1),
        number("ports", "source ports of each", 64_512, (1000, 64_512)),
        number("alb_addresses", "addresses of the endpoint", 1),
        flag("preserve_client_ip", "the accelerator keeps the client's address", True),
        flag("port_override", "the accelerator sends to another port"),
        number("tolerated_per_day", "clashes that nobody minds", 1),
    ),
    constants={
        "DAY": Constant(86_400, "seconds", "unit"),
        "SHARE": Constant(8.64, "a day for each connection a second: 1 in 10,000", OURS),
    },
    helpers={
        "tuples": "nat_addresses * alb_addresses * ports",
        "is_possible": "preserve_client_ip and not port_override",
        "fewer": "min(connections_accelerator, connections_direct)",
        "more": "max(connections_accelerator, connections_direct)",
    },
    numbers={
        "expected_clashes": "connections_accelerator * connections_direct / tuples"
        " if is_possible else 0",
        "clash_probability": "1 - (1 - min(1, more / tuples)) ** fewer if is_possible else 0",
        "clashes_per_day": "DAY * (accelerator_per_second * connections_direct"
        " + direct_per_second * connections_accelerator) / tuples if is_possible else 0",
    },
    asks_when=("connections_accelerator > tuples", "connections_direct > tuples"),
    limits=(
        Limit(
            "clash",
            load="clashes_per_day",
            limit="max(tolerated_per_day, SHARE * (accelerator_per_second + direct_per_second))",
            words=Words(
                "A client address and port that is in use by one path can be used by the other; "
                "the endpoint takes both for one connection.",
                "Set a port override with a second listener, or use one path alone.",
                ACCELERATOR,
                "Connections are no longer reset at random.",
            ),
        ),
    ),
    findings=(
        Finding(
            "mixed",
            Severity.WARNING,
            when="is_possible and connections_accelerator > 0 and connections_direct > 0",
            detail="{expected_clashes} clashes are expected at a time; the probability of any is "
            "{clash_probability}.",
            words=Words(
                "The endpoint is reached by the accelerator and by another path, with the "
                "clients' addresses.",
                "Set a port override with a second listener; or use one path alone; or turn client "
                "IP preservation off, where the endpoint allows it.",
                ACCELERATOR,
            ),
        ),
    ),
    artefacts=(
        terraform_file(
            "main.tf",
            "A second listener for what comes by the accelerator: the other path keeps 443, and no "
            "two connections are the same. Its security group lets 8443 in. The alarm, and the SNS "
            f"topics that it notifies, are in {METRICS_REGION}: AWS has the accelerator's metrics "
            "nowhere else.",
            "terraform plan; an existing endpoint group is imported first. Clashes: "
            "{clashes_per_day} a day before, none after.",
            (
                SECOND,
                OVERRIDE,
                alarm(
                    "NewFlowCount",
                    {"Accelerator": text_input("accelerator_id", "The accelerator's id")},
                    "More new connections a minute than the review was given: review again.",
                    namespace="AWS/GlobalAccelerator",
                    region=METRICS_REGION,
                    threshold="[[max(1, ceil(60 * accelerator_per_second))]]",
                ),
            ),
        ),
    ),
)
