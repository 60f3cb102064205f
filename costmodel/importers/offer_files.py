"""AWS's price files in any of their forms, found by content, as one stream of rows."""

import codecs
import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ijson

from costmodel.importers import offer_csv, offer_json, products
from costmodel.importers.offer_rows import Matters, Offer, OfferError, OfferRow, Progress, shown
from costmodel.importers.offer_text import UTF_16

ANSWERS = ("PriceList", "FormatVersion", "NextToken", "product", "serviceCode")
"""First keys of an answer of GetProducts, and of a product in it."""


@contextmanager
def open_offer(
    path: Path, matters: Matters, progress: Progress
) -> Iterator[tuple[Offer, Iterator[OfferRow]]]:
    """What the file says of itself, and its rows for products that may matter.

    `matters` says of a product why it does not, or None. What it leaves out is counted in the
    offer once the rows were all read.

    Raises:
        OfferError: also while the rows are read.
    """
    try:
        yield _opened(path, matters, progress)
    except OfferError as error:
        message = str(error)
        raise OfferError(message if path.name in message else f"{path.name}: {message}") from error
    except UnicodeError as error:
        encoding = "is not text in UTF-8 or UTF-16, as offer files are in JSON or CSV"
        raise OfferError(f"{path.name} {encoding}") from error
    except (ijson.JSONError, csv.Error) as error:
        raise OfferError(f"{path.name}: cut or changed: {_words(error)}") from error


def _words(error: Exception) -> str:
    """A parser's sentence, and the text that it stumbled over."""
    message = error.args[0] if isinstance(error, ijson.JSONError) else str(error)
    text = message.decode("utf-8", "replace") if isinstance(message, bytes) else str(message)
    sentence, _, near = text.partition("\n")
    near = near.partition("(right here)")[0].strip()
    sentence = sentence.removesuffix(".")
    return f"{sentence}, near {shown(near)}" if near else sentence


def _opened(path: Path, matters: Matters, progress: Progress) -> tuple[Offer, Iterator[OfferRow]]:
    with path.open("rb") as file:
        begin = file.read(4_096)
    if not begin.strip():
        raise OfferError(f"{path.name}: the file is empty")
    start = len(codecs.BOM_UTF8) if begin.startswith(codecs.BOM_UTF8) else 0
    text = begin[start:].decode("utf-16" if begin.startswith(UTF_16) else "utf-8", "replace")
    if text.lstrip().startswith(("[", '"{')):
        return products.read(path, start, matters, progress)
    if not text.lstrip().startswith("{"):
        return offer_csv.read(path, matters, progress)
    first_key = text.split('"')[1] if text.count('"') > 1 else ""
    if first_key in ANSWERS:
        return products.read(path, start, matters, progress)
    return offer_json.read(path, start, matters, progress)
