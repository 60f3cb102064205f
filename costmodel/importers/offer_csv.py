"""An offer file in CSV as a stream of rows: a few of metadata, a header, one for each price."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TextIO

from costmodel.importers.offer_json import FORMAT
from costmodel.importers.offer_rows import (
    ATTRIBUTES,
    NOT_ON_DEMAND,
    ON_DEMAND,
    Edition,
    Matters,
    Offer,
    OfferError,
    OfferRow,
    Progress,
    day_of,
    edition_of,
    shown,
    text_of,
    used,
)

METADATA_ROWS = 20  # at most; there are five
LONGEST = 100_000  # characters of a line
LINES = 20_000  # between two reports of progress
NEEDED = (
    "sku",
    "termtype",
    "effectivedate",
    "startingrange",
    "endingrange",
    "unit",
    "priceperunit",
    "currency",
)
OF_COLUMN = {name.lower(): name for name in ATTRIBUTES}


def read(path: Path, matters: Matters, progress: Progress) -> tuple[Offer, Iterator[OfferRow]]:
    """As `offer_json.read`, of a CSV."""
    with path.open(encoding="utf-8-sig", newline="") as text:
        metadata, header = _head(csv.reader(_lines(text, path.name)))
    if not header:
        raise OfferError(
            f"{path.name}: neither an offer file of AWS, JSON or CSV, nor a saved answer of "
            "aws pricing get-products in JSON"
        )
    if (written := metadata.get("formatversion", "missing")) != FORMAT:
        raise OfferError(f"{path.name}: FormatVersion is {shown(written)}; {FORMAT} is read")
    column = {"publicationdate": "publicationDate", "version": "version"}
    missing = [name for name in NEEDED if name not in header]
    service = metadata.get("offercode") or metadata.get("servicecode", "")
    if missing or not service or not metadata.get("publicationdate"):
        absent = f"column {missing[0]!r}" if missing else "OfferCode or Publication Date"
        raise OfferError(f"{path.name}: no {absent}; not an offer file")
    edition = edition_of({column.get(k, k): v for k, v in metadata.items()}, service, path.name)
    offer = Offer(*edition)
    return offer, _rows(path, offer, edition, matters, progress)


def _head(rows: Iterator[list[str]]) -> tuple[dict[str, str], list[str]]:
    """The metadata and the header's names, after which the prices come; no header: no such file."""
    metadata: dict[str, str] = {}
    for number, row in enumerate(rows, start=1):
        names = [name.replace(" ", "").lower() for name in row]
        if names[:1] == ["sku"]:
            return metadata, names
        if number > METADATA_ROWS:
            break
        if len(row) >= 2:
            metadata[names[0]] = row[1]
    return metadata, []


def _rows(
    path: Path, offer: Offer, edition: Edition, matters: Matters, progress: Progress
) -> Iterator[OfferRow]:
    total = path.stat().st_size
    with path.open("rb") as file:
        _require_end(path, file)
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        rows = csv.reader(_lines(text, path.name), strict=True)
        _, header = _head(rows)
        columns = {name: at for at, name in enumerate(header)}
        attributes = [(OF_COLUMN[name], at) for name, at in columns.items() if name in OF_COLUMN]
        for cells in rows:
            where = f"{path.name}, line {rows.line_num}"
            if rows.line_num % LINES == 0:
                progress(file.tell(), total)
            if len(cells) != len(header):
                raise OfferError(f"{where}: {len(cells)} cells under {len(header)} headers")
            says = {name: cells[at] for name, at in attributes if cells[at]}
            why = matters(offer.service, says)
            if cells[columns["termtype"]] != ON_DEMAND:
                why = NOT_ON_DEMAND
            if why is None:
                yield _row(edition, cells, columns, used(says, where), where)
            else:
                offer.left_out[why] += 1


def _lines(text: TextIO, name: str) -> Iterator[str]:
    while line := text.readline(LONGEST):
        if len(line) == LONGEST:
            raise OfferError(f"{name}: a line of more than {LONGEST:,} characters")
        yield line


def _require_end(path: Path, file: IO[bytes]) -> None:
    """A last row may lack its end where its last cell is whole."""
    file.seek(-1, io.SEEK_END)
    if file.read(1) not in (b"\n", b'"'):
        raise OfferError(f"{path.name}: the last row is not ended; the file is cut")
    file.seek(0)


def _row(
    edition: Edition,
    cells: Sequence[str],
    columns: Mapping[str, int],
    attributes: Mapping[str, str],
    where: str,
) -> OfferRow:
    cell = {name: text_of(cells[columns[name]], where, name) for name in NEEDED}
    return OfferRow(
        edition,
        cell["sku"],
        attributes,
        day_of(cell["effectivedate"], where, "effectivedate"),
        cell["startingrange"],
        cell["endingrange"],
        cell["unit"],
        cell["priceperunit"] if cell["currency"] == "USD" else "",
        where,
    )
