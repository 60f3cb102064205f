"""An offer file in JSON as a stream of rows: its products first, then their terms."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

import ijson

from costmodel.importers.offer_rows import (
    ON_DEMAND,
    Edition,
    Matters,
    Offer,
    OfferError,
    OfferRow,
    Progress,
    attributes_of,
    edition_of,
    rows_of,
    used,
)
from costmodel.importers.offer_text import CHUNK, FilePart, Span

FORMAT = "v1.0"
KEY = b'"terms"'
TERMS = re.compile(rb'"terms"\s*:\s*\{')
LONGEST = 200  # bytes of what TERMS finds
NUMBERS = {"use_float": True}  # a whole number of thousands of digits would end the process


def read(
    path: Path, start: int, matters: Matters, progress: Progress
) -> tuple[Offer, Iterator[OfferRow]]:
    """What the file says of itself, and its rows for products that may matter.

    Args:
        start: the byte at which the JSON begins.

    Raises:
        OfferError: also while the rows are read.
    """
    edition = _head(path, start)
    offer = Offer(*edition)
    return offer, _rows(path, start, offer, edition, matters, progress)


def _head(path: Path, start: int) -> Edition:
    """The values before the products."""
    metadata: dict[str, str] = {}
    total = path.stat().st_size
    with path.open("rb") as file:
        part = FilePart(file, Span(start, total, total), lambda done, total: None)
        for prefix, event, value in ijson.parse(part, **NUMBERS):
            if event == "string":
                metadata[prefix] = value
            if prefix == "products" or (event == "end_map" and not prefix):
                break
    if metadata.get("formatVersion") != FORMAT:
        written = metadata.get("formatVersion", "missing")
        raise OfferError(f"{path.name}: formatVersion is {written!r}; {FORMAT} is read")
    for key in ("offerCode", "version", "publicationDate"):
        if not metadata.get(key):
            raise OfferError(
                f"{path.name}: no {key} before the products, where AWS writes it; not an offer "
                "file, or one whose keys were sorted"
            )
    return edition_of(metadata, metadata["offerCode"], path.name)


def _rows(
    path: Path, start: int, offer: Offer, edition: Edition, matters: Matters, progress: Progress
) -> Iterator[OfferRow]:
    """Products first, then the terms of those that matter: each part of the file is read once.

    Both parts are made whole documents, so that each is found cut or changed where it is.
    """
    total = path.stat().st_size
    with path.open("rb") as file:
        where = _terms_at(path, file)
        part = FilePart(file, Span(start, where, total), progress, after=b'"rest":0}')
        kept = _kept(path.name, part, offer, matters)
        part = FilePart(file, Span(where, total, total), progress, before=b"{")
        for sku, terms in ijson.kvitems(part, f"terms.{ON_DEMAND}", buf_size=CHUNK, **NUMBERS):
            attributes = kept.pop(sku, None)
            if attributes is not None:
                yield from rows_of(edition, sku, attributes, terms, f"{path.name}, SKU {sku[:20]}")
    if kept:
        offer.left_out["no price on demand"] += len(kept)


def _kept(
    name: str, part: FilePart, offer: Offer, matters: Matters
) -> dict[str, Mapping[str, str]]:
    """The attributes of the products that may matter, by their SKU."""
    kept: dict[str, Mapping[str, str]] = {}
    left_out: dict[str, int] = defaultdict(int)
    service = offer.service
    for sku, product in ijson.kvitems(part, "products", buf_size=CHUNK, **NUMBERS):
        attributes = product.get("attributes") if type(product) is dict else None
        if type(attributes) is not dict:
            attributes = attributes_of(product, f"{name}: product {sku[:20]}")
        why = matters(service, attributes)
        if why is None:
            kept[sku] = used(attributes, f"{name}: product {sku[:20]}")
        else:
            left_out[why] += 1
    offer.left_out.update(left_out)
    return kept


def _terms_at(path: Path, file: IO[bytes]) -> int:
    """Where the key of the terms begins."""
    tail, at = b"", 0
    while data := file.read(CHUNK):
        text = tail + data
        if KEY in text and (match := TERMS.search(text)):
            return at - len(tail) + match.start()
        at += len(data)
        tail = text[-LONGEST:]
    raise OfferError(f"{path.name}: no terms after the products; the file is cut")
