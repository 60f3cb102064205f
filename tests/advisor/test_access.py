"""Who may go through which door: every URL and method, for every kind of caller."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse
from rest_framework.test import APIClient

from advisor import jobs, teams
from advisor.models import (
    ApiToken,
    Delivery,
    Membership,
    Recipient,
    Report,
    Role,
    ShareLink,
    User,
    Webhook,
    WebhookDelivery,
)
from advisor.reports import making
from connectivity.actions import create_topology
from connectivity.measurements import Filing, file_measurements
from connectivity.models import LatencyUpload, Measurement, PrometheusSource
from costmodel.core.overrides import Override
from costmodel.ingest import add_override
from tests.advisor.test_doors import ALL
from tests.estate import health_finding
from tests.factories import document
from tests.product import token_client

pytestmark = pytest.mark.django_db

EVERYBODY, SIGNED_IN = "everybody", "signed in"
V, E, A = Role.VIEWER, Role.EDITOR, Role.ADMIN

# Who may read and who may write. A dash: the address has no such method.
TABLE = """
healthz everybody everybody
shared everybody -
invitation everybody -
home viewer -
new editor editor
azs editor -
paste editor editor
topology viewer -
comparison-json viewer -
comparison-csv viewer -
comparison-md viewer -
keep - editor
curves viewer -
outlook viewer -
print viewer -
share editor editor
share-revoke - editor
scenarios viewer -
help viewer -
latency viewer -
latency-cell viewer -
latency-upload editor editor
latency-zones - editor
latency-from-aws - editor
latency-csv viewer -
latency-json viewer -
latency-file viewer -
latency-withdraw - editor
latency-kit viewer -
prices viewer -
price-changes viewer -
prices-load - editor
price-override - editor
price-override-end - editor
jobs viewer -
job viewer -
job-cancel - editor
document viewer editor
document-json viewer -
document-yaml viewer -
versions viewer -
delete editor editor
version-changes viewer -
version-restore - editor
make-scenario - editor
editor editor editor
editor-check - editor
editor-bulk - editor
editor-paste editor editor
editor-csv viewer -
restore - editor
tokens viewer viewer
revoke - signed-in
team viewer -
zone admin admin
team-kept admin -
team-rename - admin
team-invite - admin
team-invitation-revoke - admin
team-role - admin
team-remove - admin
team-leave - signed-in
audit admin -
audit-csv admin -
team-new - signed-in
team-switch - signed-in
invitation-accept - signed-in
account_login everybody everybody
account_logout signed-in signed-in
account_signup everybody everybody
account_inactive everybody -
account_reset_password everybody everybody
account_reset_password_done everybody -
account_reset_password_from_key everybody everybody
account_reset_password_from_key_done everybody -
account_confirm_email everybody everybody
account_email_verification_sent everybody -
account_confirm_login_code everybody everybody
account_email signed-in signed-in
account_change_password signed-in signed-in
account_set_password signed-in signed-in
account_reauthenticate signed-in signed-in
usersessions_list signed-in signed-in
mfa_index signed-in -
mfa_authenticate everybody everybody
mfa_reauthenticate signed-in signed-in
mfa_activate_totp signed-in signed-in
mfa_deactivate_totp signed-in signed-in
mfa_view_recovery_codes signed-in -
mfa_generate_recovery_codes signed-in signed-in
mfa_download_recovery_codes signed-in -
health viewer -
health-resource viewer -
finding-acknowledge - editor
finding-mute - editor
finding-unmute - editor
health-rules viewer -
health-rule - editor
health-collection viewer -
health-cap - admin
health-account-add - admin
health-account admin admin
health-account-check - admin
health-account-remove - admin
health-role admin -
health-source-add - admin
health-source-remove - admin
webhook-add - admin
webhook-end - admin
webhook-again - admin
reports viewer -
report viewer -
report-mail viewer -
report-preview viewer -
report-preview-mail viewer -
report-schedule - admin
report-test - viewer
report-me - viewer
recipient-add - admin
recipient-pause - admin
recipient-remove - admin
mail-again - admin
recipient-confirm everybody everybody
unsubscribe everybody everybody
api-reports viewer -
api-report viewer -
api-report-preview viewer -
api-report-schedule viewer admin
api-recipients admin admin
api-recipient - admin
api-metrics viewer -
api-health-resources viewer -
api-health-resource viewer -
api-health-findings viewer -
api-health-finding viewer editor
api-health-rules viewer -
api-health-rule - editor
api-health-collection viewer -
own-price - editor
load-prices - editor
api-topologies viewer editor
api-topology viewer editor
api-versions viewer -
api-version viewer -
api-version-restore - editor
api-version-changes viewer -
api-audit admin -
api-comparisons - viewer
api-latency-imports - editor
api-measurements viewer -
api-measurement viewer editor
api-latency-cells viewer -
api-zone-names - editor
api-prices viewer -
api-price-lists viewer -
api-price-changes viewer -
api-price-fetches - editor
api-price-overrides viewer editor
api-price-override viewer editor
api-jobs viewer -
api-job viewer editor
api-job-result viewer -
api-schema viewer -
api-docs viewer -
"""
ENTRIES = {name: (read, write) for name, read, write in map(str.split, TABLE.strip().splitlines())}
RANKS = ["everybody", "signed-in", *Role.values]
METHODS = ("get", "post", "put", "patch", "delete")
OWNED = {"uid", "key"}  # what may belong to another team


def test_every_address_has_an_entry() -> None:
    assert set(ENTRIES) == set(ALL)


@pytest.fixture
def objects(user: User) -> dict[str, Any]:
    """Something of the team behind every address that names an object."""
    team_id = user.team_id
    version = create_topology(team_id, document())
    text = "option,source,dest,percentile,value_us,tool,date,samples\n"
    text += "vpc-peering,use1-az1,use1-az2,p99,500,netperf,2026-01-01,20000\n"
    file_measurements(team_id, "a.csv", text.encode(), Filing())
    price = Override("AmazonVPC", "TransitGateway-Hours", "", Decimal(-10), None, "contract")
    add_override(team_id, price, user.pk)
    link = ShareLink.objects.create(
        team_id=team_id, version=version, query="", author=user, expires_at=version.created_at
    )
    token = ApiToken.objects.create(user=user, team_id=team_id, name="t")[0]
    helper = User.objects.create_user("helper")
    finding = health_finding(team_id)
    webhook = Webhook.objects.create(team_id=team_id, name="hook", url="https://hooks.slack.com/x")
    delivery = WebhookDelivery.objects.create(
        webhook=webhook, event=finding.events.get(), due_at=version.created_at
    )
    recipient = Recipient.objects.create(team_id=team_id, address="r@example.com")
    report = Report.objects.create(
        team_id=team_id,
        week="2026-W01",
        due_at=version.created_at,
        content=making.so_far(user.team),
    )
    source = PrometheusSource.objects.create(team_id=team_id, name="p", url="http://p.example")
    return {
        "finding": finding.uid,
        "recipient": recipient.uid,
        "confirm": recipient.confirm_key,
        "unsubscribe": recipient.unsubscribe_key,
        "report": report.uid,
        "mail": Delivery.objects.create(report=report, recipient=recipient).uid,
        "watched": finding.resource.uid,
        "watching": finding.resource.account.uid,
        "webhook": webhook.uid,
        "delivery": delivery.uid,
        "source": source.uid,
        "topology": version.topology.uid,
        "share": link.uid,
        "shared": link.key,
        "latency-file": LatencyUpload.objects.get().uid,
        "measurement": Measurement.objects.get().uid,
        "override": user.team.priceoverride_set.get().uid,
        "job": jobs.start("compare", {}, team_id=team_id, user_id=user.pk).uid,
        "token": token.uid,
        "member": Membership.objects.get(user=helper).uid,
        "invitation": teams.invite(team_id, "viewer", "bob", user),
        "team": user.team.uid,
    }


def object_behind(name: str, objects: dict[str, Any]) -> Any:
    """What stands in an address: the object that it is about."""
    prefixes = {
        "share-": "share", "shared": "shared", "latency-file": "latency-file",
        "latency-withdraw": "measurement", "api-measurement": "measurement",
        "price-override": "override", "api-price-override": "override", "job": "job",
        "api-job": "job", "revoke": "token", "team-role": "member", "team-remove": "member",
        "team-switch": "team", "health-account": "watching", "health-role": "watching",
        "health-source": "source", "health-resource": "watched", "finding-": "finding",
        "recipient-confirm": "confirm", "unsubscribe": "unsubscribe", "recipient": "recipient",
        "api-recipient": "recipient", "report": "report", "api-report": "report", "mail-": "mail",
        "webhook-end": "webhook", "webhook-again": "delivery",
        "api-health-resource": "watched", "api-health-finding": "finding",
    }  # fmt: skip
    found = next((kind for start, kind in prefixes.items() if name.startswith(start)), "topology")
    if name == "team-invitation-revoke":
        return objects["invitation"].uid
    return objects["invitation"].key if name.startswith("invitation") else objects[found]


def url_of(name: str, objects: dict[str, Any]) -> str:
    fixed = {"side": "consumer", "number": 1, "uidb36": "1", "kind": "json", "form": "json"}
    fixed["id"] = "NAT-PORTS"
    values = {
        key: object_behind(name, objects) if key in OWNED else fixed[key]
        for key in ALL[name].pattern.converters
    }
    values |= {
        "account_confirm_email": {"key": "nothing"},
        "account_reset_password_from_key": {"key": "nothing", "uidb36": "1"},
    }.get(name, {})
    return reverse(name, kwargs=values)


def browser_of(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def with_role(role: Role) -> User:
    one = User.objects.create_user(f"a-{role}")
    Membership.objects.filter(user=one).update(role=role)
    return one


def answer(client: Client, name: str, url: str, method: str) -> int:
    """The status of a call, of which nothing stays. A way to the login counts as 401."""
    body = {"data": "{}", "content_type": "application/json"} if name.startswith("api-") else {}
    with transaction.atomic():
        response = getattr(client, method)(url, **(body if method != "get" else {}))
        transaction.set_rollback(True)
    to_login = response.status_code == 302 and response["Location"].startswith("/account/login/")
    return 401 if to_login and name != "account_logout" else int(response.status_code)


def expected(name: str, method: str) -> str:
    read, write = ENTRIES[name]
    return read if method == "get" else write


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_each_caller_gets_as_far_as_its_role(name: str, objects: dict[str, Any]) -> None:
    """Allowed is whatever is neither 401 nor 403; a method that there is not is 405 for all."""
    url = url_of(name, objects)
    callers: dict[str, Client] = {"everybody": browser_of(None)}
    loner = User.objects.create_user("loner")
    Membership.objects.filter(user=loner).delete()
    callers["signed-in"] = browser_of(loner)
    callers |= {role: browser_of(with_role(Role(role))) for role in Role.values}
    is_library = name.startswith(
        ("account_", "mfa_", "usersessions_")
    )  # it redirects as its own steps go
    for method in METHODS[:2] if is_library else METHODS:
        wanted = expected(name, method)
        for rank, client in callers.items():
            status = answer(client, name, url, method)
            is_enough = wanted != "-" and RANKS.index(rank) >= RANKS.index(wanted)
            if is_library:
                assert is_enough or status in {302, 401, 403, 404, 405}, (method, rank, status)
            elif wanted == "-" or (method not in ("get", "post") and not name.startswith("api-")):
                assert status in {401, 403, 405}, (method, rank, status)
            else:
                assert (status not in {401, 403}) == is_enough, (method, rank, status)


@pytest.mark.parametrize("name", sorted(n for n in ENTRIES if n.startswith("api-")))
def test_a_token_does_no_more_than_its_scope_and_its_owner(
    name: str, objects: dict[str, Any], user: User
) -> None:
    url = url_of(name, objects)
    callers: dict[Role, APIClient] = {
        V: token_client(user, ApiToken.Scope.READ),
        E: token_client(user, ApiToken.Scope.WRITE),
    }
    weak = token_client(with_role(V), ApiToken.Scope.WRITE)
    for method in METHODS:
        wanted = expected(name, method)
        for role, client in (*callers.items(), (V, weak)):
            status = answer(client, name, url, method)
            is_enough = wanted != "-" and role.includes(Role(wanted))
            if status != 405:
                assert (status not in {401, 403}) == is_enough, (method, role, status)


@pytest.mark.parametrize("name", sorted(n for n in ENTRIES if "uid" in ALL[n].pattern.converters))
def test_what_is_another_teams_is_not_found(
    name: str, objects: dict[str, Any], stranger: User
) -> None:
    """Even for the admin of another team it is as if it were not there at all."""
    Membership.objects.filter(user=stranger).update(role=A)
    client = token_client(stranger) if name.startswith("api-") else browser_of(stranger)
    nothing = reverse(name, kwargs=resolve(url_of(name, objects)).kwargs | {"uid": uuid4()})
    for method in ("get", "post", "put", "delete"):
        status = answer(client, name, url_of(name, objects), method)
        assert status == answer(client, name, nothing, method)
        beyond = {403} if name.startswith("api-") and A in ENTRIES[name] else set()  # of any token
        assert status in ({404, 405} if method == "get" else {404, 405, 400, 302}) | beyond


def test_a_token_ends_with_the_membership_of_its_owner(user: User) -> None:
    helper = with_role(E)
    client = token_client(helper)
    assert client.get(reverse("api-topologies")).status_code == 200
    Membership.objects.filter(user=helper).delete()
    response = client.get(reverse("api-topologies"))
    assert response.status_code == 403
    assert "no longer, a member" in response.json()["detail"]


def test_a_viewer_is_told_what_is_missing(user: User) -> None:
    page = browser_of(with_role(V)).get(reverse("new"))
    assert page.status_code == 403
    assert "needs the role &#x27;editor&#x27;; you are a viewer" in page.content.decode()


def test_who_is_in_no_team_can_make_one(user: User) -> None:
    loner = User.objects.create_user("loner")
    Membership.objects.filter(user=loner).delete()
    client = browser_of(loner)
    assert "You are in no team" in client.get(reverse("home")).content.decode()
    client.post(reverse("team-new"), {"name": "Mine"})
    assert client.get(reverse("home")).status_code == 200
    assert Membership.objects.get(user=loner).role == A
