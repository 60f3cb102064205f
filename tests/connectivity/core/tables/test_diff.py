"""What differs between two documents."""

from connectivity.core.tables.diff import differences
from tests.topologies import document, flow


def test_reviews_are_rows_of_their_own_with_their_inputs() -> None:
    before = document(flow(reviews={"nat": {"addresses": 2}, "dns": {"trailing_dot": True}}))
    after = document(flow(reviews={"nat": {"addresses": 3}}, gb_per_month=5))
    after["services"][0]["reviews"] = {"nlb": {"listener": "tls"}}
    network, *reviews = differences(before, after)
    assert [cell.label for cell in network.cells] == ["GB a month"]
    assert [(row.table, row.name, row.kind, row.cells) for row in reviews] == [
        ("Reviews", "flow f: nat", "changed", [("addresses", "2", "3")]),
        ("Reviews", "flow f: dns", "removed", [("trailing_dot", "true", "")]),
        ("Reviews", "service api: nlb", "added", [("listener", "", "tls")]),
    ]
    assert differences(after, after) == []
