"""Calls to AWS's price files, which need no credentials, and to its Price List API."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urljoin, urlsplit

import boto3
import urllib3
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.util import Retry, Timeout

from costmodel.deadline import Deadline

PUBLIC = "https://pricing.us-east-1.amazonaws.com"
RETRIES = Retry(
    total=4, backoff_factor=0.5, status_forcelist=(429, 500, 502, 503, 504), raise_on_status=True
)
TIMEOUT = Timeout(connect=10, read=60)
CHUNK = 1_000_000
INDEX_S, MAX_INDEX_BYTES = 120, 16 * 2**20
FILE_S, MAX_FILE_BYTES = 1_800, 2 * 2**30  # the largest of a Region has some 400 MB

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
            cause = "its name cannot be resolved: this machine has no way to it"
        case urllib3.exceptions.ConnectTimeoutError() | urllib3.exceptions.NewConnectionError():
            cause = "it does not answer: this machine has no way to it"
        case _:
            cause = str(reason)
    return FetchError(f"{urlsplit(url).hostname} cannot be read: {cause}. {BY_HAND} ({url})")


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
    with TemporaryDirectory() as at:
        wanted, absent = _addresses(services, regions, base_url)
        files = []
        for done, (name, url) in enumerate(wanted):
            path = Path(at) / name
            _download(url, path, _part(progress, done, len(wanted)))
            files.append(path)
        yield files, absent


def _part(progress: Progress, done: int, of: int) -> Callable[[int], None]:
    return lambda thousandths: progress(done * 1000 + thousandths, of * 1000)


def _addresses(
    services: tuple[str, ...], regions: list[str], base_url: str
) -> tuple[list[tuple[str, str]], list[str]]:
    wanted, absent = [], []
    for service in services:
        index = urljoin(base_url, f"/offers/v1.0/aws/{service}/current/region_index.json")
        entries = _json(index).get("regions")
        if not isinstance(entries, dict):
            raise FetchError(f"{index}: no regions in it")
        for region in regions:
            entry = entries.get(region)
            if not isinstance(entry, dict) or "currentVersionUrl" not in entry:
                absent.append(f"{service} in {region}")
                continue
            url = urljoin(base_url, str(entry["currentVersionUrl"]))
            if urlsplit(url)[:2] != urlsplit(base_url)[:2]:
                raise FetchError(f"{index} leads elsewhere, to {url[:200]}")
            wanted.append((f"{service}-{region}.json", url))
    return wanted, absent


def _json(url: str) -> dict[str, Any]:
    try:
        document = json.loads(b"".join(part for part, _ in _parts(url, INDEX_S, MAX_INDEX_BYTES)))
    except (ValueError, RecursionError) as error:
        raise FetchError(f"{url}: answered no JSON") from error
    if not isinstance(document, dict):
        raise FetchError(f"{url}: answered no JSON object")
    return document


def _download(url: str, path: Path, progress: Callable[[int], None]) -> None:
    """Streams a file to disk; its length must be what the server said."""
    received = 0
    try:
        with path.open("wb") as file:
            for part, total in _parts(url, FILE_S, MAX_FILE_BYTES):
                file.write(part)
                received += len(part)
                progress(min(999, received * 1000 // total) if total else 0)
    except OSError as error:
        raise FetchError(f"{url}: cannot be kept in {path.parent}: {error}") from error


def _parts(url: str, seconds: float, most: int) -> Iterator[tuple[bytes, int]]:
    """The parts of an answer as they come, with the bytes in all; no redirect is followed.

    Raises: FetchError: no answer, another one than 200, cut off, too slow, or too large.
    """
    received = 0
    with Deadline(seconds) as deadline:
        pool = deadline.pool(urllib3.connection_from_url(url, timeout=TIMEOUT))
        path = url.split(urlsplit(url).netloc, 1)[1]
        try:
            answer = pool.urlopen(
                "GET", path, retries=RETRIES, redirect=False, preload_content=False
            )
            with pool, closing(answer) as response:
                if response.status != 200:
                    raise FetchError(f"{url}: answered {response.status}")
                total = int(response.headers.get("Content-Length", 0))
                while part := response.read1(CHUNK):
                    received += len(part)
                    if received > most:
                        raise FetchError(f"{url}: sends more than {most // 2**20:,} MiB")
                    yield part, total
        except (urllib3.exceptions.HTTPError, ValueError, OSError) as error:
            raise _unreachable(url, error) from error
        if deadline.is_over:  # of a body without a length the end looks like its own
            raise FetchError(f"{url}: not all of it came in {seconds:g} seconds. {BY_HAND}")


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
