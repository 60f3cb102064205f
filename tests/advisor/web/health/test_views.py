"""Health pages: the worst first, what to do, what could not be seen; and what they store."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advisor.jobs import runner
from advisor.models import Job, User, Webhook
from connectivity.core.health.kinds import KINDS
from connectivity.health.accounts.aws_accounts import add_demo
from connectivity.health.money import resource_cost
from connectivity.health.rounds import scheduling
from connectivity.models import (
    AwsAccount,
    Collection,
    Finding,
    HealthSettings,
    PrometheusSource,
    Resource,
    RuleSetting,
)
from tests import pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(user: User) -> int:
    """The made-up estate, collected."""
    add_demo(user.team_id)
    outcome = scheduling.run_all(user.team_id)
    assert (outcome.refused, outcome.notes, outcome.metrics) == ([], [], 0)
    return int(user.team_id)


def text_of(client: Client, name: str, *args: object, query: str = "") -> str:
    response = client.get(reverse(name, args=args) + query)
    assert response.status_code == 200
    return pages.text_of(response)


def test_before_the_first_discovery_it_says_so_and_a_search_says_that_nothing_matches(
    signed_in: Client, user: User
) -> None:
    add_demo(user.team_id)
    url = reverse("health")
    assert "No resource has been discovered yet" in signed_in.get(url).content.decode()
    assert "No resource matches" in signed_in.get(url, {"q": "nothing"}).content.decode()


def test_with_nothing_watched_it_says_how_to_begin(signed_in: Client) -> None:
    page = text_of(signed_in, "health")
    assert "No account is monitored yet" in page
    assert ", ".join(kind.many for kind in KINDS.values()) in page
    assert "Add an account" in text_of(signed_in, "health-collection")


def test_the_demo_shows_living_pages_that_say_demo(signed_in: Client, demo: int) -> None:
    page = text_of(signed_in, "health")
    assert page.index("egress-b") < page.index("search-1") < page.index("egress-a")
    assert page.count(">demo<") == Resource.objects.count() == 15
    states = set(Resource.objects.values_list("state", flat=True))
    assert {"ok", "warning", "critical"} <= states
    assert "demo data" in text_of(signed_in, "health-collection")


def test_old_data_are_called_old(signed_in: Client, demo: int) -> None:
    assert "No data has arrived since then" not in text_of(signed_in, "health")
    long_ago = int(timezone.now().timestamp()) - 3_600
    Resource.objects.update(data_until=long_ago)
    assert "No data has arrived since then" in text_of(signed_in, "health")


def test_the_demo_comes_once(user: User, demo: int) -> None:
    assert add_demo(user.team_id) == []
    AwsAccount.objects.update(removed_at=timezone.now())
    assert add_demo(user.team_id) == []


@pytest.mark.parametrize("query", ["?kind=nlb", "?state=critical", "?q=egress", "?q=111122223333"])
def test_it_can_be_narrowed(signed_in: Client, demo: int, query: str) -> None:
    page = text_of(signed_in, "health", query=query)
    assert "restore-2025-11" not in page


def test_counts_are_of_what_the_list_is_narrowed_to_and_keep_it(
    signed_in: Client, demo: int
) -> None:
    volumes = Resource.objects.filter(kind="ebs-volume")
    volumes.update(tagged_owner="storage")
    page = signed_in.get(reverse("health") + "?owner=storage")
    assert page.context["total"] == volumes.count()
    assert [each.key for each in page.context["counted"]] == ["ebs-volume"]
    text = pages.text_of(page)
    assert 'href="?state=warning&amp;owner=storage"' in text
    assert 'href="?kind=ebs-volume&amp;owner=storage"' in text
    assert "open incident" not in text
    assert "open incident" in text_of(signed_in, "health")


@pytest.mark.parametrize("query", ["?kind=nothing", "?state=fine"])
def test_what_is_no_kind_or_state_is_not_found(signed_in: Client, query: str) -> None:
    assert signed_in.get(reverse("health") + query).status_code == 404


def test_a_resource_says_what_to_do_and_what_it_costs(signed_in: Client, demo: int) -> None:
    resource = Resource.objects.get(name="egress-b")
    for range_ in ("3h", "24h", "7d"):
        page = text_of(signed_in, "health-resource", resource.uid, query=f"?range={range_}")
        assert "Find the destination with the most connections" in page
        assert "BytesInFromSource" in page
    assert "$35.04" in page  # 730 hours of a NAT gateway in eu-west-1 at 0.048
    assert "VPC peering would carry them for" not in page  # it does not lead to the internet
    assert "each GB to S3 and DynamoDB through a gateway endpoint" in page
    assert "$0.048" in page  # of which a gateway endpoint saves each
    bad = signed_in.get(reverse("health-resource", args=[resource.uid]) + "?range=99d")
    assert bad.status_code == 404


def test_what_connects_vpcs_says_what_else_would(signed_in: Client, demo: int) -> None:
    resource = Resource.objects.get(kind="transit-gateway")
    page = text_of(signed_in, "health-resource", resource.uid)
    assert "VPC peering would carry them for" in page
    assert "gb_per_month=" in page


def test_gp2_has_both_prices(signed_in: Client, demo: int) -> None:
    resource = Resource.objects.get(name="search-2")
    resource.facts |= {"type": "gp2", "gib": 200}
    resource.save(update_fields=["facts"])
    page = text_of(signed_in, "health-resource", resource.uid)
    assert "gp3 with 3,000 IOPS and 250 MiB/s" in page
    assert "never slower than gp2" in page


def test_what_has_no_cost_of_its_own_says_so_and_is_no_gap(signed_in: Client, demo: int) -> None:
    Resource.objects.update(
        kind="gateway-endpoint", usd=None, bill=[], facts={}, verdicts=[], state="ok"
    )
    Finding.objects.all().delete()
    page = text_of(signed_in, "health")
    assert "free of charge" in page
    assert '<span class="tag gap">unknown</span>' not in page
    resource = Resource.objects.all()[0]
    assert "No cost of its own: free of charge." in text_of(
        signed_in, "health-resource", resource.uid
    )


def test_a_height_that_two_rules_share_is_drawn_once(signed_in: Client, demo: int) -> None:
    resource = Resource.objects.get(name="egress-b")
    page = text_of(signed_in, "health-resource", resource.uid)
    assert '"text":"NAT-PORTS-NOW, NAT-PORTS"' in page


def test_the_link_to_a_comparison_is_prefilled(signed_in: Client, demo: int) -> None:
    page = text_of(signed_in, "new", query="?gb_per_month=123.5&consumer_region=eu-west-1")
    assert 'value="123.5"' in page
    assert '<option value="eu-west-1" selected>' in page


def test_an_unknown_price_is_a_gap_and_no_total(signed_in: Client, demo: int) -> None:
    resource = Resource.objects.get(name="search-2")
    assert resource.usd is not None
    resource.facts |= {"type": "standard"}  # magnetic, of which no price was read
    resource.save(update_fields=["facts"])
    Collection.objects.update(price_list="")
    resource_cost.follow_prices()
    resource.refresh_from_db()
    assert resource.usd is None
    page = text_of(signed_in, "health-resource", resource.uid)
    assert "the price list has no price for EBS:VolumeUsage here" in page


def test_findings_are_acknowledged_muted_and_heard_again(signed_in: Client, demo: int) -> None:
    finding = Finding.objects.get(rule="NAT-OTHER-AZ")
    signed_in.post(reverse("finding-acknowledge", args=[finding.uid]))
    signed_in.post(reverse("finding-mute", args=[finding.uid]), {"days": "7", "note": "as meant"})
    page = text_of(signed_in, "health-resource", finding.resource.uid)
    assert "acknowledged</span>" in page
    assert "muted until" in page
    signed_in.post(reverse("finding-unmute", args=[finding.uid]))
    finding.refresh_from_db()
    assert finding.muted_until is None
    bad = signed_in.post(reverse("finding-mute", args=[finding.uid]), {"days": "7"}, follow=True)
    assert "State how long, and why." in bad.content.decode()


def test_a_mute_that_ended_is_no_mute_and_what_has_no_data_was_last_seen(
    signed_in: Client, demo: int
) -> None:
    finding = Finding.objects.get(rule="NAT-PORTS", closed_at=None)
    row, ended = finding.resource, timezone.now() - timedelta(hours=1)
    Finding.objects.filter(pk=finding.pk).update(muted_until=ended)
    page = text_of(signed_in, "health-resource", row.uid)
    assert "muted until" not in page
    assert "Last seen" not in page
    for verdict in row.verdicts:
        if verdict["rule"] == "NAT-PORTS":
            verdict["state"] = "unknown"
    row.save()
    seen = finding.seen_at
    assert seen is not None
    page = text_of(signed_in, "health-resource", row.uid)
    assert f"{seen:%Y-%m-%d %H:%M} UTC</time>: it has no data since." in page


def test_rules_can_be_changed_with_a_reason(signed_in: Client, user: User) -> None:
    url = reverse("health-rule", args=["NAT-PORTS"])
    numbers = {"is_on": "on", "threshold": "2", "n": "3", "m": "5"}
    answer = signed_in.post(url, numbers, follow=True).content.decode()
    assert "give a reason" in answer
    signed_in.post(url, numbers | {"reason": "our clients retry"})
    page = text_of(signed_in, "health-rules")
    assert "our clients retry" in page
    assert "above 2, 3 of 5 data points" in page
    signed_in.post(url, {"is_on": "on", "threshold": "0", "n": "15", "m": "15"})
    assert not RuleSetting.objects.exists()
    assert signed_in.post(reverse("health-rule", args=["NOTHING"]), numbers).status_code == 404


def test_an_account_is_added_with_every_problem_at_its_field(admin_client_: Client) -> None:
    url = reverse("health-account-add")
    bad = {"account": "12", "regions": "eu-wst-1", "role_arn": "arn:aws:iam::1:role/x"}
    response = admin_client_.post(url, bad)
    page = response.content.decode()
    assert response.status_code == 400
    assert "is not a 12-digit account ID" in page
    assert "did you mean" in page
    assert "is not the ARN of a role" in page
    assert not AwsAccount.objects.exists()
    good = {"account": "1234-5678-9012", "name": "prod", "regions": "eu-west-1, us-east-1"}
    admin_client_.post(url, good)
    row = AwsAccount.objects.get()
    assert not Collection.objects.exists()  # nothing is asked before there is a role
    again = admin_client_.post(url, good).content.decode()
    assert "is monitored already" in again
    page = text_of(admin_client_, "health-account", row.uid)
    assert row.external_id in page
    assert "AWS_WORKER_ARN" in page
    role = admin_client_.get(reverse("health-role", args=[row.uid, "tf"]))
    assert f'"sts:ExternalId": "{row.external_id}"' in role.content.decode()
    arn = "arn:aws:iam::123456789012:role/ConnectivityAdvisorReader"
    for regions, lines in (("eu-west-1, us-east-1", 8), ("eu-west-1", 4)):
        changed = {"name": "prod", "regions": regions, "role_arn": arn}
        admin_client_.post(reverse("health-account", args=[row.uid]), changed)
        assert Collection.objects.count() == lines
    admin_client_.post(reverse("health-account-remove", args=[row.uid]))
    assert not Collection.objects.exists()
    assert admin_client_.get(reverse("health-account", args=[row.uid])).status_code == 404


def test_a_check_is_a_job_that_names_what_is_refused(admin_client_: Client, user: User) -> None:
    add_demo(user.team_id)
    row = AwsAccount.objects.first()
    assert row is not None
    response = admin_client_.post(reverse("health-account-check", args=[row.uid]))
    job = Job.objects.get()
    assert response["Location"] == reverse("job", args=[job.uid])
    runner.run(str(job.uid))
    assert "All required permissions are allowed" in text_of(admin_client_, "job", job.uid)


def test_servers_and_webhooks_must_be_listed(admin_client_: Client, user: User) -> None:
    for name, model in (("health-source-add", PrometheusSource), ("webhook-add", Webhook)):
        data = {"name": "x", "shape": "standard", "url": "http://169.254.169.254/"}
        response = admin_client_.post(reverse(name), data)
        assert response.status_code == 400
        assert "never contacted" in response.content.decode()
        assert not model.objects.exists()
    hook = {"name": "x", "shape": "slack", "url": "https://hooks.slack.com/services/T0/B0/x"}
    assert admin_client_.post(reverse("webhook-add"), hook).status_code in (302, 400)


def test_a_webhook_is_tried_out_and_has_new_secrets(
    admin_client_: Client, user: User, settings: object
) -> None:
    settings.OUTBOUND_HOSTS = ["127.0.0.0/8"]  # type: ignore[attr-defined]
    hook = {"name": "pager", "shape": "standard", "url": "http://127.0.0.1:9/"}
    first = admin_client_.post(reverse("webhook-add"), hook)
    row = Webhook.objects.get()
    assert row.secret in first.content.decode()
    admin_client_.post(reverse("webhook-test", args=[row.uid]))
    assert "test message" in text_of(admin_client_, "health-collection")
    rotated = admin_client_.post(reverse("webhook-rotate", args=[row.uid])).content.decode()
    row.refresh_from_db()
    assert row.secret in rotated
    assert "stays valid for 24 hours" in rotated
    for _ in range(3):
        admin_client_.post(reverse("webhook-rotate", args=[row.uid]))
    assert "are valid until" in text_of(admin_client_, "health-collection")
    admin_client_.post(reverse("webhook-forget", args=[row.uid]))
    row.refresh_from_db()
    assert row.old_secrets == []


def test_an_older_secret_is_marked_and_a_form_without_signature_has_none(
    admin_client_: Client, user: User
) -> None:
    rows = Webhook.objects
    old = rows.create(team_id=user.team_id, name="old", url="http://127.0.0.1:9/")
    rows.create(team_id=user.team_id, name="chat", url="http://127.0.0.1:9/", shape="slack")
    page = text_of(admin_client_, "health-collection")
    assert page.count(">older secret<") == 1
    assert page.count(">New secret</button>") == 1
    assert old.secret not in page


def test_the_cap_is_kept(admin_client_: Client, user: User) -> None:
    admin_client_.post(reverse("health-cap"), {"cap_usd": "12.5"})
    assert str(HealthSettings.objects.get().cap_usd) == "12.50"
    assert admin_client_.post(reverse("health-cap"), {"cap_usd": "-1"}).status_code == 400


def test_pages_take_a_constant_number_of_queries(
    signed_in: Client, demo: int, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        signed_in.get(reverse("health"))
    resource = Resource.objects.get(name="egress-b")
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        signed_in.get(reverse("health-resource", args=[resource.uid]))


def test_what_is_another_teams_is_not_there(client: Client, stranger: User, demo: int) -> None:
    client.force_login(stranger)
    assert "egress" not in text_of(client, "health")
    resource = Resource.objects.get(name="egress-b")
    assert client.get(reverse("health-resource", args=[resource.uid])).status_code == 404
    assert client.get(reverse("health-resource", args=[uuid4()])).status_code == 404


@pytest.fixture
def admin_client_(client: Client, user: User) -> Client:
    user.membership_set.update(role="admin")
    client.force_login(user)
    return client
