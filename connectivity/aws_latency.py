"""AWS's own medians for the pairs that stored topologies use."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.utils import timezone

from connectivity import queries
from connectivity.clients import BATCH, as_file, iso, network_performance
from connectivity.importers.latency.aws_performance import NAME
from connectivity.measurements import Filing, file_measurements

DAYS = 7


def fetch_from_aws(
    team_id: int, progress: Callable[[int, int], None], client: Any = None
) -> dict[str, int]:
    """File AWS's own medians for the AZ and Region pairs of the team's topologies.

    They fill p50 cells of the single VPC, and no others. A pair for which AWS has nothing is
    counted, and stays missing.

    Raises:
        AwsError: nothing of the batch that failed is stored; earlier ones are.
    """
    pairs = sorted(_pairs(team_id))
    end = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    known = queries.taken_by(team_id, NAME)
    counts = {"pairs": len(pairs), "measurements": 0, "without": 0}
    batches = network_performance(pairs, end - timedelta(days=DAYS), end, client)
    for done, responses in enumerate(batches, start=1):
        good = [response for response in map(_with_points, responses) if response["MetricPoints"]]
        counts["without"] += len(responses) - len(good)
        fresh = list(_fresh(good, known))
        if fresh:
            filed = file_measurements(team_id, NAME, as_file(fresh), Filing())
            counts["measurements"] += len(filed.runs) if filed.is_new else 0
        progress(min(done * BATCH, len(pairs)), len(pairs))
    return counts


def _with_points(response: dict[str, Any]) -> dict[str, Any]:
    """A response with those of its points that AWS calls good."""
    points = [
        metric_point
        for metric_point in response.get("MetricPoints", [])
        if metric_point.get("Status", "OK") == "OK" and "Value" in metric_point
    ]
    return response | {"MetricPoints": points}


def _fresh(
    responses: list[dict[str, Any]], known: set[tuple[str, str, str]]
) -> Iterator[dict[str, Any]]:
    """The responses with those of their points that were not filed before."""
    for response in responses:
        ends = str(response["Source"]), str(response["Destination"])
        points = [
            metric_point
            for metric_point in response["MetricPoints"]
            if (*ends, iso(metric_point.get("StartDate"))[:35]) not in known
        ]
        if points:
            yield response | {"MetricPoints": points}


def _pairs(team_id: int) -> set[tuple[str, str]]:
    """Both ways between the AZs of every Region that topologies use, and between the Regions."""
    pairs: set[tuple[str, str]] = set()
    for row in queries.topologies(team_id):
        vpcs = queries.version(team_id, row.uid).document["vpcs"]
        regions = {vpc["region"] for vpc in vpcs}
        pairs |= {
            (source, destination)
            for source in regions
            for destination in regions
            if source != destination
        }
        for region in regions:
            azs = {az for vpc in vpcs if vpc["region"] == region for az in vpc["azs"]}
            pairs |= {(source, destination) for source in azs for destination in azs}
    return pairs
