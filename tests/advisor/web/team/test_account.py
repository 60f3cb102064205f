"""Pages about one's own account: tokens and the password."""

import pytest
from django.test import Client
from django.urls import reverse

from advisor.models import ApiToken, User

pytestmark = pytest.mark.django_db


def test_a_token_is_shown_once(signed_in: Client, user: User) -> None:
    url = reverse("tokens")
    response = signed_in.post(url, {"name": "planner", "scope": "read", "days": 30})
    key = response.context["key"]
    assert key in response.content.decode()
    assert response["Cache-Control"] == "no-store"
    assert key not in signed_in.get(url).content.decode()
    again = signed_in.post(url, {"name": "planner", "scope": "read", "days": 30})
    assert "already exists" in again.content.decode()
    signed_in.post(reverse("revoke", args=[ApiToken.objects.get().uid]))
    assert not ApiToken.objects.exists()


def test_another_users_token_cannot_be_revoked(signed_in: Client, stranger: User) -> None:
    token, _ = ApiToken.objects.create(user=stranger, name="t", team_id=stranger.team_id)
    assert signed_in.post(reverse("revoke", args=[token.uid])).status_code == 404
    assert ApiToken.objects.exists()


def test_the_password_can_be_changed(signed_in: Client, user: User) -> None:
    data = {
        "oldpassword": "correct horse battery",
        "password1": "staple staple 9",
        "password2": "staple staple 9",
    }
    assert signed_in.post(reverse("account_change_password"), data).status_code == 302
    user.refresh_from_db()
    assert user.check_password("staple staple 9")
