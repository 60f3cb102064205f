"""Which pods a selector of Kubernetes selects."""

from collections.abc import Mapping
from typing import Any

from connectivity.core.reviewing.deployed.objects import Spot, Unusable


def selects(labels: Mapping[str, Any], pods: Mapping[str, Any]) -> bool:
    """Whether a Service's selector selects pods with such labels; an empty one selects none.

    >>> selects({"app": "web"}, {"app": "web", "tier": "front"}), selects({}, {"app": "web"})
    (True, False)
    """
    return bool(labels) and all(pods.get(key) == value for key, value in labels.items())


def selects_by(selector: Spot, pods: Mapping[str, Any]) -> bool:
    """Whether a selector with labels and expressions selects such pods; an empty one selects all.

    Raises:
        Unusable: an expression is none that Kubernetes has.
    """
    labels = selector.at("matchLabels").mapping()
    if any(pods.get(key) != value for key, value in labels.items()):
        return False
    return all(_holds(entry, pods) for entry in selector.at("matchExpressions").entries())


def _holds(expression: Spot, pods: Mapping[str, Any]) -> bool:
    operator, value = expression.at("operator").text(), pods.get(expression.at("key").text() or "")
    values = [entry.text() for entry in expression.at("values").entries()]
    answers = {
        "In": value in values,
        "NotIn": value not in values,
        "Exists": value is not None,
        "DoesNotExist": value is None,
    }
    if operator not in answers:
        raise Unusable(expression.at("operator"), f"is none of {', '.join(answers)}")
    return answers[operator]
