"""Who may do what: every address and method, for every kind of caller, by `advisor.access`."""

import logging
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from allauth.socialaccount.providers import registry
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advisor.access import ADMIN, ASKED, EDITOR, EVERYBODY, RANKS, SIGNED_IN, VIEWER, Ask, asked
from advisor.models import ApiToken, Membership, Role, User
from advisor.oidc.flow import Provider
from tests.doors import (
    ALL,
    MARK,
    addresses,
    arguments,
    body_of,
    files_of,
    form_of,
    objects_of,
    url_of,
)
from tests.product import token_client

pytestmark = pytest.mark.django_db

WHOLE = "ADVISOR_TEST_WHOLE_MATRIX"
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE")
OIDC = sorted(addresses("tests.advisor.oidc_urls").keys() - ALL.keys())
WRITES = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
OF_NOBODY = {"django_session", "advisor_cache"}  # sessions, and counters of failures
NOTED = {"advisor_auditentry", "django_content_type"}  # that a token was refused
BY_KEY = {"invitation-accept"}  # signed in or not, whoever has the key may read what is behind it
FAILS_AS_401 = {"openid_connect_login", "openid_connect_callback", "socialaccount_login_error"}
OF_ITS_MAKER = {("job-cancel", "POST"), ("api-job", "DELETE")}  # or of an editor
STORES_NOTHING = {
    "own-price",  # of a price that is missing: none is
    "keep",  # of a what-if: the address has none
    "editor-check",
    "report-test",
    "report-me",  # without an address there is nothing to add
    "team-leave",  # the only admin stays
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
    "usersessions_list",
    "account_reauthenticate",
    "account-delete",  # the password is asked for first
    "account_email",
    "account_change_password",
    "account_set_password",
    "api-comparisons",  # asked to answer, not to make a job
    "api-plans",  # likewise
    "api-reviews",
    "review-manifests",  # answered with its page
    "plan-details-compute",  # one flow has no plan
    "plan-compute",  # a few flows are planned with their page
}


class Caller(NamedTuple):
    """Who calls: how far it gets on pages and in the API, and whether the team is its own."""

    client: Client
    pages: Ask
    api: Ask | int  # or the status of every answer
    is_of_team: bool


class Answer(NamedTuple):
    status: int
    location: str
    text: str
    allow: str
    stored: frozenset[str]  # tables


def browser(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def with_role(role: Role) -> User:
    user = User.objects.create_user(f"a-{role}", password="long enough")
    Membership.objects.filter(user=user).update(role=role)
    return user


def without_team() -> User:
    loner = User.objects.create_user("loner", password="long enough")
    Membership.objects.filter(user=loner).delete()
    return loner


def of_another_team(stranger: User) -> Client:
    Membership.objects.filter(user=stranger).update(role=ADMIN)
    return browser(stranger)


def script(user: User, scope: str = ApiToken.Scope.WRITE) -> Client:
    _, key = ApiToken.objects.create(user=user, name="script", scope=scope, team_id=user.team_id)
    return Client(headers={"Authorization": f"Token {key}"})


def expired(user: User) -> Client:
    client = script(user)
    ApiToken.objects.filter(user=user).update(expiry=timezone.now() - timedelta(days=1))
    return client


def of_a_removed_member() -> Client:
    helper = with_role(EDITOR)
    client = script(helper)
    Membership.objects.filter(user=helper).delete()
    return client


CALLERS = {
    "nobody": lambda user, other: Caller(browser(None), EVERYBODY, 401, False),
    "loner": lambda user, other: Caller(browser(without_team()), SIGNED_IN, 403, False),
    "stranger": lambda user, other: Caller(of_another_team(other), ADMIN, ADMIN, False),
    "viewer": lambda user, other: Caller(browser(with_role(VIEWER)), VIEWER, VIEWER, True),
    "editor": lambda user, other: Caller(browser(with_role(EDITOR)), EDITOR, EDITOR, True),
    "admin": lambda user, other: Caller(browser(user), ADMIN, ADMIN, True),
    "read token of an admin": lambda user, other: Caller(
        script(user, ApiToken.Scope.READ), EVERYBODY, VIEWER, True
    ),
    "write token of an admin": lambda user, other: Caller(script(user), EVERYBODY, EDITOR, True),
    "write token of a viewer": lambda user, other: Caller(
        script(with_role(VIEWER)), EVERYBODY, VIEWER, True
    ),
    "write token of another team": lambda user, other: Caller(
        script(other), EVERYBODY, EDITOR, False
    ),
    "expired token": lambda user, other: Caller(expired(with_role(ADMIN)), EVERYBODY, 401, False),
    "token of a removed member": lambda user, other: Caller(
        of_a_removed_member(), EVERYBODY, 403, False
    ),
}


@contextmanager
def stored() -> Iterator[set[str]]:
    """The tables that are written to, of which nothing stays."""
    tables: set[str] = set()

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        if match := WRITES.match(sql):
            tables.add(match[1])
        return execute(sql, *rest)

    with transaction.atomic(), connection.execute_wrapper(watch):
        yield tables
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _no_log() -> Iterator[None]:
    """Each refusal would be a line."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def call(client: Client, name: str, url: str, method: str, objects: dict[str, Any]) -> Answer:
    cookies = deepcopy(client.cookies)
    with stored() as tables:
        if method == "POST" and (files := files_of(name) or not name.startswith("api-")):
            response = client.post(url, form_of(name) if files is True else files)
        else:
            data = body_of(name, objects) if method in ("POST", "PUT", "PATCH") else ""
            response = send(client, method, url, data)
        text = "" if response.streaming else response.content.decode(errors="replace")
    client.cookies = cookies
    head = response.headers
    texts = (head.get("Location", ""), text, head.get("Allow", ""))
    return Answer(response.status_code, *texts, frozenset(tables - OF_NOBODY))


def send(client: Client, method: str, url: str, data: Any) -> Any:
    more = {} if data == "" else {"content_type": "application/json"}
    if method == "TRACE":
        return client.trace(url)
    return getattr(client, method.lower())(url, data, **more)


def expected(name: str, method: str, caller: Caller) -> int | str:
    """A status, `login`, or `allowed`: whatever the address itself says to who may come."""
    ask = asked(name, method)
    is_api = name.startswith("api-")
    if is_api and isinstance(caller.api, int):
        return caller.api
    if not is_api and caller.pages == EVERYBODY and EVERYBODY not in ASKED[name].values():
        return "login"
    if ask is None:
        return 405
    rank: Any = caller.api if is_api else caller.pages
    if RANKS.index(rank) < RANKS.index(ask):
        return 403
    if (name, method) in OF_ITS_MAKER and rank == VIEWER:
        return 403
    is_theirs = "uid" in ALL[name].pattern.converters if name in ALL else False
    return 404 if is_theirs and not caller.is_of_team and method != "OPTIONS" else "allowed"


def kind_of(name: str, answer: Answer) -> int | str:
    if answer.status in (401, 403, 405) or answer.status >= 500:
        return answer.status
    if answer.location.startswith(reverse("account_login") + "?next="):
        return "login"
    return answer.status


def wrong(name: str, method: str, answer: Answer, caller: Caller, who: str) -> str:
    """What is not as the table says; nothing where all is."""
    wanted, given = expected(name, method, caller), kind_of(name, answer)
    if given == 401 and name in FAILS_AS_401:
        given = "allowed"
    is_as_said = given == wanted or (
        wanted == "allowed" and given not in ("login", 401, 403, 405) and answer.status < 500
    )
    call_text = f"{who}: {method} {name} "
    if not is_as_said:
        return f"{call_text}answered {given}, not {wanted}"
    if answer.status == 405 and not answer.allow:
        return f"{call_text}has no Allow"
    kept = answer.stored - (NOTED if "token" in who else set())
    if wanted != "allowed" and kept:
        return f"{call_text}was refused, and stored {sorted(kept)}"
    is_open = EVERYBODY in ASKED[name].values() or name in BY_KEY
    if MARK in answer.text and not caller.is_of_team and not is_open:
        return f"{call_text}shows what is another team's"
    return ""


def test_every_address_stands_in_the_table_and_no_other() -> None:
    assert set(ASKED) == {*ALL, *OIDC}


def test_an_address_that_is_not_in_the_table_is_closed() -> None:
    with pytest.raises(LookupError, match=r"'forgotten' is not in advisor/access\.py"):
        asked("forgotten", "GET")


def reach(who: str) -> list[tuple[str, str]]:
    """The calls that tell something of a caller; all of them where the whole is asked for.

    On pages a token is nobody's, and what no address has is refused before it asks for a role.
    """
    every = [(name, method) for name in ALL for method in METHODS]
    if os.environ.get(WHOLE):
        return every
    of_pages = METHODS if who in ("nobody", "admin") else ("GET", "OPTIONS", "POST")
    if "token" in who:
        of_pages = ("POST",) if who == "write token of an admin" else ()
    return [call for call in every if call[0].startswith("api-") or call[1] in of_pages]


@pytest.mark.parametrize("who", CALLERS)
def test_each_caller_gets_as_far_as_the_table_says(
    who: str, user: User, stranger: User, settings: Any
) -> None:
    """Twelve callers, all addresses, eight methods; what is refused stores nothing."""
    settings.OUTBOUND_HOSTS = ["127.0.0.0/8"]
    objects, caller = objects_of(user), CALLERS[who](user, stranger)
    faults, silent, calls = [], set(), reach(who)
    for name, method in calls:
        answer = call(caller.client, name, url_of(name, objects), method, objects)
        faults.append(wrong(name, method, answer, caller, who))
        if method not in ("GET", "HEAD") and ASKED[name].get(method) and not answer.stored:
            silent.add(name)
    sys.stdout.write(f"{who}: {len(calls)} calls\n")
    assert "\n".join(filter(None, faults)) == ""
    if who == "admin":  # so the bodies are such as store, and refusals are told by it
        in_reach = {name for name in silent if EVERYBODY not in ASKED[name].values()}
        assert in_reach == STORES_NOTHING


@pytest.fixture
def oidc(settings: Any) -> Iterator[None]:
    """A provider that is configured and does not answer."""
    settings.ROOT_URLCONF = "tests.advisor.oidc_urls"
    app: dict[str, Any] = {"provider_id": "oidc", "name": "Example", "client_id": "us"}
    app |= {"secret": "s", "settings": {"server_url": "http://127.0.0.1:9"}}
    registry.register(Provider)
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    yield
    registry.provider_map.pop(Provider.id, None)


@pytest.mark.parametrize("who", ["nobody", "loner", "viewer", "expired token"])
def test_the_addresses_of_single_sign_on_are_in_the_table_too(
    who: str, user: User, stranger: User, oidc: None
) -> None:
    caller = CALLERS[who](user, stranger)
    faults = []
    for name in OIDC:
        url = reverse(name, kwargs=arguments(name, {}))
        for method in METHODS:
            faults.append(
                wrong(name, method, call(caller.client, name, url, method, {}), caller, who)
            )
    assert "\n".join(filter(None, faults)) == ""


def plain(text: str, uid: object) -> str:
    """An answer without what differs each time."""
    text = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", text).replace(str(uid), "UID")
    return re.sub(r"\b[0-9a-f]{32}\b", "REQUEST", text)


@pytest.mark.parametrize("who", ["stranger", "write token of another team"])
def test_what_is_another_teams_is_as_if_it_were_not_there(
    who: str, user: User, stranger: User
) -> None:
    objects, caller = objects_of(user), CALLERS[who](user, stranger)
    is_token = "token" in who
    for name in ALL:
        if "uid" not in ALL[name].pattern.converters or is_token != name.startswith("api-"):
            continue
        there = arguments(name, objects)
        nothing = there | {"uid": uuid4()}
        for method in ASKED[name]:
            existing, missing = (
                call(caller.client, name, reverse(name, kwargs=values), method, objects)
                for values in (there, nothing)
            )
            assert existing.status == missing.status, (name, method)
            assert plain(existing.text, there["uid"]) == plain(missing.text, nothing["uid"])


def test_a_token_ends_with_the_membership_of_its_owner(user: User) -> None:
    helper = with_role(EDITOR)
    client = token_client(helper)
    assert client.get(reverse("api-topologies")).status_code == 200
    Membership.objects.filter(user=helper).delete()
    response = client.get(reverse("api-topologies"))
    assert response.status_code == 403
    assert "no longer, a member" in response.json()["problems"][0]["problem"]


def test_a_viewer_is_told_what_is_missing(user: User) -> None:
    page = browser(with_role(VIEWER)).get(reverse("new"))
    assert page.status_code == 403
    assert "needs the role &#x27;editor&#x27;; you are a viewer" in page.content.decode()


def test_who_is_in_no_team_can_make_one(user: User) -> None:
    loner = without_team()
    client = browser(loner)
    assert "You are not a member of a team" in client.get(reverse("home")).content.decode()
    client.post(reverse("team-new"), {"name": "Mine"})
    assert client.get(reverse("home")).status_code == 200
    assert Membership.objects.get(user=loner).role == ADMIN
