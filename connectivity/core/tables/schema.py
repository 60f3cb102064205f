"""The tables of a document: its lists, and what is said once."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from connectivity.core.document.validation import CONNECTIONS, ENDS, NEEDS
from connectivity.core.network.regions import AZ_PREFIXES
from connectivity.core.network.topology import PROTOCOLS
from connectivity.core.options import OPTIONS
from connectivity.core.tables.columns import (
    REST,
    Column,
    Document,
    Table,
    Texts,
    flag,
    list_column,
    number_column,
    one_or_list,
    share,
    text_column,
)

OPERATIONS = "operations_usd_per_object"
PLACE = re.compile(r"(?P<table>[a-z_]+)\[(?P<row>[0-9]+)\](?:\.(?P<column>[^.\[]+))?")

TABLES: dict[str, Table] = {
    table.key: table
    for table in (
        Table(
            "accounts",
            "Accounts",
            (
                text_column("id", "Account ID", required=True),
                text_column("name", "Name", required=True),
                text_column("organization", "Organization"),
            ),
            "id",
        ),
        Table(
            "vpcs",
            "VPCs",
            (
                text_column("name", "Name", required=True),
                text_column("account", "Account ID", required=True),
                text_column("region", "Region", lambda: tuple(AZ_PREFIXES), required=True),
                list_column("cidrs", "CIDRs", required=True),
                list_column("azs", "AZ IDs", required=True),
                text_column("environment", "Environment"),
                Column("subnets", "Subnets, as JSON", str),
            ),
            "name",
        ),
        Table(
            "services",
            "Services",
            (
                text_column("name", "Name", required=True),
                text_column("vpc", "VPC", required=True),
                text_column("protocol", "Protocol", lambda: PROTOCOLS),
                number_column("port", "Port", required=True),
                list_column("azs", "AZ IDs"),
                Column("cross_zone", "Cross-zone", flag, lambda: ("true", "false")),
                Column("existing_nlb", "NLB exists", flag, lambda: ("true", "false")),
            ),
            "name",
        ),
        Table(
            "flows",
            "Flows",
            (
                text_column("name", "Name", required=True),
                Column("from", "From, one or several VPCs", one_or_list, required=True),
                text_column("to", "To, a service or VPC", required=True),
                number_column("gb_per_month", "GB a month", required=True),
                Column("response_share", "Response share", share),
                Column("cross_az_share", "Cross-AZ share", share),
                number_column("connections_per_second", "Connections a second"),
                number_column("connection_seconds", "Connection lifetime, s"),
                number_column("max_idle_seconds", "Longest idle period, s"),
                number_column("requests_per_second", "Requests a second"),
                number_column("peak_gbps", "Peak, Gbps"),
                list_column("needs", "Needs", lambda: NEEDS),
                text_column("initiated_by", "Initiated by", lambda: ENDS),
                number_column("p99_budget_us", "p99 budget, µs"),
                list_column("options", "Options", lambda: OPTIONS.vocabulary.offered),
                text_column("today", "Today", lambda: OPTIONS.vocabulary.options),
            ),
            "name",
        ),
        Table(
            "policies",
            "Policies",
            (
                Column("forbid", "Forbid", one_or_list, lambda: OPTIONS.vocabulary.options, True),
                list_column("between", "Between two environments", required=True),
                text_column("because", "Because"),
            ),
        ),
        Table(
            "quotas",
            "Quota increases",
            (
                text_column("account", "Account ID", required=True),
                text_column("rule", "Rule", lambda: OPTIONS.vocabulary.quotas, required=True),
                number_column("value", "Increased to", required=True),
                text_column("by", "By", required=True),
                text_column("because", "Why", required=True),
            ),
        ),
        Table(
            "connections",
            "Existing connections",
            (
                text_column("kind", "Kind", lambda: CONNECTIONS, required=True),
                text_column("id", "ID", required=True),
                text_column("account", "Account ID"),
                text_column("vpc", "VPC"),
                list_column("between", "Between two VPCs"),
                text_column("service", "Service"),
            ),
        ),
    )
}


def _operations() -> tuple[Column, ...]:
    """One column for each kind of object that options make."""
    return tuple(
        number_column(f"{OPERATIONS}.{kind}", f"Operational cost of one {kind}, USD a month")
        for kind in OPTIONS.vocabulary.objects
    )


GENERAL = Table(
    "general",
    "Topology",
    (
        text_column("name", "Name", required=True),
        number_column("p99_budget_us", "p99 budget of every flow, µs"),
        text_column("hub_account", "Account that owns the hubs"),
    ),
    others=_operations,
)
"""What is said once. Its columns with a dot are keys of a mapping inside."""


def table_rows(document: Document, key: str) -> list[Document]:
    """The rows of a table, as the document has them; `general` has one."""
    return [_general(document)] if key == GENERAL.key else list(document.get(key) or ())


def table_of(key: str) -> Table:
    """Raises KeyError: there is none."""
    return GENERAL if key == GENERAL.key else TABLES[key]


def with_rows(document: Document, key: str, rows: list[Document]) -> Document:
    """The document with other rows in one of its lists; an emptied list is left out."""
    if key == GENERAL.key:
        return _with_general(document, rows[0])
    if rows or key not in document or document[key] == []:
        return document | {key: rows} if rows or key in document else document
    return {name: value for name, value in document.items() if name != key}


def _general(document: Document) -> Document:
    flat = {k: v for k, v in document.items() if k not in TABLES and k != "version"}
    inside = flat.get(OPERATIONS)
    if isinstance(inside, dict) and inside and set(inside) <= set(OPTIONS.vocabulary.objects):
        del flat[OPERATIONS]
        flat |= {f"{OPERATIONS}.{kind}": usd for kind, usd in inside.items()}
    return flat


def _with_general(document: Document, row: Document) -> Document:
    inside = f"{OPERATIONS}."
    flat = {key: value for key, value in row.items() if not key.startswith(inside)}
    prices = {k.removeprefix(inside): v for k, v in row.items() if k.startswith(inside)}
    general = {k: v for k, v in document.items() if k in TABLES or k == "version"} | flat
    return general | {OPERATIONS: prices} if prices else general


class CellPlace(NamedTuple):
    """Where a problem is in the tables; an empty column means the row."""

    table: str
    row: int
    column: str


def place_of(path: str) -> CellPlace:
    """The place of a problem's path, such as `flows[2].from[1]`.

    >>> place_of("flows[2].from[1]")
    CellPlace(table='flows', row=2, column='from')
    """
    place = PLACE.match(path)
    if place and place["table"] in TABLES:
        own = {column.key for column in TABLES[place["table"]].columns}
        column = place["column"] or ""
        return CellPlace(
            place["table"], int(place["row"]), column if column in own else column and REST
        )
    return CellPlace(GENERAL.key, 0, path)


def matching(table: Table, rows: Iterable[Document], words: str) -> Iterator[tuple[int, Document]]:
    """The rows in which every word stands somewhere, each with its index."""
    wanted = words.lower().split()
    for i, row in enumerate(rows):
        if not wanted or _has(table.texts(row), wanted):
            yield i, row


def _has(texts: Texts, wanted: list[str]) -> bool:
    sentence = " ".join(texts.values()).lower()
    return all(word in sentence for word in wanted)
