"""Who owns what is monitored, as an admin sets it on the pages."""

import pytest
from django.test import Client
from django.urls import reverse

from advisor.models import User
from connectivity.health.accounts.aws_accounts import add_demo
from connectivity.health.rounds import scheduling
from connectivity.models import AwsAccount, HealthSettings, Resource

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client, user: User) -> Client:
    user.membership_set.update(role="admin")
    client.force_login(user)
    return client


def test_the_tags_that_name_an_owner_are_set_on_the_page(admin: Client, user: User) -> None:
    url, page = reverse("health-owners"), reverse("health-collection")
    assert 'value="Owner, owner, Team, team"' in admin.get(page).content.decode()
    assert admin.post(url, {"owner_keys": " squad,, Owner ,squad"}).status_code == 302
    assert HealthSettings.objects.get().owner_keys == ["squad", "Owner"]
    assert 'value="squad, Owner"' in admin.get(page).content.decode()
    response = admin.post(url, {"owner_keys": "x" * 129})
    assert response.status_code == 400
    assert "is no tag key of up to 128 visible characters" in response.content.decode()
    user.membership_set.update(role="editor")
    assert admin.post(url, {"owner_keys": "mine"}).status_code == 403
    assert HealthSettings.objects.get().owner_keys == ["squad", "Owner"]


def test_a_resource_without_such_a_tag_has_the_owner_of_its_account(
    admin: Client, user: User
) -> None:
    add_demo(user.team_id)
    scheduling.run_all(user.team_id)
    resource = Resource.objects.filter(tagged_owner="").exclude(account=None)[0]
    page = reverse("health-resource", args=[resource.uid])
    assert ", owner " not in " ".join(admin.get(page).content.decode().split())
    account = resource.account
    assert account is not None
    wish = {"name": "net", "regions": ", ".join(account.regions), "contact": " network team "}
    admin.post(reverse("health-account", args=[account.uid]), wish)
    assert AwsAccount.objects.get(pk=account.pk).contact == "network team"
    shown = " ".join(admin.get(page).content.decode().split())
    assert ", owner network team" in shown
    assert (
        'value="network team"'
        in admin.get(reverse("health-account", args=[account.uid])).content.decode()
    )
