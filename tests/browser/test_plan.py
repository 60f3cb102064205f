"""The plan of many flows in a browser: started, watched, and there without a reload."""

from itertools import permutations

import pytest
from playwright.sync_api import Page, expect

from advisor import jobs
from advisor.models import Job, User
from connectivity.actions import create_topology
from tests.browser.conftest import every_reader, is_well
from tests.factories import account, document, flow, vpc

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
    jobs.run(str(Job.objects.get().uid))
    expect(reader.get_by_text("Cheapest plan, proven")).to_be_visible()
    assert reader.evaluate("window.still_here") is True
    is_well(reader)
    reader.reload()
    expect(reader.get_by_text("Cheapest plan, proven")).to_be_visible()
