"""A second factor under attack: other ways in, replay, whoever sits at an open browser."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings as django_settings
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from advisor.models import AuditEntry, Event, User
from advisor.teams import membership
from tests.doubles.oidc import OidcProvider, oidc
from tests.doubles.oidc import sign_in as by_provider
from tests.product import token_client

__all__ = ["oidc"]
pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
ASKS = reverse("mfa_authenticate")


@pytest.fixture(autouse=True)
def _nobody_failed_before() -> None:
    cache.clear()


@pytest.fixture
def secret(user: User) -> str:
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return str(secret)


def code_of(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def by_password(client: Client, **more: str) -> Any:
    form = {"login": "alice", "password": PASSWORD} | more
    return client.post(reverse("account_login"), form)


def is_in(client: Client) -> bool:
    return client.get(reverse("home")).status_code == 200


def signed_in_with(secret: str) -> Client:
    client = Client()
    by_password(client)
    client.post(ASKS, {"code": code_of(secret)})
    assert is_in(client)
    cache.clear()  # the next test of the code would be a replay
    return client


def test_a_code_counts_once(secret: str) -> None:
    code = code_of(secret)
    first, second = Client(), Client()
    for client in (first, second):
        by_password(client)
        client.post(ASKS, {"code": code})
    if code == code_of(secret):  # else half a minute ended between
        assert (is_in(first), is_in(second)) == (True, False)
        assert "Incorrect code" in second.post(ASKS, {"code": f" {code} "}).content.decode()


def test_a_recovery_code_counts_once(user: User, secret: str) -> None:
    code = RecoveryCodes.activate(user).get_unused_codes()[0]
    for expected in (True, False):
        client = Client()
        by_password(client)
        client.post(ASKS, {"code": code})
        assert is_in(client) is expected


def test_codes_are_told_to_nobody_afterwards(user: User, secret: str) -> None:
    """Recovery codes are asked for with the password, once more."""
    client = signed_in_with(secret)
    RecoveryCodes.activate(user)
    for name in ("mfa_view_recovery_codes", "mfa_download_recovery_codes", "mfa_activate_totp"):
        response = client.get(reverse(name))
        assert response.status_code == 302
        assert "reauthenticate" in response["Location"]


@pytest.mark.parametrize("form", [{}, {"code": ""}, {"credential": "{}"}, {"code": "0" * 5_000}])
def test_a_form_without_a_code_lets_nobody_in(secret: str, form: dict[str, str]) -> None:
    client = Client()
    by_password(client)
    assert client.post(ASKS, form).status_code < 500
    assert not is_in(client)


def test_with_the_password_alone_no_door_opens(user: User, secret: str) -> None:
    """By the address itself, over REST, by its pages, by `next`: the session is nobody's yet."""
    client = Client()
    assert by_password(client, next="/prices/")["Location"].startswith(ASKS)
    assert "_auth_user_id" not in client.session
    for name in ("home", "prices", "tokens", "mfa_index", "account_change_password", "team"):
        assert client.get(reverse(name)).status_code == 302, name
    for name in ("api-topologies", "api-audit", "api-schema"):
        assert client.get(reverse(name)).status_code in (401, 403), name
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert client.post(reverse("mfa_generate_recovery_codes")).status_code == 302
    assert Authenticator.objects.filter(user=user).count() == 1
    client.post(ASKS, {"code": "000000", "next": "/prices/"})
    assert not is_in(client)


def test_a_new_password_by_mail_is_no_way_round_it(user: User, secret: str, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    User.objects.filter(pk=user.pk).update(email="alice@example.com")
    client = Client()
    client.post(reverse("account_reset_password"), {"email": "alice@example.com"})
    link = next(word for word in str(mail.outbox[0].body).split() if "/reset/key/" in word)
    form = client.get(link.partition("testserver")[2], follow=True)
    new = {"password1": "staple staple 9", "password2": "staple staple 9"}
    client.post(form.request["PATH_INFO"], new)
    assert not is_in(client)
    assert by_password(client, password="staple staple 9")["Location"] == ASKS
    assert not is_in(client)
    assert client.get(link.partition("testserver")[2], follow=True).status_code == 200
    assert "_auth_user_id" not in client.session


def test_the_provider_is_no_way_round_it(user: User, oidc: OidcProvider, settings: Any) -> None:
    settings.OIDC_TEAM = "engineering"
    by_provider(Client(), oidc)
    person = User.objects.get(email="carol@example.com")
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    client = Client()
    assert by_provider(client, oidc)["Location"] == ASKS
    assert not is_in(client)
    client.post(ASKS, {"code": code_of(secret)})
    assert is_in(client)


def test_an_invitation_is_no_way_round_it(user: User, secret: str) -> None:
    invitation = membership.invite(user.team_id, "viewer", "alice", user)
    client = Client()
    client.get(reverse("invitation", args=[invitation.key]))
    by_password(client)
    client.post(reverse("invitation-accept", args=[invitation.key]))
    assert not is_in(client)
    invitation.refresh_from_db()
    assert invitation.is_open


def test_no_browser_is_trusted_without_a_code() -> None:
    """No cookie stands in for one; passkeys and codes by mail are not offered."""
    assert not getattr(django_settings, "MFA_TRUST_ENABLED", False)
    assert django_settings.MFA_SUPPORTED_TYPES == ["totp", "recovery_codes"]
    assert not getattr(django_settings, "ACCOUNT_LOGIN_BY_CODE_ENABLED", False)
    assert not getattr(django_settings, "MFA_TOTP_INSECURE_BYPASS_CODE", None)


def test_who_sits_at_an_open_browser_does_not_change_the_factor(user: User, secret: str) -> None:
    client = signed_in_with(secret)
    for name in ("mfa_deactivate_totp", "mfa_generate_recovery_codes"):
        assert "reauthenticate" in client.post(reverse(name))["Location"]
    assert Authenticator.objects.get(user=user).type == "totp"
    client.post(reverse("account_reauthenticate"), {"password": "wrong"})
    assert "reauthenticate" in client.post(reverse("mfa_deactivate_totp"))["Location"]
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=user).exists()


def test_who_sits_at_an_open_browser_adds_no_address_and_no_provider(
    signed_in: Client, user: User, oidc: OidcProvider
) -> None:
    """Either would outlive the session: by a new password, or by a sign-in of their own."""
    url = reverse("account_email")
    response = signed_in.post(url, {"action_add": "", "email": "mallory@example.com"})
    assert "reauthenticate" in response["Location"]
    assert not user.emailaddress_set.exists()
    by_provider(signed_in, oidc, process="connect")
    assert not user.socialaccount_set.exists()


@pytest.mark.parametrize("change", ["added", "removed"])
def test_a_changed_factor_ends_the_other_sessions(
    user: User, change: str, django_capture_on_commit_callbacks: Any
) -> None:
    """Who wants a second factor, or lost it, fears whoever may be signed in already."""
    client, elsewhere = Client(), Client()
    if change == "removed":
        secret = generate_totp_secret()
        TOTP.activate(user, secret)
    for browser in (client, elsewhere):
        by_password(browser)
        if change == "removed":
            browser.post(ASKS, {"code": code_of(secret)})
            cache.clear()
        assert is_in(browser)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    with django_capture_on_commit_callbacks(execute=True):
        if change == "added":
            secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
            client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
        else:
            client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=user, type="totp").exists() is (change == "added")
    assert (is_in(client), is_in(elsewhere)) == (True, False)
    assert AuditEntry.objects.filter(event=Event.OTHERS_SIGNED_OUT).count() == 1


def test_a_token_is_its_own_factor_and_ends_with_its_owner(user: User, secret: str) -> None:
    """A script has no app; who may not come in has no script either."""
    script = token_client(user)
    assert script.get(reverse("api-topologies")).status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert script.get(reverse("api-topologies")).status_code == 401
