"""Alarms of CloudWatch on the metrics that show what a review computes, as Terraform."""

from collections.abc import Mapping
from typing import Any

from connectivity.core.reviewing.files.artefacts import Block
from connectivity.core.terraform.values import Expression, Input, Nested, Value

TOPICS = Input("alarm_topic_arns", "set(string)", "SNS topics to notify; [] for none", "[]")

NAME = Input("name", "string", "What the names of alarms and resources begin with", "")


def text_input(name: str, description: str) -> Input:
    """A text that whoever applies has to give."""
    return Input(name, "string", description, "")


def resource(kind: str, label: str, /, **body: Any) -> Block:
    """A resource's block."""
    return f'resource "{kind}" "{label}"', body


def of(kind: str, name: str, attribute: str = "id") -> Expression:
    """An attribute of a resource of the same file."""
    return Expression(f"{kind}.{name}.{attribute}")


def alarm(
    metric: str,
    dimensions: Mapping[str, Value],
    means: str,
    *,
    namespace: str,
    statistic: str = "Sum",
    threshold: int | str = 0,
    below: bool = False,
    minutes: int = 5,
    region: str = "",
) -> Block:
    """An alarm that goes off where a metric lies above a threshold, or below it.

    Args:
        minutes: of so many, in more than half.
        region: where the metric is, if not in the provider's Region; its SNS topics have to be
            there, too.
    """
    side = "LessThanThreshold" if below else "GreaterThanThreshold"
    name = metric.lower()
    place: dict[str, Value] = {"region": region} if region else {}
    return resource(
        "aws_cloudwatch_metric_alarm",
        name,
        **place,
        alarm_name=_named(name),
        alarm_description=means,
        namespace=namespace,
        metric_name=metric,
        dimensions=dict(dimensions),
        statistic=statistic,
        period=60,
        evaluation_periods=minutes,
        datapoints_to_alarm=minutes // 2 + 1,
        threshold=threshold,
        comparison_operator=side,
        treat_missing_data="notBreaching",
        alarm_actions=_topics(region),
    )


def _topics(region: str) -> Input:
    in_region = f"SNS topics in {region} to notify; [] for none"
    return TOPICS._replace(description=in_region) if region else TOPICS


def _named(name: str) -> Expression:
    return Expression(f'"${{%s}}-{name}"', (NAME,))


def interfaces(timeout: str) -> Block:
    """A launch template whose interfaces remember silent TCP connections for so many seconds."""
    tracking = {"connection_tracking_specification": Nested({"tcp_established_timeout": timeout})}
    return resource(
        "aws_launch_template",
        "tracking",
        name=_named("tracking"),
        update_default_version=True,
        network_interfaces=Nested({"device_index": 0, **tracking}),
    )
