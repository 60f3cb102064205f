"""Calls to AWS's APIs. Credentials, profiles and endpoints are boto3's standard environment."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from connectivity.core.health.troubles import Trouble

CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 5}, connect_timeout=10, read_timeout=60
)
HOME_REGION = "us-east-1"
BATCH = 100  # queries of one call
METRIC, STATISTIC, PERIOD = "aggregate-latency", "p50", "one-day"


class AwsError(Exception):
    """AWS refused a call, or does not answer. Says which call, why, and what AWS said."""

    def __init__(
        self, text: str, trouble: Trouble = Trouble.OTHER, *, is_of_region: bool = False
    ) -> None:
        super().__init__(text)
        self.trouble = trouble
        self.breaks_off = is_of_region or trouble.is_of_account  # no other call is worth making


def network_performance(
    pairs: Sequence[tuple[str, str]], start: datetime, end: datetime, client: Any = None
) -> Iterator[list[dict[str, Any]]]:
    """AWS's own medians between pairs of AZ IDs or Regions, a batch of responses at a time.

    Raises:
        AwsError: no credentials, no permission, throttled for long, or no answer.
    """
    ec2 = client or _ec2()
    for at in range(0, len(pairs), BATCH):
        queries = [
            {
                "Id": f"q{at + i}",
                "Source": source,
                "Destination": destination,
                "Metric": METRIC,
                "Statistic": STATISTIC,
                "Period": PERIOD,
            }
            for i, (source, destination) in enumerate(pairs[at : at + BATCH])
        ]
        yield list(_responses(ec2, {"DataQueries": queries, "StartTime": start, "EndTime": end}))


def _ec2() -> Any:
    try:
        return boto3.client("ec2", region_name=HOME_REGION, config=CONFIG)
    except BotoCoreError as error:
        raise AwsError(f"EC2: {error}") from error


def _responses(ec2: Any, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    token: dict[str, str] = {}
    while True:
        try:
            page = ec2.get_aws_network_performance_data(**request, **token)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            allow = "ec2:GetAwsNetworkPerformanceData"
            hint = f"; allow {allow}" if "Unauthorized" in code or "AccessDenied" in code else ""
            raise AwsError(f"GetAwsNetworkPerformanceData: {code}{hint}") from error
        except BotoCoreError as error:
            raise AwsError(f"GetAwsNetworkPerformanceData: {error}") from error
        yield from page.get("DataResponses", [])
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}


def as_file(responses: list[dict[str, Any]]) -> bytes:
    """Responses as the AWS CLI prints them, which is what the importer reads."""
    return (json.dumps({"DataResponses": responses}, indent=1, default=iso) + "\n").encode()


def iso(value: object) -> str:
    """A moment as AWS's tools write it."""
    return value.isoformat() if isinstance(value, datetime) else str(value)
