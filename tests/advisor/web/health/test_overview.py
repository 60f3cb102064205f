"""The list of what is monitored: narrowed by the address, exported, a day of each in a line."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advisor.models import User
from advisor.web.health.sparks import drawing
from connectivity.health.accounts.aws_accounts import add_demo
from connectivity.health.reading.sparklines import Spark
from connectivity.health.rounds import scheduling
from connectivity.models import AwsAccount, Finding, Resource
from tests import pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(user: User) -> int:
    """The made-up estate, collected."""
    add_demo(user.team_id)
    scheduling.run_all(user.team_id)
    return int(user.team_id)


def page_of(client: Client, **asked: str) -> str:
    response = client.get(reverse("health"), asked)
    assert response.status_code == 200
    return pages.text_of(response)


def rows_of(client: Client, **asked: str) -> list[dict[str, str]]:
    response = client.get(reverse("health-csv"), asked)
    assert response["Content-Type"].startswith("text/csv")
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def advise(name: str) -> Finding:
    row = Resource.objects.get(name=name)
    return Finding.objects.create(
        team_id=row.team_id, resource=row, rule="NAT-IDLE", severity="advice", why="so",
        opened_at=timezone.now(),
    )  # fmt: skip


def test_each_filter_narrows_the_page_and_the_file_alike(signed_in: Client, demo: int) -> None:
    every = Resource.objects.select_related("account")
    account = Resource.objects.get(name="egress-b").account
    assert account is not None
    AwsAccount.objects.filter(pk=account.pk).update(contact="netops")
    Resource.objects.update(tagged_owner="")
    Resource.objects.filter(name="egress-a").update(tagged_owner="edge")
    expected = {
        ("kind", "nlb"): every.filter(kind="nlb"),
        ("state", "critical"): every.filter(state="critical"),
        ("account", account.account): every.filter(account=account),
        ("region", "eu-west-1"): every.filter(region="eu-west-1"),
        ("owner", "edge"): every.filter(name="egress-a"),
        ("owner", "netops"): every.filter(account=account).exclude(name="egress-a"),
        ("q", "egress"): every.filter(name__icontains="egress"),
        ("rule", "NAT-PORTS"): every.filter(findings__rule="NAT-PORTS", findings__closed_at=None),
    }
    for (name, value), rows in expected.items():
        ids = {row.aws_id for row in rows}
        assert ids
        exported = rows_of(signed_in, **{name: value})
        assert {row["id"] for row in exported} == ids
        assert name != "owner" or {row["owner"] for row in exported} == {value}
        page = page_of(signed_in, **{name: value})
        assert f"{reverse('health-csv')}?{name}={value}" in page
        for row in every:
            uid = reverse("health-resource", args=[row.uid])
            assert (uid in page) == (row.aws_id in ids), (name, row.name)


def test_owners_are_offered_once_each_and_kept_in_links(signed_in: Client, demo: int) -> None:
    assert 'name="owner"' not in page_of(signed_in)
    Resource.objects.update(tagged_owner="a & b")
    page = page_of(signed_in, owner="a & b", kind="nlb")
    assert page.count("<option selected>a &amp; b</option>") == 1
    assert "?kind=nlb&amp;owner=a+%26+b" in page


def test_advice_is_apart_and_can_be_asked_for(signed_in: Client, demo: int) -> None:
    Finding.objects.filter(severity="advice").delete()
    assert 'id="advice"' not in page_of(signed_in)
    advise("egress-b")
    page = page_of(signed_in)
    assert "Nothing is wrong with these" in page
    assert "It has processed no traffic for seven days" in page
    assert [row["name"] for row in rows_of(signed_in, state="advice")] == ["egress-b"]
    assert 'id="advice"' not in page_of(signed_in, kind="nlb")
    Finding.objects.update(muted_until=timezone.now() + timedelta(days=1))
    assert rows_of(signed_in, state="advice") == rows_of(signed_in, rule="NAT-IDLE") == []
    Finding.objects.update(muted_until=timezone.now())  # a mute ends
    assert [row["name"] for row in rows_of(signed_in, state="advice")] == ["egress-b"]
    assert 'id="advice"' in page_of(signed_in)


def test_advice_names_its_resource_or_leads_to_all_of_them(signed_in: Client, demo: int) -> None:
    Finding.objects.filter(severity="advice").delete()
    advise("egress-b")
    address = reverse("health-resource", args=[Resource.objects.get(name="egress-b").uid])
    assert f'<a href="{address}">egress-b</a>, saves $' in page_of(signed_in)
    advise("egress-a")
    page = page_of(signed_in)
    assert '<a href="?state=advice&amp;rule=NAT-IDLE">2 resources</a>, ' in page
    narrowed = rows_of(signed_in, state="advice", rule="NAT-IDLE")
    assert {row["name"] for row in narrowed} == {"egress-a", "egress-b"}
    assert rows_of(signed_in, state="advice", rule="NAT-ONE-AZ") == []


def test_no_cell_of_the_file_is_a_formula(signed_in: Client, demo: int) -> None:
    Resource.objects.filter(name="egress-b").update(name="=1+1", why="@SUM(A1)")
    (row,) = rows_of(signed_in, q="=1+1")
    assert (row["name"], row["why"]) == ("'=1+1", "'@SUM(A1)")


def test_a_missing_cost_is_empty_in_the_file_and_zero_is_zero(signed_in: Client, demo: int) -> None:
    Resource.objects.filter(name="egress-a").update(usd=None)
    Resource.objects.filter(name="egress-b").update(usd=0)
    costs = {row["name"]: row["usd_per_month"] for row in rows_of(signed_in, q="egress")}
    assert (costs["egress-a"], costs["egress-b"]) == ("", "0.0000")


def test_the_file_is_the_teams_own(client: Client, stranger: User, demo: int) -> None:
    client.force_login(stranger)
    assert rows_of(client) == []


def test_every_line_has_its_day_in_words_and_as_a_picture(signed_in: Client, demo: int) -> None:
    page = page_of(signed_in, q="egress-b")
    words = re.findall(r'aria-label="([^"]*24 hours to [^"]*)"', page)
    assert len(words) == 1
    assert words[0].startswith("ErrorPortAllocation, 24 hours to ")  # of the rule that it breaks
    assert page.count('<svg class="spark"') == 1


def test_a_picture_starts_at_zero_and_breaks_where_nothing_is_known() -> None:
    spark = Spark("BytesIn", "tgw-attach-1", 1_795_500_000, [0.0, 4.0, None, 2.0, None, 4.0, 4.0])
    drawn = drawing(spark)
    assert drawn.path == "M2 18L17.3 2M78.7 2L94 2"
    assert drawn.dots == [(48.0, 10.0)]
    assert drawn.words == (
        "BytesIn (tgw-attach-1), 24 hours to 2026-11-24 06:00 UTC: lowest 0, highest 4, newest 4"
    )


def test_a_flat_line_is_drawn_at_its_height() -> None:
    assert drawing(Spark("X", "", 0, [0.0, 0.0])).path == "M2 18L94 18"
    assert drawing(Spark("X", "", 0, [7.0, 7.0])).path == "M2 2L94 2"


def test_the_worst_stands_before_everything_else_of_the_page(signed_in: Client, demo: int) -> None:
    page = page_of(signed_in)
    assert page.index("egress-b") < page.index("By type")
    assert page.index("egress-b") < page.index("restore-2025-11")
