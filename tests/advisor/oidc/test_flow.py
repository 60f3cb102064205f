"""Sign-in by an OpenID Connect provider under attack; the provider is a double with real tokens."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from advisor.models import Membership, Role, User
from advisor.teams import membership
from tests.doubles.oidc import (
    CLIENT,
    KEY,
    OTHER_KEY,
    SECRET,
    Claims,
    OidcProvider,
    begin,
    come_back,
    oidc,
    sign_in,
    signed,
)

__all__ = ["oidc"]
pytestmark = pytest.mark.django_db
CAROL = {"email": "carol@example.com"}


@pytest.fixture(autouse=True)
def _newcomers_join(user: User, settings: Any) -> None:
    settings.OIDC_TEAM = "engineering"


def is_in(client: Client) -> bool:
    return client.get(reverse("home")).status_code == 200


def refused(client: Client, answer: Any) -> bool:
    """Nobody came in, nobody was made, and a page says so."""
    page = answer.content.decode()
    assert answer.status_code == 401, page
    assert "did not confirm your identity" in page
    return not is_in(client) and not SocialAccount.objects.exists()


def test_a_newcomer_becomes_a_viewer_of_the_providers_team_and_stays_one_person(
    oidc: OidcProvider,
) -> None:
    client = Client()
    assert "Sign in with Example" in client.get(reverse("account_login")).content.decode()
    assert sign_in(client, oidc).status_code == 302
    joined = Membership.objects.get(user__email="carol@example.com")
    assert (joined.team.slug, joined.role) == ("engineering", Role.VIEWER)
    assert is_in(client)
    assert sign_in(Client(), oidc).status_code == 302
    assert User.objects.filter(**CAROL).count() == 1
    assert EmailAddress.objects.get(**CAROL).verified


@pytest.mark.parametrize("method", ["get", "head"])
def test_no_address_alone_begins_a_sign_in(oidc: OidcProvider, method: str) -> None:
    answer = getattr(Client(), method)(reverse("openid_connect_login", args=["oidc"]))
    assert answer.status_code == 200
    assert "Location" not in answer


def test_the_providers_class_is_the_one_that_checks() -> None:
    (configured,) = django_settings.SOCIALACCOUNT_PROVIDERS.values()
    assert configured["provider_class"] == "advisor.oidc.flow.Provider"


def test_nobody_comes_from_the_provider_uninvited(oidc: OidcProvider, settings: Any) -> None:
    settings.OIDC_TEAM = ""
    client = Client()
    sign_in(client, oidc)
    assert not User.objects.filter(**CAROL).exists()
    assert not is_in(client)


def test_an_invitation_counts_once_whoever_the_provider_sends(
    oidc: OidcProvider, user: User, settings: Any
) -> None:
    settings.OIDC_TEAM = ""
    invitation = membership.invite(user.team_id, "editor", "carol", user)
    first, second = Client(), Client()
    for client in (first, second):
        client.get(reverse("invitation", args=[invitation.key]))
    sign_in(first, oidc)
    oidc.person.sub, oidc.person.claims = "43", {"email": "dave@example.com"}
    sign_in(second, oidc)
    assert (is_in(first), is_in(second)) == (True, False)
    assert Membership.objects.get(user__email="carol@example.com").role == Role.EDITOR
    assert not User.objects.filter(email="dave@example.com").exists()


# --- the state, the code, the browser


def test_a_state_counts_once(oidc: OidcProvider) -> None:
    client = Client()
    brought = oidc.authorize(begin(client))
    assert come_back(client, brought).status_code == 302
    client.logout()
    oidc.codes[brought["code"]] = {}
    assert come_back(client, brought).status_code == 401
    assert not is_in(client)


def test_a_state_that_was_not_given_here_is_refused(oidc: OidcProvider) -> None:
    for state in ({}, {"state": ""}, {"state": "made-up"}):
        client = Client()
        brought = {"code": oidc.authorize(begin(client))["code"]} | state
        assert refused(client, come_back(client, brought)), state
    assert "token" not in oidc.asked


def test_a_login_that_another_browser_began_is_not_finished_here(oidc: OidcProvider) -> None:
    """Login CSRF: a victim is led to the callback with the attacker's code and state."""
    attacker, victim = Client(), Client()
    brought = oidc.authorize(begin(attacker))
    assert refused(victim, come_back(victim, brought))
    begin(victim)
    assert refused(victim, come_back(victim, brought))


def test_a_sign_in_begins_by_a_post_with_a_token_of_the_form(oidc: OidcProvider) -> None:
    client = Client(enforce_csrf_checks=True)
    url = reverse("openid_connect_login", args=["oidc"])
    assert client.post(url).status_code == 403
    assert client.get(url).status_code == 200  # asks first
    assert oidc.asked == []


def test_a_code_counts_once(oidc: OidcProvider) -> None:
    first, second = Client(), Client()
    brought = oidc.authorize(begin(first))
    come_back(first, brought)
    state = oidc.authorize(begin(second))["state"]
    assert come_back(second, brought | {"state": state}).status_code == 401
    assert oidc.refused == ["no such code, or used before"]
    assert not is_in(second)


def test_a_stolen_code_is_of_no_use_in_another_browser(oidc: OidcProvider) -> None:
    """PKCE: the verifier is in the session that began."""
    victim, thief = Client(), Client()
    code = oidc.authorize(begin(victim))["code"]
    state = oidc.authorize(begin(thief))["state"]
    assert refused(thief, come_back(thief, {"code": code, "state": state}))
    assert oidc.refused == ["PKCE"]


def test_a_stolen_code_is_of_no_use_even_where_a_provider_ignores_pkce(oidc: OidcProvider) -> None:
    victim, thief = Client(), Client()
    code = oidc.authorize(begin(victim))["code"]
    brought = oidc.authorize(begin(thief))
    asked = dict(oidc.codes[brought["code"]])  # the thief's challenge, the victim's nonce
    oidc.codes[code] = asked | {"nonce": oidc.codes[code]["nonce"]}
    assert refused(thief, come_back(thief, brought | {"code": code}))


def test_what_is_asked_of_the_provider_cannot_be_changed_by_a_link(oidc: OidcProvider) -> None:
    evil = "redirect_uri=https://evil.example&state=known&nonce=known&code_challenge=known"
    location = begin(Client(), auth_params=f"{evil}&response_type=token", scope="admin")
    asked = dict(parse_qsl(urlsplit(location).query))
    assert asked["redirect_uri"] == "http://testserver/account/oidc/oidc/login/callback/"
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert "known" not in (asked["state"], asked["nonce"], asked["code_challenge"])
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}
    assert len({dict(parse_qsl(urlsplit(begin(Client())).query))["nonce"] for _ in range(3)}) == 3


def test_the_session_is_another_one_afterwards(oidc: OidcProvider) -> None:
    """Fixation: who knows the cookie of before is not signed in."""
    client, attacker = Client(), Client()
    brought = oidc.authorize(begin(client))
    before = client.cookies["sessionid"].value
    come_back(client, brought)
    assert client.cookies["sessionid"].value != before
    attacker.cookies["sessionid"] = before
    assert not is_in(attacker)


def test_a_sign_in_leads_nowhere_else(oidc: OidcProvider) -> None:
    for place in (
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "http://127.0.0.1:9/",
        "http://localhost/",
        "javascript:alert(1)",
        "\thttps://evil.example",
    ):
        assert sign_in(Client(), oidc, next=place)["Location"] == reverse("home"), place
        form = {"login": "alice", "password": "correct horse battery", "next": place}
        assert Client().post(reverse("account_login"), form)["Location"] == reverse("home"), place


def test_a_sign_in_leads_to_the_page_that_asked_for_it(oidc: OidcProvider) -> None:
    assert sign_in(Client(), oidc, next="/prices/")["Location"] == "/prices/"


def test_there_is_one_provider(oidc: OidcProvider) -> None:
    for name in ("openid_connect_login", "openid_connect_callback"):
        assert Client().get(reverse(name, args=["google"])).status_code == 404


# --- the ID token


def unsigned(claims: Claims) -> str:
    def part(content: Claims) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none', 'kid': 'one'})}.{part(claims)}."


def by_public_key(claims: Claims) -> str:
    """HS256 with the public key, which everybody has, as the shared secret."""

    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"one"}').rstrip(b"=")
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=")
    mac = hmac.new(public, head + b"." + body, "sha256").digest()
    return b".".join((head, body, base64.urlsafe_b64encode(mac).rstrip(b"="))).decode()


def broken(claims: Claims) -> str:
    head, body, signature = signed(claims).split(".")
    return f"{head}.{body}.{signature[:-8]}AAAAAAAA"


def exchanged(claims: Claims) -> str:
    """Another person's claims under the signature of the first ones."""
    head, _, signature = signed(claims).split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims | {"sub": "1"}).encode()).decode()
    return f"{head}.{body.rstrip('=')}.{signature}"


FORGED: dict[str, Callable[[Claims], str]] = {
    "without a signature": unsigned,
    "by the public key": by_public_key,
    "a broken signature": broken,
    "exchanged claims": exchanged,
    "another key": lambda claims: signed(claims, OTHER_KEY),
    "an unknown key": lambda claims: signed(claims, kid="two"),
    "a shared secret": lambda claims: signed(claims, SECRET * 3, "HS256"),
    "no token": lambda _: "no.token.atall",
    "no text": lambda _: "é",
}


def test_a_token_that_the_provider_did_not_sign_is_refused(oidc: OidcProvider) -> None:
    for how, sign in FORGED.items():
        oidc.sign = sign
        client = Client()
        assert refused(client, sign_in(client, oidc)), how


class Past(int):
    """Seconds before the token is made; of a test's run only the double knows when."""


def at_last(claims: Claims) -> Claims:
    now = int(time.time())
    return {name: now - of if isinstance(of, Past) else of for name, of in claims.items()}


NOT_OURS: list[Claims] = [
    {"iss": "https://evil.example"},
    {"iss": None},
    {"aud": "another program"},
    {"aud": None},
    {"aud": [CLIENT, "another program"]},  # without azp
    {"azp": "another program"},
    {"exp": Past(3_600)},
    {"exp": None},
    {"exp": "soon"},
    {"nbf": Past(-3_600)},
    {"iat": Past(-3_600)},
    {"iat": None},
    {"nonce": "another"},
    {"nonce": ""},
    {"nonce": None},
    {"nonce": ["a"]},
    {"sub": ""},
    {"sub": None},
    {"sub": 42},
    {"sub": "x" * 192},
]


def test_a_token_that_is_not_ours_or_not_of_now_is_refused(oidc: OidcProvider) -> None:
    for changed in NOT_OURS:
        oidc.changed = at_last(changed)
        client = Client()
        assert refused(client, sign_in(client, oidc)), changed


def test_a_token_for_us_counts(oidc: OidcProvider) -> None:
    several = {"aud": [CLIENT, "another"], "azp": CLIENT}
    for changed in (several, {"aud": [CLIENT]}, {"exp": Past(20)}):
        oidc.changed = at_last(changed)
        client = Client()
        sign_in(client, oidc)
        assert is_in(client), changed


def test_a_token_answer_without_an_id_token_is_refused(oidc: OidcProvider) -> None:
    oidc.answers["token"] = lambda handler: handler.reply({"access_token": "a"})  # type: ignore[attr-defined]
    client = Client()
    assert refused(client, sign_in(client, oidc))


# --- who it is


def test_userinfo_about_somebody_else_is_refused(oidc: OidcProvider) -> None:
    oidc.userinfo = {"sub": "1", "email": "alice@example.com"}
    client = Client()
    assert refused(client, sign_in(client, oidc))


@pytest.mark.parametrize("is_verified", [True, False, "false", None])
def test_an_account_is_not_taken_over_by_its_address_or_name(
    oidc: OidcProvider, user: User, is_verified: Any
) -> None:
    """The provider says alice@example.com, verified or not: it is another subject."""
    User.objects.filter(pk=user.pk).update(email="alice@example.com")
    EmailAddress.objects.create(user=user, email="alice@example.com", verified=True, primary=True)
    oidc.person.claims = {"email": "Alice@example.com", "preferred_username": "alice"}
    oidc.person.claims |= {"email_verified": is_verified}
    client = Client()
    sign_in(client, oidc)
    assert client.session.get("_auth_user_id") != str(user.pk)
    client.post(
        reverse("socialaccount_signup"), {"username": "alice", "email": "alice@example.com"}
    )
    assert client.session.get("_auth_user_id") != str(user.pk)
    assert not SocialAccount.objects.filter(user=user).exists()
    assert EmailAddress.objects.get(email__iexact="alice@example.com").user == user


def test_another_subject_with_the_same_address_is_another_person(oidc: OidcProvider) -> None:
    sign_in(Client(), oidc)
    first = User.objects.get(**CAROL)
    oidc.person.sub = "43"
    client = Client()
    sign_in(client, oidc)
    assert client.session.get("_auth_user_id") != str(first.pk)
    assert SocialAccount.objects.get(user=first).uid == "42"


def test_an_address_is_verified_only_if_the_provider_says_so(oidc: OidcProvider) -> None:
    for number, claim in enumerate((True, "true", False, "false", None, "no", 7)):
        oidc.person.sub, address = f"{number}", f"p{number}@example.com"
        oidc.person.claims = {"email": address, "email_verified": claim}
        sign_in(Client(), oidc)
        assert EmailAddress.objects.get(email=address).verified is (claim in (True, "true"))


def test_the_same_subject_of_another_provider_is_nobody_here(oidc: OidcProvider) -> None:
    """Subjects are one provider's: after a change of OIDC_SERVER_URL 42 may be somebody else."""
    sign_in(Client(), oidc)
    account = SocialAccount.objects.get()
    for known in ({"iss": "https://old.example"}, {"id_token": {"iss": "https://old.example"}}):
        SocialAccount.objects.filter(pk=account.pk).update(extra_data=known)
        client = Client()
        assert sign_in(client, oidc).status_code == 401
        assert not is_in(client)
    SocialAccount.objects.filter(pk=account.pk).update(extra_data={"userinfo": {"sub": "42"}})
    client = Client()
    sign_in(client, oidc)
    assert is_in(client)
    assert SocialAccount.objects.get().extra_data["iss"] == oidc.issuer


def test_what_the_provider_tells_of_a_person_is_short_visible_text(oidc: OidcProvider) -> None:
    oidc.person.claims = {
        "email": ["x"],
        "preferred_username": {"a": 1},
        "name": "A\x00\u202e" * 90,
    }
    oidc.person.claims |= {"picture": "x" * 9_000, "given_name": "G" * 300}
    client = Client()
    sign_in(client, oidc)
    assert is_in(client)
    account = SocialAccount.objects.get()
    assert set(account.extra_data) == {"iss", "sub", "email_verified", "name", "given_name"}
    assert account.extra_data["name"] == "A" * 90
    assert account.user.first_name == "G" * 150


def test_who_is_not_active_does_not_come_in_by_the_provider(oidc: OidcProvider) -> None:
    sign_in(Client(), oidc)
    User.objects.filter(**CAROL).update(is_active=False)
    client = Client()
    sign_in(client, oidc)
    assert not is_in(client)


# --- the provider itself


def test_a_document_of_another_issuer_is_refused(oidc: OidcProvider) -> None:
    for issuer in ("https://evil.example", "", None, 1):
        oidc.config = {"issuer": issuer}
        client = Client()
        answer = client.post(reverse("openid_connect_login", args=["oidc"]))
        assert refused(client, answer), issuer


def test_an_answer_of_another_issuer_is_refused(oidc: OidcProvider) -> None:
    """RFC 9207, against a mix-up; a provider that names itself has to."""
    for brought, config in (
        ({"iss": "https://evil.example"}, {}),
        ({}, {"authorization_response_iss_parameter_supported": True}),
    ):
        client = Client()
        oidc.config = config
        assert refused(client, come_back(client, oidc.authorize(begin(client)) | brought))
    client = Client()
    come_back(client, oidc.authorize(begin(client)) | {"iss": oidc.issuer})
    assert is_in(client)


def test_a_document_that_leads_to_an_unsafe_address_is_refused(oidc: OidcProvider) -> None:
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"):
        for url in ("http://login.example/x", "file:///etc/passwd", 7, ""):
            oidc.config = {name: url}
            client = Client()
            answer = client.post(reverse("openid_connect_login", args=["oidc"]))
            assert refused(client, answer), (name, url)
