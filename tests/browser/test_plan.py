"""The plan of many flows in a browser: started, watched, and there without a reload."""

from itertools import permutations

import pytest
from playwright.sync_api import Page, expect

from advisor.jobs import runner
from advisor.models import Job, User
from connectivity.actions import create_topology
from tests.browser.conftest import every_reader, follow, is_well
from tests.factories import account, document, flow, vpc
from tests.thirty_flows import estate

pytestmark = pytest.mark.browser
FLOWS = 120


def mesh() -> dict[str, object]:
    names = [f"v{i}" for i in range(11)]
    pairs = list(permutations(names, 2))
    flows = [
        flow(name=f"f{i}", **{"from": pairs[i % 110][0], "to": pairs[i % 110][1]}, gb_per_month=i)
        for i in range(FLOWS)
    ]
    vpcs = [vpc(name, f"{1:012d}", f"10.{i}.0.0/16") for i, name in enumerate(names)]
    own = [account(f"{1:012d}")]
    return document(*flows, name="mesh", accounts=own, vpcs=vpcs, services=[])


@every_reader
def test_a_plan_is_computed_beside_the_page_and_takes_its_place(reader: Page) -> None:
    user = User.objects.get(username="alice")
    uid = create_topology(user.team_id, mesh()).topology.uid
    reader.goto(f"/topologies/{uid}/")
    reader.get_by_role("button", name="Compute the plan").click()
    expect(reader.get_by_text("Waiting for a worker")).to_be_visible()
    is_well(reader)
    reader.evaluate("window.still_here = true")
    so_far = {"part": "plan", "seconds": 7, "objective_usd": "20000.00", "gap_usd": "12.50"}
    Job.objects.update(state="running", done=7, total=60, so_far=so_far)
    expect(reader.get_by_text("7 s of at most 60 s")).to_be_visible()
    expect(reader.get_by_text("another plan may cost up to $12.50 less")).to_be_visible()
    Job.objects.update(state="queued")
    runner.run(str(Job.objects.get().uid))
    expect(reader.get_by_text("Cheapest plan, proven")).to_be_visible()
    assert reader.evaluate("window.still_here") is True
    is_well(reader)
    reader.reload()
    expect(reader.get_by_text("Cheapest plan, proven")).to_be_visible()


def few() -> dict[str, object]:
    """Five of the thirty flows."""
    whole = estate()
    return {**whole, "flows": whole["flows"][:5]}


@pytest.mark.parametrize("reader", [(1440, "light"), (390, "dark")], indirect=True, ids=str)
def test_points_appear_as_they_are_known_and_an_opened_flow_stays_open(reader: Page) -> None:
    user = User.objects.get(username="alice")
    uid = create_topology(user.team_id, few()).topology.uid
    reader.goto(f"/topologies/{uid}/")
    follow(reader, reader.get_by_role("link", name="Why, trade-offs and the way there"))
    is_well(reader)
    reader.get_by_role("button", name="Compute what is missing").click()
    expect(reader.get_by_text("Waiting for a worker")).to_be_visible()
    reader.locator("#why summary").first.click()
    points = [
        {"amount": have, "objective_usd": usd, "objects": {}, "options": {}, "proven": True}
        for have, usd in ((9, "100.00"), (6, "120.00"))
    ]
    so_far = {"part": "frontiers", "frontiers": {"changes": [], "worst_p99": []}}
    so_far["frontiers"]["objects"] = points
    Job.objects.update(state="running", done=7, total=480, so_far=so_far)
    expect(reader.get_by_text("2 plans with at most so many managed resources")).to_be_attached()
    reader.locator("#trade-offs").scroll_into_view_if_needed()
    chart = reader.locator("#chart-of-trade-off-objects .main-svg").first
    expect(chart).to_be_visible()
    expect(reader.locator("#why details").first).to_have_attribute("open", "")
    is_well(reader)
    reader.get_by_label("Flow, VPC, service or option").press_sequentially("peering")
    expect(reader.get_by_role("link", name="show all")).to_be_visible()
    assert "q=peering" in reader.url
    reader.get_by_role("button", name="Cancel and keep what is known").click()
    expect(reader.get_by_text("It was stopped; there may be more").first).to_be_attached()
    reader.locator("#trade-offs").scroll_into_view_if_needed()
    expect(chart).to_be_visible()
    is_well(reader)
