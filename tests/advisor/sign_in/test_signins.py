"""Who tries names and codes, how often, from where; and that it stands in the audit log."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings as django_settings
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advisor.acting import origin_of
from advisor.models import ApiToken, AuditEntry, Event, Invitation, Membership, User
from advisor.teams import membership
from tests.product import token_client

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
OWNER, ATTACKER = "198.51.100.1", "203.0.113.9"
TOO_MANY = "Too many failed login attempts"


@pytest.fixture(autouse=True)
def _nobody_failed_before() -> None:
    cache.clear()


def browser(address: str = OWNER, agent: str = "Firefox/1") -> Client:
    return Client(REMOTE_ADDR=address, HTTP_USER_AGENT=agent)


def sign_in(client: Client, login: str = "alice", password: str = PASSWORD) -> Any:
    return client.post(reverse("account_login"), {"login": login, "password": password})


def is_in(client: Client) -> bool:
    return client.get(reverse("home")).status_code == 200


def events(**values: Any) -> list[tuple[Any, ...]]:
    entries = AuditEntry.objects.exclude(event="").filter(**values).order_by("pk")
    return [
        (entry.event, entry.actor and entry.actor.username, entry.remote_addr) for entry in entries
    ]


def test_an_attacker_is_throttled_and_the_owner_is_not(user: User) -> None:
    attacker = browser(ATTACKER)
    pages = [sign_in(attacker, password=f"wrong {n}").content.decode() for n in range(8)]
    assert ["are not correct" in page for page in pages] == [True] * 5 + [False] * 3
    assert all(TOO_MANY in page for page in pages[5:])
    assert TOO_MANY in sign_in(attacker).content.decode()  # the right one, too
    owner = browser()
    assert sign_in(owner).status_code == 302
    assert is_in(owner)


def test_the_slow_limit_for_all_addresses_holds_and_lets_known_ones_in(
    user: User, settings: Any
) -> None:
    """Many addresses together: a stranger's is refused, one from which the owner came is not."""
    sign_in(browser())
    rates = {"login_failed_anywhere": "6/h/key"}
    settings.ACCOUNT_RATE_LIMITS = django_settings.ACCOUNT_RATE_LIMITS | rates
    tries = [sign_in(browser(f"203.0.113.{n}"), password="wrong") for n in range(8)]
    assert [TOO_MANY in answer.content.decode() for answer in tries] == [False] * 6 + [True] * 2
    assert TOO_MANY in sign_in(browser("192.0.2.77")).content.decode()
    assert sign_in(browser()).status_code == 302


def test_one_address_cannot_use_up_what_all_may_try() -> None:
    """Tries in an hour and in a day, of one address and of all."""
    rates = django_settings.ACCOUNT_RATE_LIMITS
    for action, alone, together in (("login_failed", 30, 60), ("code_failed", 5, 30)):
        assert rates[f"{action}_anywhere"].startswith(f"{together}/")
        assert alone < together
    assert ("50/d" in rates["login_failed"], "200/d" in rates["login_failed_anywhere"]) == (1, 1)


def test_name_and_mail_address_are_one_person(user: User) -> None:
    User.objects.filter(pk=user.pk).update(email="alice@example.com")
    attacker = browser(ATTACKER)
    for login in ("alice", "ALICE", "alice@example.com", "Alice@Example.com", "alice"):
        sign_in(attacker, login, "wrong")
    assert TOO_MANY in sign_in(attacker, "alice@example.com").content.decode()


def test_one_subscriber_of_ipv6_is_one_address(user: User) -> None:
    pages = [sign_in(browser(f"2001:db8:1:2::{n:x}"), password="wrong") for n in range(6)]
    assert TOO_MANY in pages[5].content.decode()
    assert "are not correct" in sign_in(browser("2001:db8:1:3::1"), password="x").content.decode()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "198.51.100.7", "10.0.0.1"),  # anybody may write that
        (1, "", "10.0.0.1"),
        (1, "6.6.6.6, 198.51.100.7", "198.51.100.7"),
        (2, "6.6.6.6, 198.51.100.7, 10.1.1.1", "198.51.100.7"),
        (2, "10.1.1.1", "10.0.0.1"),  # it came round one of them
        (1, "198.51.100.7:4711", "198.51.100.7"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "::ffff:198.51.100.7", "198.51.100.7"),
        (1, "nonsense", "10.0.0.1"),
    ],
)
def test_an_address_is_the_one_that_our_own_proxies_saw(
    proxies: int, forwarded: str, expected: str, settings: Any, rf: Any
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert origin_of(request).address == expected


def test_a_forged_address_throttles_nobody_else(user: User, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for n in range(6):
        forged = {"HTTP_X_FORWARDED_FOR": f"{OWNER}, 203.0.113.{n % 2}"}
        sign_in(Client(REMOTE_ADDR="10.0.0.1", **forged), password="wrong")
    owner = Client(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=OWNER)
    assert sign_in(owner).status_code == 302


def test_failures_are_not_pushed_out_of_the_cache(user: User) -> None:
    attacker = browser(ATTACKER)
    for _ in range(5):
        sign_in(attacker, password="wrong")
    for n in range(700):  # Django's own limit is 300 entries
        cache.set(f"name-{n}", 1, 3600)
    assert TOO_MANY in sign_in(attacker).content.decode()


@pytest.fixture
def factor(user: User) -> TOTP:
    return TOTP.activate(user, generate_totp_secret())


def codes_of(user: User) -> list[str]:
    return RecoveryCodes.activate(user).get_unused_codes()


def test_codes_are_throttled_by_person_and_address(user: User, factor: TOTP) -> None:
    """Who knows the password must not keep the owner out by wrong codes."""
    attacker = browser(ATTACKER)
    sign_in(attacker)
    url = reverse("mfa_authenticate")
    pages = [attacker.post(url, {"code": f"{n:06}"}).content.decode() for n in range(7)]
    assert [TOO_MANY in page for page in pages] == [False] * 5 + [True] * 2
    good = codes_of(user)[0]
    assert TOO_MANY in attacker.post(url, {"code": good}).content.decode()
    owner = browser()
    sign_in(owner)
    assert owner.post(url, {"code": good}).status_code == 302
    assert is_in(owner)


def test_codes_of_all_addresses_together_are_few(user: User, factor: TOTP, settings: Any) -> None:
    rates = {"code_failed_anywhere": "4/d/key"}
    settings.ACCOUNT_RATE_LIMITS = django_settings.ACCOUNT_RATE_LIMITS | rates
    pages = []
    for n in range(6):
        client = browser(f"203.0.113.{n}")
        sign_in(client)
        pages.append(client.post(reverse("mfa_authenticate"), {"code": "000000"}))
    assert [TOO_MANY in page.content.decode() for page in pages] == [False] * 4 + [True] * 2


def test_a_new_password_by_mail_ends_the_wait(user: User, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    rates = {"login_failed": "2/h/key", "login_failed_anywhere": "2/h/key"}
    settings.ACCOUNT_RATE_LIMITS = django_settings.ACCOUNT_RATE_LIMITS | rates
    User.objects.filter(pk=user.pk).update(email="alice@example.com")
    for n in range(3):
        sign_in(browser(f"203.0.113.{n}"), password="wrong")
    owner = browser()
    assert TOO_MANY in sign_in(owner).content.decode()
    owner.post(reverse("account_reset_password"), {"email": "alice@example.com"})
    (sent,) = mail.outbox
    link = next(line for line in str(sent.body).split() if "/account/password/reset/key/" in line)
    form = owner.get(link.partition("testserver")[2] or link, follow=True)
    new = {"password1": "staple staple 9", "password2": "staple staple 9"}
    owner.post(form.request["PATH_INFO"], new)
    assert sign_in(owner, password="staple staple 9").status_code == 302
    assert ("password reset", "alice", OWNER) in events()


def test_a_sign_in_and_what_goes_wrong_stand_in_the_log(user: User) -> None:
    client = browser()
    sign_in(client, password="wrong")
    sign_in(client)
    client.post(reverse("account_logout"))
    assert events() == [
        ("sign-in refused", None, OWNER),
        ("signed in", "alice", OWNER),
        ("signed out", "alice", OWNER),
    ]
    assert set(AuditEntry.objects.exclude(event="").values_list("agent", flat=True)) == {
        "Firefox/1"
    }


def test_a_lock_is_noted_once_however_often_it_is_tried(user: User) -> None:
    for _ in range(9):
        sign_in(browser(ATTACKER), password="wrong")
    assert events()[-1] == ("sign-in locked", None, ATTACKER)
    assert len(events()) == 6


def test_a_name_that_nobody_has_is_in_nobodys_log(user: User) -> None:
    assert sign_in(browser(), "my secret typed into the wrong field", "x").status_code == 200
    assert events() == []
    assert not AuditEntry.objects.filter(object_repr__contains="my secret").exists()


def test_second_factors_stand_in_the_log(
    user: User, factor: TOTP, django_capture_on_commit_callbacks: Any
) -> None:
    client = browser()
    good = codes_of(user)[0]
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    client.post(reverse("mfa_authenticate"), {"code": good})
    assert events() == [("code refused", None, OWNER), ("signed in", "alice", OWNER)]
    changes = AuditEntry.objects.get(event=Event.SIGNED_IN).changes_dict
    assert changes == {"by": ["", "password, recovery codes"]}
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("mfa_generate_recovery_codes"))
    client.post(reverse("mfa_deactivate_totp"))
    assert [event[0] for event in events()[2:]] == [
        "recovery codes renewed",
        "second factor removed",
        "second factor removed",
    ]
    assert not Authenticator.objects.exists()


def test_a_changed_password_stands_in_the_log(user: User) -> None:
    client, elsewhere = browser(), browser("192.0.2.1")
    for session in (client, elsewhere):
        sign_in(session)
    new = {"oldpassword": PASSWORD, "password1": "staple staple 9", "password2": "staple staple 9"}
    client.post(reverse("account_change_password"), new)
    assert events()[-1] == ("password changed", "alice", OWNER)
    assert (is_in(client), is_in(elsewhere)) == (True, False)


def test_other_browsers_are_listed_and_signed_out(user: User) -> None:
    client, elsewhere = browser(), browser("192.0.2.1", "Chrome/2")
    for session in (client, elsewhere):
        sign_in(session)
    page = client.get(reverse("usersessions_list")).content.decode()
    assert "192.0.2.1" in page
    assert "Chrome/2" in page
    client.post(reverse("usersessions_list"))
    assert (is_in(client), is_in(elsewhere)) == (True, False)
    assert events()[-1] == ("signed out elsewhere", "alice", OWNER)


def test_an_accepted_invitation_stands_in_the_log(user: User, stranger: User) -> None:
    invitation = membership.invite(user.team_id, "editor", "mallory", user)
    membership.accept(invitation, stranger)
    membership.accept(invitation, stranger)
    (entry,) = AuditEntry.objects.filter(event=Event.JOINED)
    assert (entry.team, entry.actor, entry.changes_dict["role"]) == (
        user.team,
        stranger,
        ["", "editor"],
    )
    assert Invitation.objects.get().accepted_by == stranger


@pytest.mark.parametrize("how", ["expired", "scope", "left", "inactive"])
def test_a_refused_token_stands_in_the_log(user: User, how: str) -> None:
    script = token_client(user, "read" if how == "scope" else "write")
    token = ApiToken.objects.get()
    if how == "expired":
        ApiToken.objects.update(expiry=timezone.now() - timedelta(days=1))
    elif how == "left":
        Membership.objects.all().delete()
    elif how == "inactive":
        User.objects.filter(pk=user.pk).update(is_active=False)
    for _ in range(3):
        script.post(reverse("api-topologies"), {}, format="json", REMOTE_ADDR=ATTACKER)
    (entry,) = AuditEntry.objects.filter(event=Event.TOKEN_REFUSED)
    reasons = {
        "expired": "expired",
        "scope": "needs the role editor, it has viewer",
        "left": "its owner is not a member of the team",
        "inactive": "its owner's account is not active",
    }
    assert entry.changes_dict == {"reason": ["", reasons[how]]}
    assert (entry.remote_addr, entry.door) == (ATTACKER, f"API, token {token.name}")


def test_a_made_up_token_is_nobodys(user: User) -> None:
    script = token_client(user)
    for key in ("", "nonsense", "é", f"{ApiToken.objects.get().token_key}{'0' * 49}"):
        script.credentials(HTTP_AUTHORIZATION=f"Token {key}".encode())
        assert script.get(reverse("api-topologies")).status_code == 401
    assert events() == []


def test_admins_of_every_team_of_a_person_see_its_sign_ins(
    signed_in: Client, user: User, stranger: User
) -> None:
    Membership.objects.create(team=user.team, user=stranger)
    sign_in(browser(ATTACKER, "curl/8"), "mallory")
    assert AuditEntry.objects.filter(event=Event.SIGNED_IN).count() == 2
    page = signed_in.get(reverse("audit"), {"q": "mallory signed in"}).content.decode()
    assert ATTACKER in page
    assert "curl/8" in page
    assert reverse("team-kept") in page
    lines = b"".join(signed_in.get(reverse("audit-csv"), {"q": ATTACKER})).decode().splitlines()
    assert lines[1].endswith(",curl/8")
    assert ",browser,203.0.113.9,signed in,user,mallory," in lines[1]
    (entry,) = signed_in.get(reverse("api-audit")).json()["results"][:1]
    assert (entry["did"], entry["agent"], entry["address"]) == ("signed in", "curl/8", ATTACKER)


def test_a_user_agent_is_short_and_visible(user: User) -> None:
    sign_in(browser(agent="a\x1b[31m" + "b" * 5_000))
    (agent,) = AuditEntry.objects.filter(event=Event.SIGNED_IN).values_list("agent", flat=True)
    assert agent == "a[31m" + "b" * 195
