"""Tables are the document: both ways, losing nothing."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectivity.core.document.parser import read
from connectivity.core.document.validation import NEEDS
from connectivity.core.options import OPTIONS
from connectivity.core.problems import DocumentRefused
from connectivity.core.registered_document import topology
from connectivity.core.tables.columns import Document
from connectivity.core.tables.diff import differences
from connectivity.core.tables.edits import Edits, edited
from connectivity.core.tables.schema import (
    GENERAL,
    TABLES,
    place_of,
    table_of,
    table_rows,
    with_rows,
)
from connectivity.core.tables.spreadsheet import merged, pasted, table_as_csv
from connectivity.reference import REFERENCE
from tests.factories import account, document, flow, vpc

words = st.text(
    st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(' ,;"[]{}:\u00e9'),
    min_size=1,
    max_size=12,
).filter(lambda text: bool(text.strip()))
extras = st.dictionaries(
    words.map(lambda text: f"x-{text}"),
    st.none() | st.booleans() | st.integers() | words | st.lists(words, max_size=2),
    max_size=2,
)
numbers = st.integers(0, 10**9) | st.floats(0, 1e9, allow_nan=False) | st.floats(0, 1)
shares = st.sampled_from([0, 0.0, 1, 1.0, 0.5]) | st.floats(0, 1)

OFFERED = OPTIONS.vocabulary.offered


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A value, null, or no key at all."""
    return values | st.none() | st.just(...)


def mapping(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[Document]:
    mappings = st.fixed_dictionaries(keys)
    return mappings.map(
        lambda mapping: {key: value for key, value in mapping.items() if value is not ...}
    )


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Valid documents, with names, numbers and further keys as odd as they may be."""
    names = draw(st.lists(words, min_size=3, max_size=5, unique_by=str.strip))
    doc: Document = {"version": 1, "name": draw(words)} | draw(extras)
    doc["accounts"] = [account("111111111111") | draw(extras)]
    doc["vpcs"] = [
        vpc(name, "111111111111", f"10.{i}.0.0/16") | draw(mapping(environment=maybe(words)))
        | draw(mapping(subnets=maybe(st.just([{"cidr": f"10.{i}.1.0/24", "az": "use1-az1"}]))))
        for i, name in enumerate(names[:-1])
    ]  # fmt: skip
    service = {"name": names[-1], "vpc": names[0], "port": draw(st.sampled_from([1, 443, 80.0]))}
    flags = mapping(cross_zone=maybe(st.booleans()), existing_nlb=maybe(st.booleans()))
    doc["services"] = [service | draw(flags)]
    doc["flows"] = [draw(flows(names, i)) for i in range(draw(st.integers(1, 3)))]
    prices = st.dictionaries(st.sampled_from(["peering", "endpoint"]), numbers, max_size=2)
    doc |= draw(mapping(operations_usd_per_object=maybe(prices), policies=maybe(st.just([]))))
    return doc | draw(mapping(p99_budget_us=maybe(st.integers(1, 9999)), note=maybe(words)))


def flows(names: list[str], i: int) -> st.SearchStrategy[Document]:
    consumers = names[1:-1]
    lists = st.lists(st.sampled_from(consumers), min_size=1, unique=True)
    return mapping(
        name=st.just(f"flow {i}"),
        **{"from": st.sampled_from(consumers) | lists},
        to=st.sampled_from([names[0], names[-1]]),
        gb_per_month=numbers,
        response_share=maybe(shares),
        connections_per_second=maybe(st.integers(0, 1000)),
        needs=maybe(st.lists(st.sampled_from(NEEDS), min_size=1, unique=True)),
        options=maybe(st.lists(st.sampled_from(OFFERED), min_size=1, unique=True)),
        today=maybe(st.sampled_from(OFFERED)),
    )


def rebuilt(doc: Document) -> Document:
    """A document from nothing but the texts of its tables."""
    again: Document = {"version": doc["version"]}
    for table in (*TABLES.values(), GENERAL):
        texts = [table.texts(row) for row in table_rows(doc, table.key)]
        if table is GENERAL or table.key in doc:
            again = with_rows(again, table.key, [table.row(text) for text in texts])
            if table is not GENERAL:
                again.setdefault(table.key, doc[table.key] and [])
    return again


@given(documents())
def test_a_document_becomes_tables_and_the_same_document_again(doc: Document) -> None:
    topology(doc)
    again = rebuilt(doc)
    assert json.dumps(again, sort_keys=True) == json.dumps(doc, sort_keys=True)


@given(documents())
def test_a_table_as_csv_pasted_back_changes_nothing(doc: Document) -> None:
    for key in ("vpcs", "services", "flows"):
        rows = pasted(TABLES[key], table_as_csv(doc, key))
        assert differences(doc, merged(doc, key, rows, replace=True)) == []


def test_the_reference_survives() -> None:
    doc = read(REFERENCE.read_bytes())
    assert rebuilt(doc) == doc


def test_a_cell_that_is_not_touched_keeps_its_very_value() -> None:
    doc = document(flow(gb_per_month=100.0, options=["vpc-peering"]))
    after = edited(doc, Edits("flows", {0: {"gb_per_month": "100.0", "to": "orders"}}))
    assert after["flows"] == [doc["flows"][0] | {"to": "orders"}]
    assert isinstance(after["flows"][0]["gb_per_month"], float)


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("gb_per_month", "102,400", 102400),
        ("gb_per_month", "1.5e3", 1500.0),
        ("gb_per_month", "lots", "lots"),
        ("from", "clients", "clients"),
        ("from", "clients, more", ["clients", "more"]),
        ("from", '["clients"]', ["clients"]),
        ("needs", "icmp", ["icmp"]),
        ("name", '"42"', "42"),
        ("name", "42", "42"),
        ("name", '"unclosed', '"unclosed'),
        ("today", "null", None),
    ],
)
def test_what_a_text_means(column: str, text: str, value: Any) -> None:
    row = TABLES["flows"].row({column: text})
    assert row == {column: value}
    assert type(row[column]) is type(value)


def test_an_emptied_cell_takes_the_key_away() -> None:
    doc = edited(document(flow(today="vpc-peering")), Edits("flows", {0: {"today": " "}}))
    assert "today" not in doc["flows"][0]


def test_a_new_name_is_written_wherever_the_old_one_stood() -> None:
    doc = document(
        flow(**{"from": ["clients"]}),
        connections=[{"kind": "peering", "id": "p", "between": ["clients", "orders"]}],
        hub_account="111111111111",
    )
    doc = edited(doc, Edits("vpcs", {0: {"name": "web"}}))
    doc = edited(doc, Edits("services", {0: {"name": "shop"}}))
    doc = edited(doc, Edits("accounts", {0: {"id": "333333333333"}}))
    assert topology(doc).flows[0].consumer == "web"
    assert doc["flows"][0]["to"] == "shop"
    assert doc["connections"][0]["between"] == ["web", "orders"]
    assert (doc["hub_account"], doc["vpcs"][0]["account"]) == ("333333333333", "333333333333")


def test_rows_are_added_and_taken_away() -> None:
    new = {"name": "g", "from": "clients", "to": "api", "gb_per_month": "5"}
    edits = Edits("flows", removed=frozenset({0}), added=[{"name": ""}, new])
    assert edited(document(), edits)["flows"] == [new | {"gb_per_month": 5}]
    assert edits.row_ids(1) == ["new1"]


def test_the_last_row_of_an_optional_table_takes_the_key_with_it() -> None:
    doc = edited(document(), Edits("services", removed=frozenset({0})))
    assert "services" not in doc


def test_pasted_rows_update_those_of_their_name_and_add_the_others() -> None:
    text = (
        "Name\tGB a month\tFrom, one or several VPCs\tto\nf\t5\tclients\tapi\ng\t6\tclients\tapi\n"
    )
    after = merged(document(), "flows", pasted(TABLES["flows"], text))
    assert [(row["name"], row["gb_per_month"]) for row in after["flows"]] == [("f", 5), ("g", 6)]
    only = merged(document(), "flows", pasted(TABLES["flows"], text)[1:], replace=True)
    assert [row["name"] for row in only["flows"]] == ["g"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: is empty; the first line names the columns"),
        ("name,gbs\nf,5", "line 1: no column is called 'gbs'"),
        ("name,gb_per_mont\nf,5", "did you mean 'gb_per_month'?"),
        ("name,name\nf,5", "line 1: 'name' is named twice"),
        ("name\nf\ng,5,6", "line 3: has 3 cells; the first line names 1 columns"),
    ],
)
def test_a_paste_that_cannot_be_read_says_where(text: str, message: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        pasted(TABLES["flows"], text)
    assert message in "; ".join(map(str, refused.value.problems))


def test_problems_have_a_cell() -> None:
    assert place_of("flows[2].from[1]") == ("flows", 2, "from")
    assert place_of("vpcs[0].subnets[1].az") == ("vpcs", 0, "subnets")
    assert place_of("vpcs[0].colour") == ("vpcs", 0, "more")
    assert place_of("flows[3]") == ("flows", 3, "")
    assert place_of("hub_account") == ("general", 0, "hub_account")


def test_what_differs_is_named_row_by_row() -> None:
    before = document(flow(), policies=[{"forbid": "vpc-peering", "between": ["a", "b"]}])
    after = document(flow(gb_per_month=2000), flow(name="g"), name="renamed")
    changes = [
        (difference.table, difference.name, difference.kind)
        for difference in differences(before, after)
    ]
    assert changes == [
        ("Topology", "", "changed"),
        ("Flows", "f", "changed"),
        ("Flows", "g", "added"),
        ("Policies", "vpc-peering; a, b", "removed"),
    ]
    assert differences(before, after)[1].cells == [("GB a month", "1000", "2000")]
    assert table_of("general") is GENERAL


def test_names_that_change_places_take_their_flows_along() -> None:
    three = [vpc(name, "111111111111", f"10.{i}.0.0/16") for i, name in enumerate("abc")]
    doc = document(flow(**{"from": "a"}, to="b"), flow(name="g", **{"from": "c"}, to="b"))
    doc |= {"vpcs": three, "services": []}
    chained = edited(doc, Edits("vpcs", {1: {"name": "c"}, 2: {"name": "d"}}))
    assert [(row["from"], row["to"]) for row in chained["flows"]] == [("a", "c"), ("d", "c")]
    swapped = edited(doc, Edits("vpcs", {0: {"name": "b"}, 1: {"name": "a"}}))
    assert [(row["from"], row["to"]) for row in swapped["flows"]] == [("b", "a"), ("c", "a")]


def test_a_text_that_looks_like_a_formula_leaves_as_text_and_comes_back() -> None:
    odd = ["=HYPERLINK(1)", "'=x", "''", "-1", "@a", "'plain"]
    doc = document(*(flow(name=name) for name in odd))
    text = table_as_csv(doc, "flows")
    assert not any(line.startswith(("=", "-", "@")) for line in text.splitlines())
    assert merged(doc, "flows", pasted(TABLES["flows"], text)) == doc


def test_a_mark_of_the_byte_order_is_no_part_of_a_name() -> None:
    assert pasted(TABLES["flows"], "\ufeffname,to\r\nf,api\r\n") == [{"name": "f", "to": "api"}]


def test_repeated_rows_and_their_order_are_differences() -> None:
    policy = {"forbid": "vpc-peering", "between": ["a", "b"]}
    twice, once = document(policies=[policy, policy]), document(policies=[policy])
    assert [(c.name, c.kind) for c in differences(twice, once)] == [
        ("vpc-peering; a, b (2)", "removed")
    ]
    turned = document() | {"accounts": document()["accounts"][::-1]}
    assert differences(document(), turned)[0].cells[0].label == "Order of the rows"
