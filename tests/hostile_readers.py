"""Every reader of what somebody sends, and how its time grows with files that are made to cost.

What attacks a reader is derived from the samples that it recognises, so that a new reader is
covered by being there. Times are of the processor, the least of some tries, and what is below a
floor is fast enough.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from connectivity.core.document.parser import read as read_values
from connectivity.core.problems import DocumentRefused
from connectivity.core.registered_document import parse
from connectivity.core.tables.columns import Table
from connectivity.core.tables.schema import TABLES
from connectivity.core.tables.spreadsheet import merged, pasted
from connectivity.importers import latency_table, zone_names
from connectivity.importers.latency import TOOLS, Hints, read_runs
from connectivity.importers.latency.text import Text, decoded
from costmodel.importers import price_table
from costmodel.importers.aws_price_list import read_offer
from costmodel.importers.offer_rows import OfferError
from costmodel.shipped import SHIPPED
from tests import manifests
from tests.factories import document
from tests.hostile_files import Cases, Make, files, repeated
from tests.offers import VPC, offer, offer_csv
from tests.price_reading import NEEDED

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "tests" / "samples"
TABLE = ROOT / "connectivity" / "data" / "option_p99_us-east-1_2020.csv"
FLOW = dict(document()["flows"][0])
WRONG_FLOWS: dict[str, dict[str, object]] = {
    "without anything": {},
    "with an unknown key": FLOW | {"nonsense": 1},
    "to where nothing is": FLOW | {"to": "nowhere"},
    "of a negative amount": FLOW | {"gb_per_month": -1},
}
REFUSALS = (
    DocumentRefused,
    OfferError,
    latency_table.LatencyTableError,
    price_table.PriceTableError,
)
SIZES = (10_000, 20_000, 40_000)  # bytes
SLACK = 2.0  # times the time that a linear reader takes
FLOOR_US = 1.25  # for a byte: a file that takes no longer is read fast enough
TRIES = 3
HINTS = Hints(unit="us", statistic="p50", columns=("P50_LATENCY", "P90_LATENCY", "P99_LATENCY"))
FURTHER = {  # of readers of which no file is among the samples
    "aws-network-performance": json.dumps(
        {
            "DataResponses": [
                {
                    "Source": "us-east-1",
                    "Destination": "eu-west-1",
                    "Metric": "aggregate-latency",
                    "Statistic": "p50",
                    "Period": "five-minutes",
                    "MetricPoints": [{"StartDate": "2026-11-20T00:00:00Z", "Value": 62.4}],
                }
            ]
        }
    ),
    "cloudping": json.dumps(
        {
            "metadata": {"percentile": "p_50", "unit": "milliseconds"},
            "data": {"us-east-1": {"us-east-1": 4.2, "eu-west-1": 70.1}},
        }
    ),
    "json": json.dumps(
        {
            "format": "latency-cells-1",
            "cells": [
                {"source": "use1-az1", "dest": "use1-az2", "percentile": "p50", "value_us": 500}
            ],
        }
    ),
}


class Reader(NamedTuple):
    """An importer, and whole files of it."""

    name: str
    read: Callable[[bytes], object]
    samples: tuple[str, ...]


class Slow(NamedTuple):
    """A file whose time grows faster than its size."""

    reader: str
    file: str
    seconds: tuple[float, ...]  # by size


Sizes = tuple[int, ...]


def readers(folder: Path) -> Iterator[Reader]:
    """Every reader of a file or a text that somebody sends."""
    yield Reader("any tool", lambda data: read_runs(data, hints=HINTS), ())
    yield from _tools()
    zones = tuple(file.read_text() for file in sorted((SAMPLES / "zones").iterdir()))
    yield Reader("zones", zone_names.read, zones)
    as_json = json.dumps(document(), indent=1)
    yield Reader("documents", parse, (as_json, f"# YAML\n{as_json}"))
    yield _manifests()
    yield Reader("accounts", read_values, ('- {account: "222233334444", regions: [us-east-1]}\n',))
    yield from (_pasting(table) for table in TABLES.values())
    yield Reader("latency table", _of_lines(latency_table.read), (TABLE.read_text(),))
    yield Reader("price table", _of_lines(price_table.read), (SHIPPED.read_text(),))
    for name, sample in (
        ("offers, JSON", json.dumps(offer("AmazonVPC", VPC), indent=1)),
        ("offers, CSV", offer_csv("AmazonVPC", VPC)),
        ("get-products", (SAMPLES / "prices" / "get_products.json").read_text()),
    ):
        yield Reader(name, _price_file(folder), (sample,))


def _manifests() -> Reader:
    """Read and reviewed; of the sample what a workload needs, and the same as kubectl prints it."""
    objects = (manifests.workload(pod__hostNetwork=False), manifests.service(), manifests.budget())
    as_list = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
    samples = (manifests.text_of(*objects), json.dumps(as_list, indent=1))
    return Reader("manifests", manifests.review_bytes, samples)


def _tools() -> Iterator[Reader]:
    """The readers of measurements, each with its shortest samples of either form."""
    files = [file for file in sorted((SAMPLES / "latency").rglob("*")) if file.is_file()]
    texts = [text for file in files if (text := _decoded(file.read_bytes()))]
    for name, tool in TOOLS.items():
        own = sorted((text.whole for text in texts if tool.recognises(text)), key=len)
        own += [FURTHER[name]] if name in FURTHER else []
        by_form = {text.lstrip()[:1] in ("{", "["): text for text in reversed(own)}
        samples = dict.fromkeys((*by_form.values(), *own[-1:]))
        yield Reader(name, _reading(name), tuple(samples))


def _reading(tool: str) -> Callable[[bytes], object]:
    return lambda data: read_runs(data, tool, HINTS)


def _decoded(data: bytes) -> Text | None:
    try:
        return decoded(data)
    except DocumentRefused:
        return None


def _pasting(table: Table) -> Reader:
    def read(data: bytes) -> None:
        merged(document(), table.key, pasted(table, data.decode(errors="replace")))

    head = ",".join(column.key for column in table.columns)
    return Reader(f"pasted {table.key}", read, (f"{head}\na,b,c,d,e,f\n1,2,3,4,5,6\n",))


def _of_lines(read: Callable[[list[str]], object]) -> Callable[[bytes], object]:
    return lambda data: read(data.decode(errors="replace").splitlines())


def _price_file(folder: Path) -> Callable[[bytes], object]:
    def read(data: bytes) -> None:
        path = folder / "hostile.json"
        path.write_bytes(data)
        read_offer(path, NEEDED)

    return read


def repeating() -> Iterator[tuple[Reader, str, Make]]:
    """Files that have the same fault again and again: a reader, the fault, and the file."""
    for table in TABLES.values():
        reader = _pasting(table)
        keys = [column.key for column in table.columns]
        for fault, make in _spreadsheets(keys):
            yield reader, fault, make
    reader = Reader("documents", parse, ())
    for name, flow in WRONG_FLOWS.items():
        yield reader, f"flows {name}", lambda size, flow=flow: _flows(flow, size)
    for form in ("csv", "json"):
        yield Reader(form, _reading(form), ()), "cells", lambda size, form=form: _cells(form, size)


def _spreadsheets(keys: list[str]) -> Cases:
    """Heads and rows; the row is as long as the table is wide."""
    head, row = ",".join(keys), ",".join("?" for _ in keys)
    yield "a column named again and again", lambda size: repeated(f"{keys[0]},", size)
    yield "an unknown column again and again", lambda size: repeated("nonsense,", size)
    yield (
        "unknown columns",
        lambda size: ",".join(f"{keys[-1]}{number}" for number in range(size // 12)),
    )
    yield "the head again and again", lambda size: repeated(f"{head}\n", size)
    yield "rows that are too long", lambda size: f"{keys[0]}\n" + repeated("a,b\n", size)
    yield "rows that say nothing", lambda size: f"{head}\n" + repeated(f"{row}\n", size)


def _flows(flow: dict[str, object], size: int) -> str:
    flows = [flow] * (size // len(json.dumps(flow)) + 1)
    return json.dumps(document() | {"flows": flows}, indent=0)


def _cells(form: str, size: int) -> str:
    if form == "csv":
        return "source,dest,percentile,value_us\n" + repeated("use1-az1,nowhere,p98,-1\n", size)
    cell = {"source": "use1-az1", "dest": "nowhere", "percentile": "p98", "value_us": -1}
    cells = [cell] * (size // len(json.dumps(cell)) + 1)
    return json.dumps({"format": "latency-cells-1", "cells": cells}, indent=0)


def cases(reader: Reader) -> Cases:
    """What attacks a reader, each with its name; any tool stands for what is nobody's."""
    return files(reader.samples, is_for_anybody=reader.name not in TOOLS)


def refused_or(call: Callable[[], object]) -> None:
    """A call that may refuse what it is given, and raises nothing else."""
    with suppress(REFUSALS):
        call()


def slow(reader: Reader, name: str, make: Make, sizes: Sizes = SIZES) -> Slow | None:
    """How long the reader takes where that grows faster than the file; None where it does not."""
    data = [make(size).encode() for size in sizes]
    floors = [FLOOR_US * len(content) / 1e6 for content in data]
    first = seconds(reader, data[0], 1)
    if first <= floors[-1] and seconds(reader, data[-1], 1) <= floors[-1]:
        return None
    taken: list[float] = []
    for content in data:  # the smaller first: what is far too slow need not be waited for
        taken.append(seconds(reader, content, TRIES))
        linear = max(taken[0], floors[0]) * len(content) / len(data[0])
        if taken[-1] > SLACK * linear:
            return Slow(reader.name, name, tuple(taken))
    return None


def seconds(reader: Reader, data: bytes, tries: int) -> float:
    """The least processor time of some tries."""
    least = float("inf")
    for _ in range(tries):
        begin = time.thread_time()
        refused_or(lambda: reader.read(data))
        least = min(least, time.thread_time() - begin)
    return least
