"""Topologies, latencies and health as rows."""

from connectivity.models.findings import Finding, FindingEvent, RuleSetting
from connectivity.models.health import (
    AwsAccount,
    Collection,
    HealthSettings,
    PrometheusSource,
    Resource,
    Series,
    Spending,
)
from connectivity.models.incidents import Incident, IncidentEvent
from connectivity.models.latencies import (
    LatencyCell,
    LatencySet,
    LatencyUpload,
    MeasuredCell,
    Measurement,
    ZoneName,
)
from connectivity.models.plans import KeptPlan, PlanNews
from connectivity.models.points import DayPoint, HourPoint, Point
from connectivity.models.topologies import Topology, TopologyVersion

__all__ = [
    "AwsAccount",
    "Collection",
    "DayPoint",
    "Finding",
    "FindingEvent",
    "HealthSettings",
    "HourPoint",
    "Incident",
    "IncidentEvent",
    "KeptPlan",
    "LatencyCell",
    "LatencySet",
    "LatencyUpload",
    "MeasuredCell",
    "Measurement",
    "PlanNews",
    "Point",
    "PrometheusSource",
    "Resource",
    "RuleSetting",
    "Series",
    "Spending",
    "Topology",
    "TopologyVersion",
    "ZoneName",
]
