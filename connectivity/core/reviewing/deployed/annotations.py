"""Annotations of the AWS Load Balancer Controller, and the attributes in them.

Source: kubernetes-sigs.github.io/aws-load-balancer-controller, guide/service/annotations and
guide/ingress/annotations; those of a Service win over those of an Ingress. Read 2026-11-25.
"""

import re
from collections.abc import Mapping

from connectivity.core.reviewing.deployed.objects import KubeObject, Spot, Unusable

SERVICE = "service.beta.kubernetes.io/aws-load-balancer-"
INGRESS = "alb.ingress.kubernetes.io/"
TARGET_TYPE = "nlb-target-type"
TARGET_GROUP = "target-group-attributes"
DEREGISTRATION = "deregistration_delay.timeout_seconds"
ALB_IDLE = "idle_timeout.timeout_seconds"
CROSS_ZONE = "cross-zone-load-balancing-enabled"  # deprecated; it wins over the attribute
NLB_IDLE = "tcp.idle_timeout.seconds"
NLB_CLASS = "service.k8s.aws/nlb"
AUTO_MODE = "eks.amazonaws.com/"
MAX_ATTRIBUTES = 100  # of one annotation


def first_set(service: KubeObject, ingress: KubeObject, key: str) -> Spot:
    """An annotation of the Service, or else of the Ingress."""
    spots = [each.annotation(key) for each in (service, ingress)]
    return next((spot for spot in spots if spot.is_set), spots[-1])


def attributes(spot: Spot) -> Mapping[str, str]:
    """The attributes in an annotation: `a=1,b=2`.

    Raises:
        Unusable: it is no such list.
    """
    parts = [part.strip() for part in (spot.text() or "").split(",") if part.strip()]
    if len(parts) > MAX_ATTRIBUTES or any("=" not in part for part in parts):
        raise Unusable(spot, "is no list of attributes such as a.b=1,c.d=2")
    pairs = (part.partition("=") for part in parts)
    return {key.strip(): value.strip() for key, _, value in pairs}


def seconds(spot: Spot, name: str, text: str) -> int:
    """An attribute that is a number of seconds.

    Raises:
        Unusable: it is none.
    """
    if not re.fullmatch(r"\d{1,6}", text):
        raise Unusable(spot, f"{name} is no whole number of seconds")
    return int(text)
