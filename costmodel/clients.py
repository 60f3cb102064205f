"""Calls to AWS's price files, which need no credentials, and to its Price List API."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urljoin, urlsplit

import boto3
import urllib3
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.util import Retry, Timeout

PUBLIC = "https://pricing.us-east-1.amazonaws.com"
RETRIES = Retry(
    total=4, backoff_factor=0.5, status_forcelist=(429, 500, 502, 503, 504), raise_on_status=True
)
TIMEOUT = Timeout(connect=10, read=60)
CHUNK = 1_000_000

Progress = Callable[[int, int], None]


BY_HAND = (
    "Where there is internet, download the offer files and run manage.py import_prices on them "
    "here; or state the price under Prices."
)


class FetchError(Exception):
    """AWS's price files could not be fetched. Says which address, what happened, what to do."""


def _unreachable(url: str, error: Exception) -> FetchError:
    """The error of a connection, in words that need no knowledge of the library."""
    reason = getattr(error, "reason", None) or error
    match reason:
        case urllib3.exceptions.NameResolutionError():
            said = "its name cannot be resolved: this machine has no way to it"
        case urllib3.exceptions.ConnectTimeoutError() | urllib3.exceptions.NewConnectionError():
            said = "it does not answer: this machine has no way to it"
        case _:
            said = str(reason)
    return FetchError(f"{urlsplit(url).hostname} cannot be read: {said}. {BY_HAND} ({url})")


@contextmanager
def offer_files(
    services: tuple[str, ...], regions: list[str], base_url: str, progress: Progress
) -> Iterator[tuple[list[Path], list[str]]]:
    """The offer files of some services in some Regions, on disk while the context lasts.

    Args:
        progress: told (thousandths of files that are there, thousandths in all).

    Yields:
        Files, and in words what AWS does not publish.

    Raises:
        FetchError: an address does not answer, or a file is not whole.
    """
    with urllib3.PoolManager(retries=RETRIES, timeout=TIMEOUT) as http, TemporaryDirectory() as at:
        wanted, absent = _addresses(http, services, regions, base_url)
        files = []
        for done, (name, url) in enumerate(wanted):
            path = Path(at) / name
            _download(http, url, path, _part(progress, done, len(wanted)))
            files.append(path)
        yield files, absent


def _part(progress: Progress, done: int, of: int) -> Callable[[int], None]:
    return lambda thousandths: progress(done * 1000 + thousandths, of * 1000)


def _addresses(
    http: urllib3.PoolManager, services: tuple[str, ...], regions: list[str], base_url: str
) -> tuple[list[tuple[str, str]], list[str]]:
    wanted, absent = [], []
    for service in services:
        index = urljoin(base_url, f"/offers/v1.0/aws/{service}/current/region_index.json")
        found = _json(http, index).get("regions")
        if not isinstance(found, dict):
            raise FetchError(f"{index}: no regions in it")
        for region in regions:
            entry = found.get(region)
            if not isinstance(entry, dict) or "currentVersionUrl" not in entry:
                absent.append(f"{service} in {region}")
                continue
            url = urljoin(base_url, str(entry["currentVersionUrl"]))
            wanted.append((f"{service}-{region}.json", url))
    return wanted, absent


def _json(http: urllib3.PoolManager, url: str) -> dict[str, Any]:
    try:
        response = http.request("GET", url)
        document = response.json()
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        raise _unreachable(url, error) from error
    if response.status != 200 or not isinstance(document, dict):
        raise FetchError(f"{url}: answered {response.status}")
    return document


def _download(
    http: urllib3.PoolManager, url: str, path: Path, progress: Callable[[int], None]
) -> None:
    """Streams a file to disk; its length must be what the server said."""
    try:
        response = http.request("GET", url, preload_content=False)
        if response.status != 200:
            raise FetchError(f"{url}: answered {response.status}")
        total = int(response.headers.get("Content-Length", 0))
        received = 0
        with path.open("wb") as file:
            for chunk in response.stream(CHUNK):
                file.write(chunk)
                received += len(chunk)
                progress(min(999, received * 1000 // total) if total else 0)
        response.release_conn()
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise _unreachable(url, error) from error


API_REGION = "us-east-1"
FAMILIES = {
    "AmazonEC2": (
        "NAT Gateway",
        "Storage",
        "Storage Snapshot",
        "System Operation",
        "Provisioned Throughput",
    )
}
"""Product families to which a service of very many products is narrowed: those of NAT and EBS."""
BY_SOURCE = {"AWSDataTransfer": "fromRegionCode"}


def products(service: str, region: str, client: Any = None) -> Iterator[str]:
    """What the Price List API has of a service in a Region: a JSON text for each product.

    Raises:
        FetchError: no credentials, no permission, or no answer.
    """
    place = {BY_SOURCE.get(service, "regionCode"): region}
    try:
        api = client or boto3.client("pricing", region_name=API_REGION)
        for family in FAMILIES.get(service, ("",)):
            wanted = place | ({"productFamily": family} if family else {})
            filters = [{"Type": "TERM_MATCH", "Field": k, "Value": v} for k, v in wanted.items()]
            pages = api.get_paginator("get_products").paginate(ServiceCode=service, Filters=filters)
            for page in pages:
                yield from page["PriceList"]
    except ClientError as error:
        code = error.response["Error"]["Code"]
        hint = "; allow pricing:GetProducts" if "AccessDenied" in code else ""
        raise FetchError(f"GetProducts {service}: {code}{hint}") from error
    except BotoCoreError as error:
        raise FetchError(f"GetProducts {service}: {error}") from error
