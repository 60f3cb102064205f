"""aws ec2 get-aws-network-performance-data: medians of AWS's own probes, per period.

AWS gives no unit; the values are milliseconds by inference (62.4 between us-east-1 and eu-west-1).
They are of AWS's fabric, and of no way of connecting VPCs. Source: AWS CLI reference, EC2.
"""

from collections.abc import Iterator
from typing import Any

from connectivity.importers.latency.run import Hints, Run, checked, number, refuse, shown
from connectivity.importers.latency.text import Text

NAME = "aws-network-performance"
MS = 1e3
FABRIC = "AWS's own probes in its fabric: a median for the single VPC, for no other option"


def recognises(text: Text) -> bool:
    return text.whole.lstrip().startswith("{") and '"DataResponses"' in text.whole


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """One run for each period of each pair."""
    document = text.json
    responses = document.get("DataResponses") if isinstance(document, dict) else None
    if not isinstance(responses, list) or not responses:
        refuse(text.line_of("DataResponses"), "DataResponses is empty")
    return checked(runs(responses, text))


def runs(responses: list[Any], text: Text) -> Iterator[Run]:
    line = text.line_of("DataResponses")
    statistics, starts = text.lines_of("Statistic"), text.lines_of("StartDate")
    for response in responses:
        if not isinstance(response, dict):
            refuse(line, "a response is not an object")
        line = next(statistics, line) if "Statistic" in response else line
        for key, wanted in (("Metric", "aggregate-latency"), ("Statistic", "p50")):
            if response.get(key) != wanted:
                refuse(line, f"{key} is {shown(response.get(key))}; AWS gives {wanted} alone")
        points = response.get("MetricPoints")
        if not isinstance(points, list) or not points:
            refuse(line, "MetricPoints is empty: AWS had nothing for this pair and time")
        for point in points:
            is_dated = isinstance(point, dict) and "StartDate" in point
            yield _run(response, point, next(starts, line) if is_dated else line)


def _run(response: dict[str, Any], point: Any, line: int) -> Run:
    if not isinstance(point, dict) or "Value" not in point:
        refuse(line, "a point without Value")
    if point.get("Status", "OK") != "OK":
        refuse(line, f"a point with the status {shown(point['Status'])}")
    return Run(
        tool=NAME,
        test="aggregate-latency",
        line=line,
        figures={"p50": number(point["Value"], line, "Value") * MS},
        direction_note="round trip; taken for milliseconds, AWS names no unit",
        started_at=str(point.get("StartDate") or "")[:35],
        source=str(response.get("Source") or ""),
        destination=str(response.get("Destination") or ""),
        option="single-vpc",
        notes=(FABRIC, f"median over {response.get('Period') or 'an unknown period'}"),
    )
