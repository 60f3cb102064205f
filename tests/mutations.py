"""Files that are damaged at random, at the doors through which they come in.

A damaged file is read or refused: nothing else is raised, nothing is stored of what is refused,
and it takes no longer than a whole one.
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

from django.db import models, transaction

from advisor.management.commands.collect_health import register
from connectivity.core.document.parser import read
from connectivity.core.problems import DocumentRefused
from connectivity.measurements import name_zones
from connectivity.models import AwsAccount, ZoneName
from costmodel.importers.offer_rows import OfferError
from costmodel.ingest import import_prices
from costmodel.models import Price, PriceList
from tests.offers import TRANSFER, VPC, offer, offer_csv, product

SAMPLES = Path(__file__).parent / "samples"
LONGEST_S = 20  # on a machine that is busy with something else
ACCOUNT = "111111111111"
WORDS = (
    b"1e999", b"1" + b"0" * 5000, b"-1", b"NaN", b"Infinity", b"null", b"\x00", b"\\u0000",
    b"\\ud800", b"\xff", b"\xef\xbb\xbf", b"[" * 2_000, b'{"a":' * 2_000, b'"', b"\\", b"\n", b",",
    b"USD", b"CNY", b"Inf", b"OnDemand", b"us-east-1", b"{{{{", b"]]]]", b"&a *a", b"\r",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 1e308, 10**40, "", " ", "NaN", "1e999", "-0.01", "1" * 5000, "Inf", "\x00",
    "\ud800", "x" * 5000, "9999-01-01", "2026-13-40", "us-east-1", "USE1-TransitGateway-Bytes",
    "AWS Local Zone", [], {}, [[[[]]]], {"a": {"b": {"c": {}}}}, "0.0100000000", "1_000", "٣",
)  # fmt: skip


class Door(NamedTuple):
    """One way for a kind of file, the whole files that are damaged, and the tables behind it."""

    name: str
    originals: tuple[bytes, ...]
    enter: Callable[[bytes], object]
    tables: tuple[type[models.Model], ...]


class Tally(NamedTuple):
    """How many files were read and refused, and the longest time that one took."""

    read: int
    refused: int
    longest_s: float


def doors(folder: Path, team_id: int) -> list[Door]:
    """Everything that is tried; the team must exist."""

    def price_file(data: bytes) -> None:
        path = folder / "damaged.json"
        path.write_bytes(data)
        import_prices([path])

    prices = (PriceList, Price)
    return [
        Door("offer files, JSON", tuple(_offers()), price_file, prices),
        Door("offer files, CSV", tuple(_tables()), price_file, prices),
        Door("answers of get-products", tuple(_answers()), price_file, prices),
        Door(
            "accounts",
            tuple(_accounts()),
            lambda data: register(team_id, read(data)),
            (AwsAccount,),
        ),
        Door(
            "zones",
            tuple(file.read_bytes() for file in sorted((SAMPLES / "zones").iterdir())),
            lambda data: name_zones(team_id, ACCOUNT, data),
            (ZoneName,),
        ),
    ]


def tried(door: Door, count: int, seed: int) -> Tally:
    """So many damaged files through one door, each undone when it was read.

    Raises:
        AssertionError: a refused file left something behind, or one took too long.
    """
    rng = random.Random(seed)  # noqa: S311  # not for secrets
    refused, longest = 0, 0.0
    for number in range(count):
        data = damaged(rng.choice(door.originals), rng, door.originals)
        before = [table.objects.count() for table in door.tables]
        began = time.perf_counter()
        try:
            with transaction.atomic():
                door.enter(data)
                transaction.set_rollback(True)
        except (OfferError, DocumentRefused):
            refused += 1
            stored = [table.objects.count() for table in door.tables]
            assert stored == before, f"{door.name}, file {number}: stored though refused"
        took = time.perf_counter() - began
        assert took < LONGEST_S, f"{door.name}, file {number}: {took:.1f} s"
        longest = max(longest, took)
    return Tally(count - refused, refused, longest)


def damaged(data: bytes, rng: random.Random, others: tuple[bytes, ...]) -> bytes:
    """One random injury, of the bytes or of a value."""
    at, to = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    other, lines = rng.choice(others), data.split(b"\n")
    line, other_line = rng.randrange(len(lines)), rng.randrange(len(lines))
    injuries: tuple[Callable[[], bytes], ...] = (
        lambda: data[:at],
        lambda: data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :],
        lambda: data[:at] + rng.choice(WORDS) + data[at:],
        lambda: data[:at] + data[to:],
        lambda: b"\n".join(lines[:line] + lines[line + 1 :]),
        lambda: b"\n".join([*lines[:line], lines[other_line], *lines[line:]]),
        lambda: data + data,
        lambda: data[:at] + other[len(other) // 2 :],
        lambda: _of_another_value(data, rng),
        lambda: _of_another_value(data, rng),
        lambda: _of_another_value(data, rng),
    )
    return rng.choice(injuries)()


def _of_another_value(data: bytes, rng: random.Random) -> bytes:
    """JSON with one value changed, taken out or doubled; of a table, one cell."""
    try:
        document = json.loads(data)
    except ValueError:
        cells = data.split(b",")
        cells[rng.randrange(len(cells))] = str(rng.choice(VALUES)).encode(errors="replace")
        return b",".join(cells)
    changed = deepcopy(document)
    places = list(_places(changed))
    inside, key = rng.choice(places)
    if rng.random() < 0.2:
        del inside[key]
    elif rng.random() < 0.1:
        inside[key] = inside[rng.choice(list(inside) if isinstance(inside, dict) else [0])]
    else:
        inside[key] = _text_of(inside[key], rng) if rng.random() < 0.3 else rng.choice(VALUES)
    return json.dumps(changed, indent=1).encode()


def _text_of(value: Any, rng: random.Random) -> Any:
    """A text that holds JSON, such as a product of GetProducts, damaged inside."""
    if not isinstance(value, str) or not value.startswith("{"):
        return rng.choice(VALUES)
    return _of_another_value(value.encode(), rng).decode(errors="replace")


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, entry in list(inside):
        yield value, key
        if isinstance(entry, dict | list):
            yield from _places(entry)


EBS = [
    product("GP3", "EBS:VolumeUsage.gp3", "0.08", unit="GB-Mo"),
    product("SPEED", "EBS:VolumeP-Throughput.gp3", "40.96", unit="GiBps-mo"),
]


def _offers() -> Iterator[bytes]:
    for service, products in (
        ("AmazonVPC", VPC),
        ("AWSDataTransfer", TRANSFER),
        ("AmazonEC2", EBS),
    ):
        yield json.dumps(offer(service, products), indent=1).encode()
    yield (SAMPLES / "prices" / "offer_2016.json").read_bytes()


def _tables() -> Iterator[bytes]:
    for service, products in (
        ("AmazonVPC", VPC),
        ("AWSDataTransfer", TRANSFER),
        ("AmazonEC2", EBS),
    ):
        yield offer_csv(service, products).encode()


def _answers() -> Iterator[bytes]:
    """Whole, only the list, with objects in it, and a product a line."""
    data = (SAMPLES / "prices" / "get_products.json").read_bytes()
    answer = json.loads(data)
    objects = [json.loads(product) for product in answer["PriceList"]]
    yield data
    yield json.dumps(answer["PriceList"], indent=1).encode()
    yield json.dumps(answer | {"PriceList": objects}, indent=1).encode()
    yield b"\n".join(json.dumps(product).encode() for product in objects) + b"\n"
    yield b"\n".join(json.dumps(product).encode() for product in answer["PriceList"]) + b"\n"


def _accounts() -> Iterator[bytes]:
    listed = [
        {"account": "222233334444", "name": "orders", "regions": ["us-east-1", "eu-west-1"]},
        {
            "account": "222233334445",
            "role_arn": "arn:aws:iam::222233334445:role/Reader",
            "external_id": "an-external-id",
            "regions": ["us-east-2"],
        },
    ]
    yield json.dumps(listed, indent=1).encode()
    yield b"""- account: "222233334444"
  name: orders
  regions: [us-east-1]
- {account: "222233334445", regions: [us-east-2, eu-central-1]}
"""
