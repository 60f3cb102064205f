"""Price lists of what AWS publishes, or answers, at this moment."""

from typing import Any

from costmodel import models
from costmodel.clients import PUBLIC, offer_files, products
from costmodel.importers.aws_price_list import read_offer, read_products
from costmodel.importers.needed import offers_of
from costmodel.importers.offer_rows import Progress
from costmodel.ingest import asked, needed, scaled, store_offers


def offers() -> tuple[str, ...]:
    """Services, as AWS calls them, whose files are fetched."""
    return tuple(offers_of(asked()))


def fetch_prices(
    regions: list[str],
    base_url: str = PUBLIC,
    name: str = "",
    progress: Progress = lambda done, total: None,
) -> models.PriceList:
    """As `import_prices`, with the files that AWS publishes for some Regions.

    Raises:
        FetchError: AWS does not answer, or a file is not whole.
        OfferError: a file cannot be used; nothing is stored.
    """
    with offer_files(offers(), regions, base_url, scaled(progress, 0, 2)) as (files, absent):
        reads, kept = [], needed()
        for done, path in enumerate(files):
            part = scaled(scaled(progress, 1, 2), done, len(files))
            reads.append(read_offer(path, kept, part))
        return store_offers(reads, name, absent)


def query_prices(
    regions: list[str],
    name: str = "",
    progress: Progress = lambda done, total: None,
    client: Any = None,
) -> models.PriceList:
    """As `fetch_prices`, from the Price List API: credentials are needed, large files are not.

    Raises:
        FetchError: AWS refuses or does not answer; nothing is stored.
        OfferError: an answer cannot be used; nothing is stored.
    """
    wanted = [(service, region) for service in offers() for region in regions]
    reads, kept = [], needed()
    for done, (service, region) in enumerate(wanted, start=1):
        reads.append(read_products(service, products(service, region, client), kept))
        progress(done, len(wanted))
    return store_offers(reads, name)
