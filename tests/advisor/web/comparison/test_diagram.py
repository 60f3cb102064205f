"""Charts and the topology picture: known to Plotly, legible, inside their frames."""

import json
from typing import Any

import plotly.graph_objects as go
import pytest
from django.test import Client

from advisor.models import User
from advisor.web.comparison.diagram_layout import picture
from connectivity.actions import create_topology
from connectivity.core.document.parser import read
from connectivity.core.network.planned_network import case
from connectivity.core.registered_document import topology
from connectivity.reference import REFERENCE
from tests.advisor.web.comparison.test_page import curves_of, page
from tests.factories import account, document, flow, vpc
from tests.topologies import many_connections

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "plain_topology",
    [
        document(),
        document(flow(gb_per_month=0)),
        document(flow(to="orders", options=["privatelink"])),
        many_connections(1),
        document(flow(p99_budget_us=100, cross_az_share=0)),
    ],
)
def test_figures_are_ones_that_plotly_knows(
    signed_in: Client, user: User, plain_topology: dict[str, Any]
) -> None:
    uid = create_topology(user.team_id, plain_topology).topology.uid
    curves, _ = curves_of(signed_in, uid)
    figures = [*page(signed_in, uid)["figures"].values(), *(curve.figure for curve in curves)]
    for figure in figures:
        if figure is None:
            continue
        text = json.dumps(figure)  # nothing but plain values
        plain = json.loads(text.replace('"--', '"#').replace("#series-1", "red"))
        for trace in plain["data"]:
            _plain_colours(trace)
        _plain_colours(plain["layout"])
        go.Figure(plain)  # raises for a property or a value that Plotly does not know


def _plain_colours(value: Any) -> None:
    """Theme colours are put in by the page; Plotly itself wants real ones."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, entry in items:
        if isinstance(entry, dict | list):
            _plain_colours(entry)
        elif key == "color":
            value[key] = "#000000"


def test_coinciding_points_share_one_label(signed_in: Client, user: User) -> None:
    reference = create_topology(user.team_id, read(REFERENCE.read_bytes())).topology.uid
    figure = page(signed_in, reference)["figures"]["cost_latency"]
    labels = [text for trace in figure["data"] for text in trace.get("text", ()) if text]
    assert "VPC sharing · VPC peering" in labels
    assert sorted(labels)[-2:] == ["Transit Gateway", "VPC sharing · VPC peering"]


@pytest.mark.parametrize(
    ("vpcs", "scale"), [(2, "large"), (6, "large"), (60, "middle"), (300, "small")]
)
def test_the_picture_keeps_every_vpc_inside_and_apart(vpcs: int, scale: str) -> None:
    accounts = [account(f"{i:012d}") for i in range(max(1, vpcs // 3))]
    placed = [
        vpc(f"vpc-{i}", accounts[i % len(accounts)]["id"], f"10.{i // 250}.{i % 250}.0/24")
        for i in range(vpcs)
    ]
    flows = [
        flow(name=f"f{i}", **{"from": f"vpc-{i}"}, to=f"vpc-{(i + 1) % vpcs}", gb_per_month=i)
        for i in range(vpcs)
    ]
    drawn = picture(case(topology(document(*flows, accounts=accounts, vpcs=placed, services=[]))))
    assert drawn.scale.name == scale
    assert len(drawn.boxes) == vpcs
    for box in drawn.boxes:
        assert 0 <= box.x <= drawn.width - box.width
        assert 0 <= box.y <= drawn.height - box.height
    corners = {(box.x, box.y) for box in drawn.boxes}
    assert len(corners) == vpcs
    ordered = sorted(drawn.boxes, key=lambda box: (box.y, box.x))
    for previous, following in zip(ordered, ordered[1:], strict=False):
        assert previous.y != following.y or previous.x + previous.width <= following.x
    widths = [line.width for line in drawn.lines]
    assert widths == sorted(widths, reverse=True)
    assert 0 < drawn.part <= 1
