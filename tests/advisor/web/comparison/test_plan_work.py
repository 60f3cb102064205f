"""Many flows are planned by a job that their view starts, watches and shows."""

from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from advisor.jobs import runner
from advisor.models import Job, Membership, Role, ShareLink, User
from advisor.web.comparison import planning
from connectivity.actions import create_topology
from tests.thirty_flows import estate

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if thirty flows were many."""
    monkeypatch.setattr(planning, "MAX_FLOWS", 10)


@pytest.fixture
def acme(user: User) -> UUID:
    return create_topology(user.team_id, estate()).topology.uid


def text_of(client: Client, address: str, **more: Any) -> str:
    """A view's text, its white space as a browser shows it."""
    response = client.get(address, **more)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def started(client: Client, uid: UUID, query: str = "", seconds: str = "60") -> str:
    """The address of the view whose plan a job makes."""
    url = f"{reverse('plan-compute', args=[uid])}?{query}"
    answer = client.post(url, {"seconds": seconds})
    assert answer.status_code == 302
    return str(answer["Location"]).partition("#")[0]


def test_a_job_plans_the_view_and_its_result_is_the_headline(signed_in: Client, acme: UUID) -> None:
    assert "Compute the plan" in text_of(signed_in, reverse("topology", args=[acme]))
    view = started(signed_in, acme)
    text = text_of(signed_in, view)
    assert "Waiting for a worker" in text
    assert "Compute the plan" not in text
    runner.run(str(Job.objects.get().uid))
    text = text_of(signed_in, view)
    assert "Cheapest plan, proven" in text
    assert "$19,412.59 a month: VPC peering for 25 flows and PrivateLink for 5" in text
    assert "Cheapest plan, proven" in text_of(
        signed_in, view.replace(f"/{acme}/", f"/{acme}/print/")
    )


def test_files_and_shared_links_have_the_jobs_plan(
    signed_in: Client, user: User, acme: UUID
) -> None:
    view = started(signed_in, acme)
    runner.run(str(Job.objects.get().uid))
    for kind in ("json", "csv", "md"):
        text = text_of(signed_in, view.replace(f"/{acme}/", f"/{acme}/comparison.{kind}"))
        assert "19412.59" in text.replace(",", ""), kind
    share = view.replace(f"/{acme}/", f"/{acme}/share/")
    assert signed_in.post(share, {"days": "30"}).status_code == 302
    key = ShareLink.objects.get().key
    assert "Cheapest plan, proven" in text_of(Client(), reverse("shared", args=[key]))


def test_computing_twice_is_one_job(signed_in: Client, acme: UUID) -> None:
    assert started(signed_in, acme) == started(signed_in, acme)
    assert Job.objects.count() == 1
    started(signed_in, acme, query="gb=100")
    assert Job.objects.count() == 2


def test_a_plan_that_is_not_proven_can_be_computed_again(signed_in: Client, acme: UUID) -> None:
    view = started(signed_in, acme)
    runner.run(str(Job.objects.get().uid))
    assert "Compute again" not in text_of(signed_in, view)
    job = Job.objects.get()
    job.result |= {"proven_optimal": False, "gap_usd": "5.00"}
    job.save()
    text = text_of(signed_in, view)
    assert "Not proven in the time given: another plan may cost up to $5.00 a month less" in text
    assert "Compute again" in text


def test_progress_tells_the_best_so_far_and_ends_with_the_view(
    signed_in: Client, acme: UUID
) -> None:
    view = started(signed_in, acme)
    progress = view.replace(f"/{acme}/", f"/{acme}/plan/")
    so_far = {"part": "plan", "seconds": 7, "objective_usd": "20000.00", "gap_usd": "12.50"}
    Job.objects.update(state="running", done=7, total=60, so_far=so_far)
    text = text_of(signed_in, progress, headers=HTMX)
    assert "7 s of at most 60 s" in text
    assert "$20,000.00 a month</strong>; another plan may cost up to $12.50 less" in text
    assert f'hx-get="{progress.replace("&", "&amp;")}"' in text
    assert "Cancel</button>" in text
    Job.objects.update(state="queued")
    runner.run(str(Job.objects.get().uid))
    ended = signed_in.get(progress, headers=HTMX)
    assert (ended["HX-Retarget"], ended["HX-Reswap"]) == ("#answer", "innerHTML")
    assert "Cheapest plan, proven" in ended.content.decode()
    assert "<html" not in ended.content.decode()


def test_a_plan_of_other_inputs_is_not_shown(signed_in: Client, acme: UUID) -> None:
    view = started(signed_in, acme, "gb=900000")
    runner.run(str(Job.objects.get().uid))
    assert "Cheapest plan, proven" in text_of(signed_in, view)
    assert "Compute the plan" in text_of(signed_in, view.replace("gb=900000", "gb=800000"))
    assert Job.objects.get().result["topology_version"] == 1


def test_what_failed_or_was_cancelled_says_so_and_can_be_started_again(
    signed_in: Client, acme: UUID
) -> None:
    view = started(signed_in, acme)
    problems = [{"path": "job", "problem": "took longer than 48 minutes"}]
    Job.objects.update(state="failed", problems=problems)
    text = text_of(signed_in, view)
    assert "took longer than 48 minutes" in text
    assert "Compute the plan" in text
    Job.objects.update(state="cancelled")
    assert "Cancelled" in text_of(signed_in, view)
    Job.objects.all().delete()
    assert "Compute the plan" in text_of(signed_in, view)


@pytest.mark.parametrize("seconds", ["0", "1801", "x", "", "1.5", "9" * 30])
def test_seconds_that_cannot_be_start_nothing(signed_in: Client, acme: UUID, seconds: str) -> None:
    text = text_of(signed_in, started(signed_in, acme, seconds=seconds))
    assert "give a whole number from 1 to 1,800" in text
    assert not Job.objects.exists()


def test_what_is_planned_with_the_page_needs_no_job(signed_in: Client, acme: UUID) -> None:
    with patch.object(planning, "MAX_FLOWS", 100):
        text = text_of(signed_in, started(signed_in, acme))
    assert "No job plans this view" in text
    assert not Job.objects.exists()


def test_a_viewer_sees_the_plan_and_starts_none(
    signed_in: Client, client: Client, user: User, acme: UUID
) -> None:
    view = started(signed_in, acme)
    viewer = User.objects.create_user("bob")
    Membership.objects.filter(user=viewer).update(role=Role.VIEWER)
    client.force_login(viewer)
    assert "Cancel</button>" not in text_of(client, view)
    runner.run(str(Job.objects.get().uid))
    assert "Cheapest plan, proven" in text_of(client, view)
    assert "Compute the plan" not in text_of(client, reverse("topology", args=[acme]))
    assert client.post(reverse("plan-compute", args=[acme])).status_code == 403


def test_another_teams_job_is_nothing(
    signed_in: Client, acme: UUID, stranger: User, client: Client
) -> None:
    own = create_topology(stranger.team_id, estate()).topology.uid
    job = started(signed_in, acme).rpartition("plan=")[2]
    runner.run(str(Job.objects.get().uid))
    client.force_login(stranger)
    text = text_of(client, f"{reverse('topology', args=[own])}?plan={job}")
    assert "Compute the plan" in text


def test_the_page_of_the_job_leads_back_to_the_view(signed_in: Client, acme: UUID) -> None:
    view = started(signed_in, acme)
    job = Job.objects.get()
    address = reverse("job", args=[job.uid])
    assert view.replace("&", "&amp;") in text_of(signed_in, address)
    runner.run(str(job.uid))
    polled = signed_in.get(address, headers=HTMX)
    assert polled["HX-Redirect"] == view
    assert "with these prices" not in text_of(signed_in, address)
