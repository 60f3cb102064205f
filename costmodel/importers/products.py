"""What the Price List API's GetProducts gives: products, each with its terms and its version.

From the API itself, or from a saved answer: whole, only its list, one product a line, several
answers one after the other; each product a text of JSON, as AWS gives it, or the object in it.
"""

import codecs
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import ijson

from costmodel.importers.offer_json import NUMBERS
from costmodel.importers.offer_rows import (
    NOT_ON_DEMAND,
    ON_DEMAND,
    Matters,
    Offer,
    OfferError,
    OfferRow,
    Progress,
    attributes_of,
    edition_of,
    rows_of,
    shown,
    text_of,
    used,
)
from costmodel.importers.offer_text import UTF_16, FilePart, Span

FORMAT = "aws_v1"
PARTS = ("product", "terms")
MORE = "on further pages, which are not in the file (it ends with a NextToken)"
Events = Iterator[tuple[str, Any]]


def read(
    path: Path, start: int, matters: Matters, progress: Progress
) -> tuple[Offer, Iterator[OfferRow]]:
    """As `offer_json.read`, of a saved answer; what it says of itself is known at the end."""
    offer = Offer("", "", "")
    return offer, rows(offer, _saved(path, start, offer, progress), matters, path.name)


def rows(offer: Offer, items: Iterable[Any], matters: Matters, name: str) -> Iterator[OfferRow]:
    """Rows of products that come one by one; the offer becomes the newest of theirs.

    Raises:
        OfferError: an item is not what AWS documents.
    """
    services = {offer.service} - {""}
    for number, item in enumerate(items, start=1):
        where = f"{name}, product {number:,}"
        product = _product(item, where)
        attributes = attributes_of(product["product"], where)
        service = product.get("serviceCode") or attributes.get("servicecode") or offer.service
        edition = edition_of(product, service, where)
        services.add(edition.service)
        offer.service = ", ".join(sorted(services))
        if edition.published >= offer.published:
            offer.version, offer.published = edition.version, edition.published
        terms = product["terms"].get(ON_DEMAND)
        why = matters(edition.service, attributes) if terms else NOT_ON_DEMAND
        if why is not None:
            offer.left_out[why] += 1
            continue
        sku = text_of(product["product"].get("sku"), where, "sku")
        yield from rows_of(edition, sku, used(attributes, where), terms, f"{where}, SKU {sku[:20]}")


def _product(item: Any, where: str) -> dict[str, Any]:
    try:
        product: Any = json.loads(item) if isinstance(item, str) else item
    except (ValueError, RecursionError) as error:
        problem = str(error)[:100]
        raise OfferError(f"{where}: not a product as AWS documents it: {problem}") from error
    if isinstance(product, dict) and all(isinstance(product.get(key), dict) for key in PARTS):
        return product
    raise OfferError(f"{where}: not a product as AWS documents it, with its terms")


def _saved(path: Path, start: int, offer: Offer, progress: Progress) -> Iterator[Any]:
    """The products of a file, which may hold several answers or products."""
    total = path.stat().st_size
    with path.open("rb") as file:
        span = Span(start, 2 * total, total)  # UTF-16 may become longer
        part = FilePart(_as_utf_8(file), span, progress)
        events = ijson.basic_parse(part, multiple_values=True, **NUMBERS)
        for event, value in events:
            if event == "string":
                yield value
            elif event == "start_array":
                yield from _listed(events)
            elif event == "start_map":
                yield from _answer_or_product(events, offer, path.name)
            else:
                raise OfferError(f"{path.name}: {shown(value)} is no answer of GetProducts")


def _as_utf_8(file: IO[bytes]) -> Any:
    """What Windows PowerShell writes is UTF-16."""
    begin = file.read(2)
    file.seek(0)
    return codecs.EncodedFile(file, "utf-8", "utf-16") if begin in UTF_16 else file


def _answer_or_product(events: Events, offer: Offer, name: str) -> Iterator[Any]:
    """The products of an answer, or the one that stands there itself."""
    answer: dict[str, Any] = {}
    is_answer = False
    for event, key in events:
        if event == "end_map":
            break
        event, value = next(events)
        if key == "PriceList" and event == "start_array":
            is_answer = True
            yield from _listed(events)
        else:
            answer[key] = _value(event, value, events)
    if not is_answer:
        yield answer
    elif answer.get("FormatVersion", FORMAT) != FORMAT:
        raise OfferError(
            f"{name}: FormatVersion is {shown(answer['FormatVersion'])}; {FORMAT} is read"
        )
    offer.left_out.pop(MORE, None)
    if answer.get("NextToken"):
        offer.left_out[MORE] = 1


def _listed(events: Events) -> Iterator[Any]:
    for event, value in events:
        if event == "end_array":
            return
        yield _value(event, value, events)


def _value(event: str, value: Any, events: Events) -> Any:
    """The value that begins with an event."""
    if event not in ("start_map", "start_array"):
        return value
    builder, depth = ijson.ObjectBuilder(), 0
    while True:
        builder.event(event, value)
        depth += event.startswith("start_")
        depth -= event.startswith("end_")
        if not depth:
            return builder.value
        event, value = next(events)
