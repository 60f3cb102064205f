"""The two forms of AWS's offer files, JSON and CSV, as one stream of rows."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple

import ijson

FORMAT = "v1.0"
METADATA_ROWS = 5
ON_DEMAND = "OnDemand"
NOT_ON_DEMAND = "terms other than on demand"
STEP = 4_000_000  # bytes between two reports of progress
LINES = 20_000  # of a CSV likewise
COLUMNS = {
    "sku": "sku",
    "termtype": "term",
    "effectivedate": "effective",
    "startingrange": "begin",
    "endingrange": "end",
    "unit": "unit",
    "priceperunit": "usd",
    "currency": "currency",
}
ATTRIBUTES = {
    "usagetype": "usagetype",
    "operation": "operation",
    "regioncode": "regionCode",
    "fromregioncode": "fromRegionCode",
    "toregioncode": "toRegionCode",
    "productfamily": "productFamily",
}

CHUNK = 1_000_000
TERMS = re.compile(rb'\}\s*,\s*(?="terms"\s*:\s*\{)')
LONGEST = 200  # bytes of what TERMS finds

Progress = Callable[[int, int], None]
Matters = Callable[[str, dict[str, str]], str | None]


class OfferError(ValueError):
    """An offer file cannot be used. Says where and why; nothing of it is kept."""


@dataclass
class Offer:
    """What a file says of itself."""

    service: str
    version: str
    published: str
    left_out: Counter[str] = field(default_factory=Counter)


class Span(NamedTuple):
    """A part of a file of so many bytes in all."""

    start: int
    end: int
    total: int


class Row(NamedTuple):
    """One price dimension on demand."""

    sku: str
    attributes: dict[str, str]
    effective: str
    begin: str
    end: str
    unit: str
    usd: str  # empty where the price is in another currency
    where: str


@contextmanager
def open_offer(
    path: Path, matters: Matters, progress: Progress
) -> Iterator[tuple[Offer, Iterator[Row]]]:
    """What the file says of itself, and its rows for products that may matter.

    `matters` says of a product why it does not, or None. What it leaves out is counted in the
    offer once the rows were all read.

    Raises:
        OfferError: also while the rows are read.
    """
    with path.open("rb") as file:
        start = file.read(4_096).lstrip()
    if not start:
        raise OfferError(f"{path.name}: the file is empty")
    form = _json if start.startswith(b"{") else _csv
    try:
        yield form(path, matters, progress)
    except (ijson.JSONError, UnicodeDecodeError, csv.Error) as error:
        said = " ".join(str(error).split())[:200]
        raise OfferError(f"{path.name}: cut or changed: {said}") from error


class _Told:
    """A part of a file between some bytes, telling how far it was read."""

    def __init__(
        self,
        file: IO[bytes],
        span: Span,
        progress: Progress,
        before: bytes = b"",
        after: bytes = b"",
    ) -> None:
        self._file, self._span, self._progress = file, span, progress
        self._before, self._after = before, after
        self._told = file.seek(span.start)

    def read(self, size: int = CHUNK) -> bytes:
        if self._before or not size:
            head, self._before = self._before if size else b"", b"" if size else self._before
            return head
        at = self._file.tell()
        if at - self._told >= STEP:
            self._told = at
            self._progress(at, self._span.total)
        data = self._file.read(min(size, self._span.end - at))
        if not data:
            data, self._after = self._after, b""
        return data


def _json(path: Path, matters: Matters, progress: Progress) -> tuple[Offer, Iterator[Row]]:
    offer = _head(path)
    return offer, _json_rows(path, offer, matters, progress)


def _head(path: Path) -> Offer:
    """The values before the products."""
    said: dict[str, str] = {}
    with path.open("rb") as file:
        for prefix, event, value in ijson.parse(file):
            if event == "string":
                said[prefix] = value
            if prefix == "products" or event == "end_map":
                break
    if said.get("formatVersion") != FORMAT:
        found = said.get("formatVersion", "missing")
        raise OfferError(f"{path.name}: formatVersion is {found!r}; {FORMAT} is read")
    for key in ("offerCode", "version", "publicationDate"):
        if not said.get(key):
            raise OfferError(f"{path.name}: no {key} before the products; not an offer file")
    return Offer(said["offerCode"], said["version"], said["publicationDate"])


def _json_rows(path: Path, offer: Offer, matters: Matters, progress: Progress) -> Iterator[Row]:
    """Products first, then the terms of those that matter: each part of the file is read once.

    Both parts are made whole documents, so that each is found cut or changed where it is.
    """
    total = path.stat().st_size
    kept: dict[str, dict[str, str]] = {}
    with path.open("rb") as file:
        where = _terms_at(path, file)
        part = _Told(file, Span(0, where, total), progress, after=b'"rest":0}')
        for sku, product in ijson.kvitems(part, "products", buf_size=CHUNK):
            attributes = product.get("attributes") if isinstance(product, dict) else None
            if not isinstance(attributes, dict):
                raise OfferError(f"{path.name}: product {sku} has no attributes")
            why = matters(offer.service, attributes)
            if why is None:
                kept[sku] = attributes
            else:
                offer.left_out[why] += 1
        part = _Told(file, Span(where, total, total), progress, before=b"{")
        for sku, terms in ijson.kvitems(part, f"terms.{ON_DEMAND}", buf_size=CHUNK):
            found = kept.pop(sku, None)
            if found is not None:
                yield from _dimensions(path.name, sku, found, terms)
    if kept:
        offer.left_out["no price on demand"] += len(kept)


def _terms_at(path: Path, file: IO[bytes]) -> int:
    """Where the key of the terms begins."""
    tail, at = b"", 0
    while data := file.read(CHUNK):
        match = TERMS.search(tail + data)
        if match:
            return at - len(tail) + match.end()
        at += len(data)
        tail = (tail + data)[-LONGEST:]
    raise OfferError(f"{path.name}: no terms after the products; the file is cut")


def product_rows(offer: Offer, items: Iterable[str], matters: Matters) -> Iterator[Row]:
    """Rows of products that come one by one, each with its terms and the offer's version."""
    where = f"GetProducts {offer.service}"
    for item in items:
        try:
            one = json.loads(item)
            product, attributes = one["product"], one["product"]["attributes"]
            offer.version, offer.published = str(one["version"]), str(one["publicationDate"])
            terms = one["terms"].get(ON_DEMAND)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise OfferError(f"{where}: not a product as AWS documents it: {error}") from error
        why = matters(offer.service, attributes) if terms else NOT_ON_DEMAND
        if why is not None:
            offer.left_out[why] += 1
        else:
            yield from _dimensions(where, str(product.get("sku")), attributes, terms)


def _dimensions(where: str, sku: str, attributes: dict[str, str], terms: Any) -> Iterator[Row]:
    if not isinstance(terms, dict):
        raise OfferError(f"{where}: the terms of SKU {sku} are not an object")
    for term in terms.values():
        dimensions = term.get("priceDimensions") if isinstance(term, dict) else None
        if not isinstance(dimensions, dict) or not dimensions:
            raise OfferError(f"{where}: SKU {sku} has no priceDimensions")
        for code, one in dimensions.items():
            try:
                yield Row(
                    sku,
                    attributes,
                    str(term["effectiveDate"]),
                    str(one["beginRange"]),
                    str(one["endRange"]),
                    str(one["unit"]),
                    str(one["pricePerUnit"].get("USD", "")),
                    f"{where}, {code}",
                )
            except (KeyError, TypeError, AttributeError) as error:
                raise OfferError(f"{where}: {code} has no {error}; changed?") from error


def _csv(path: Path, matters: Matters, progress: Progress) -> tuple[Offer, Iterator[Row]]:
    """Five rows of metadata, a header, one row for each price dimension."""
    said: dict[str, str] = {}
    with path.open(encoding="utf-8-sig", newline="") as text:
        rows = csv.reader(text)
        for _ in range(METADATA_ROWS):
            row = next(rows, [])
            if len(row) >= 2:
                said[row[0].replace(" ", "").lower()] = row[1]
        header = [name.replace(" ", "").lower() for name in next(rows, [])]
    if said.get("formatversion") != FORMAT:
        raise OfferError(f"{path.name}: the first row is not FormatVersion {FORMAT}")
    service = said.get("offercode", "")
    missing = [name for name in (*COLUMNS, "usagetype", "operation") if name not in header]
    if missing or not service or not said.get("publicationdate"):
        what = f"column {missing[0]!r}" if missing else "OfferCode or Publication Date"
        raise OfferError(f"{path.name}: no {what}; not an offer file")
    offer = Offer(service, said.get("version", ""), said["publicationdate"])
    return offer, _csv_rows(path, header, offer, matters, progress)


def _csv_rows(
    path: Path, header: list[str], offer: Offer, matters: Matters, progress: Progress
) -> Iterator[Row]:
    total = path.stat().st_size
    with path.open("rb") as file:
        file.seek(-1, io.SEEK_END)
        if file.read(1) != b"\n":
            raise OfferError(f"{path.name}: the last row is not ended; the file is cut")
        file.seek(0)
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        rows = csv.reader(text, strict=True)
        for _ in range(METADATA_ROWS + 1):
            next(rows, None)
        for cells in rows:
            where = f"{path.name}, line {rows.line_num}"
            if rows.line_num % LINES == 0:
                progress(file.tell(), total)
            if len(cells) != len(header):
                raise OfferError(f"{where}: {len(cells)} cells under {len(header)} headers")
            row = dict(zip(header, cells, strict=True))
            attributes = {
                name: row[column] for column, name in ATTRIBUTES.items() if row.get(column)
            }
            why = matters(offer.service, attributes)
            if row["termtype"] != ON_DEMAND:
                why = NOT_ON_DEMAND
            if why is not None:
                offer.left_out[why] += 1
                continue
            yield Row(
                row["sku"],
                attributes,
                row["effectivedate"],
                row["startingrange"],
                row["endingrange"],
                row["unit"],
                row["priceperunit"] if row["currency"] == "USD" else "",
                where,
            )
