"""Something of a team behind every address, and a body for every form, for tests of access."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from advisor.jobs import runner
from advisor.models import (
    ApiToken,
    Delivery,
    Membership,
    Recipient,
    Report,
    ShareLink,
    User,
    Webhook,
    WebhookDelivery,
)
from advisor.reports import making
from advisor.teams import membership
from advisor.web.topologies.forms import TwoVpcsForm
from connectivity.actions import create_topology, delete_topology, save_topology
from connectivity.measurements import Filing, file_measurements
from connectivity.models import LatencyUpload, Measurement, PrometheusSource
from costmodel.core.overrides import Override
from costmodel.ingest import add_override
from tests.estate import health_finding
from tests.factories import document, flow
from tests.manifests import text_of, workload

LIFE = {"connection_seconds": 9}
MARK = "of-team-a"  # in the names of what only its team may see
ZONES = {"AvailabilityZones": [{"ZoneName": "us-east-1a", "ZoneId": "use1-az1"}]}


def patterns(resolver: URLResolver) -> list[URLPattern]:
    listed: list[URLPattern] = []
    for pattern in resolver.url_patterns:
        listed += patterns(pattern) if isinstance(pattern, URLResolver) else [pattern]
    return listed


def addresses(urlconf: str | None = None) -> dict[str, URLPattern]:
    return {str(pattern.name): pattern for pattern in patterns(get_resolver(urlconf))}


ALL = addresses()


def objects_of(user: User) -> dict[str, Any]:
    """Something of the user's team behind every address that names an object."""
    team_id = user.team_id
    first = create_topology(team_id, document(name=f"topology {MARK}"))
    uid = first.topology.uid
    changed = document(flow(gb_per_month=2000), name=f"topology {MARK}")
    changed["services"][0]["reviews"] = {"nat": {"connections_per_second": 5, **LIFE}}
    version = save_topology(team_id, uid, changed)
    gone = create_topology(team_id, document(name=f"gone {MARK}")).topology
    delete_topology(team_id, gone.uid)
    text = "option,source,dest,percentile,value_us,tool,date,samples\n"
    text += "vpc-peering,use1-az1,use1-az2,p99,500,netperf,2026-01-01,20000\n"
    file_measurements(team_id, f"{MARK}.csv", text.encode(), Filing())
    price = Override("AmazonVPC", "TransitGateway-Hours", "", Decimal(-10), None, MARK)
    add_override(team_id, price, user.pk)
    later = timezone.now() + timedelta(days=9)
    link = ShareLink.objects.create(
        team_id=team_id, version=version, query="", author=user, expires_at=later
    )
    helper = User.objects.create_user(f"helper-{MARK}")
    return {
        "topology": uid,
        "gone": gone.uid,
        "share": link.uid,
        "shared": link.key,
        "latency-file": LatencyUpload.objects.get().uid,
        "measurement": Measurement.objects.get().uid,
        "override": user.team.priceoverride_set.get().uid,
        "job": runner.start("compare", {}, team_id=team_id, user_id=user.pk).uid,
        "token": ApiToken.objects.create(user=user, team_id=team_id, name=MARK)[0].uid,
        "member": Membership.objects.get(user=helper).uid,
        "invitation": membership.invite(team_id, "viewer", f"bob {MARK}", user),
        "team": user.team.uid,
        **_watched(user),
        **_reported(user),
    }


def _watched(user: User) -> dict[str, Any]:
    team_id = user.team_id
    finding = health_finding(team_id)
    webhook = Webhook.objects.create(team_id=team_id, name=MARK, url="https://hooks.slack.com/x")
    delivery = WebhookDelivery.objects.create(
        webhook=webhook, change=finding.incident.events.get(), due_at=timezone.now(), state="dead"
    )
    source = PrometheusSource.objects.create(team_id=team_id, name=MARK, url="http://p.example")
    return {
        "finding": finding.uid,
        "incident": finding.incident.uid,
        "watched": finding.resource.uid,
        "watching": finding.resource.account.uid,
        "webhook": webhook.uid,
        "delivery": delivery.uid,
        "source": source.uid,
    }


def _reported(user: User) -> dict[str, Any]:
    team_id = user.team_id
    recipient = Recipient.objects.create(team_id=team_id, address=f"{MARK}@example.com")
    report = Report.objects.create(
        team_id=team_id,
        week="2026-W01",
        due_at=timezone.now(),
        content=making.so_far(user.team),
    )
    mail = Delivery.objects.create(report=report, recipient=recipient, state="refused")
    return {
        "recipient": recipient.uid,
        "confirm": recipient.confirm_key,
        "unsubscribe": recipient.unsubscribe_key,
        "report": report.uid,
        "mail": mail.uid,
    }


BEHIND = {
    "share-": "share", "shared": "shared", "latency-file": "latency-file",
    "latency-withdraw": "measurement", "api-measurement": "measurement",
    "price-override": "override", "api-price-override": "override", "job": "job",
    "api-job": "job", "revoke": "token", "team-role": "member", "team-remove": "member",
    "team-member-sign-out": "member", "team-switch": "team",
    "health-account": "watching", "health-role": "watching",
    "health-source": "source", "health-resource": "watched", "finding-": "finding",
    "recipient-confirm": "confirm", "unsubscribe": "unsubscribe", "recipient": "recipient",
    "api-recipient": "recipient", "report": "report", "api-report": "report", "mail-": "mail",
    "webhook-again": "delivery", "webhook-": "webhook", "restore": "gone",
    "api-health-resource": "watched", "api-health-finding": "finding",
    "api-health-incident": "incident",
}  # fmt: skip
"""How the name of an address begins: the object that it is about, if not a topology."""

KEYS = {
    **dict.fromkeys(("review", "review-file", "review-zip", "review-keep"), {"key": "nat"}),
    "account_confirm_email": {"key": "nothing"},
    "account_reset_password_from_key": {"key": "nothing", "uidb36": "1"},
    "openid_connect_login": {"provider_id": "oidc"},
    "openid_connect_callback": {"provider_id": "oidc"},
    **dict.fromkeys(("socialaccount_login_cancelled", "socialaccount_login_error"), {}),
    **dict.fromkeys(("socialaccount_signup", "socialaccount_connections"), {}),
}
REVIEWED = "?connections_per_second=5&connection_seconds=9"
QUERIES = {
    "api-measurement": "?because=wrong",
    "review-file": f"{REVIEWED}&file=nat-main.tf",
    "review-zip": REVIEWED,
    "review-keep": REVIEWED,
    "topology-review": "?of=service+api&review=nat",
    "topology-review-file": "?of=service+api&review=nat/api&file=nat-main.tf",
}
FIXED = {"side": "consumer", "number": 1, "kind": "json", "form": "json", "id": "NAT-PORTS"}


def arguments(name: str, objects: dict[str, Any]) -> dict[str, Any]:
    """What stands in an address."""
    if name in KEYS:
        return KEYS[name]
    kind = next((kind for start, kind in BEHIND.items() if name.startswith(start)), "topology")
    behind = objects[kind]
    if name == "team-invitation-revoke":
        behind = objects["invitation"].uid
    elif name.startswith("invitation"):
        behind = objects["invitation"].key
    parts = ALL[name].pattern.converters
    return {key: behind if key in ("uid", "key") else FIXED[key] for key in parts}


def url_of(name: str, objects: dict[str, Any]) -> str:
    return reverse(name, kwargs=arguments(name, objects)) + QUERIES.get(name, "")


def _file(text: str, name: str = "file.json") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def _measured() -> SimpleUploadedFile:
    text = "option,source,dest,percentile,value_us,tool,date,samples\n"
    return _file(text + "vpc-peering,use1-az1,use1-az3,p99,700,netperf,2026-01-02,20000\n", "b.csv")


def form_of(name: str) -> dict[str, Any]:
    """What a page's form sends."""
    own_price = {"service": "AmazonVPC", "usage_type": "TransitGateway-Bytes", "percent": "-5"}
    account = {
        "account": "111122224444",
        "name": "other",
        "regions": "eu-west-1",
        "role_arn": "",
        "contact": "network team",
    }
    return {
        "new": {key: field.initial for key, field in TwoVpcsForm().fields.items() if field.initial},
        "paste": {"text": json.dumps(document(name="pasted"))},
        "document": {"text": json.dumps(document(name="saved")), "expected": "2"},
        "share": {"days": "30"},
        "review-manifests": {"manifests": text_of(workload())},
        "latency-upload": {"file": _measured(), "tool": "auto"},
        "latency-zones": {"file": _file(json.dumps(ZONES)), "account": "111111111111"},
        "latency-withdraw": {"because": "wrong"},
        "prices-load": {"region": "eu-west-1"},
        "load-prices": {"region": "us-east-1"},
        "plan-compute": {"seconds": "60"},
        "plan-details-compute": {"part": "frontiers"},
        "price-override": own_price | {"reason": "contract"},
        "make-scenario": {"name": "a scenario"},
        "reviews-new": {"name": "reviews"},
        "review-keep": {"name": "reviews"},
        "topology-reviews-share": {"days": "30"},
        "topology-review": {
            "of": "service api", "review": "nat", "version": "2", "save": "1",
            "connections_per_second": "7", "connection_seconds": "9",
        },
        "editor": {"table": "flows", "version": "2", "0.gb_per_month": "3000"},
        "editor-bulk": {
            "table": "flows", "version": "2", "column": "gb_per_month", "value": "4000",
        },
        "editor-paste": {
            "table": "flows", "version": "2", "text": "name\tGB a month\nf\t5000",
        },
        "tokens": {"name": "new", "scope": "read", "days": "30"},
        "zone": {"time_zone": "Europe/Berlin"},
        "team-delete": {"name": "Default team"},
        "team-rename": {"name": "renamed"},
        "team-invite": {"role": "viewer", "note": "carol"},
        "team-role": {"role": "admin"},
        "team-new": {"name": "newer"},
        "finding-mute": {"days": "7", "note": "known"},
        "health-rule": {"is_on": "on", "threshold": "9", "n": "2", "m": "3", "reason": "so"},
        "health-cap": {"cap_usd": "7"},
        "health-owners": {"owner_keys": "Owner, team"},
        "health-account-add": account,
        "health-account": account,
        "health-source-add": {"name": "more", "url": "http://127.0.0.1:9090"},
        "webhook-add": {"name": "more", "shape": "standard", "url": "http://127.0.0.1:9000"},
        "report-schedule": {"has_reports": "on", "report_weekday": "2", "report_hour": "5"},
        "report-me": {},
        "recipient-add": {"address": "new@example.com"},
    }.get(name, {})  # fmt: skip


def body_of(name: str, objects: dict[str, Any]) -> dict[str, Any]:
    """What a script sends."""
    own_price = {"service": "AmazonVPC", "usage_type": "TransitGateway-Bytes", "percent": -5}
    topology = str(objects.get("topology"))
    return {
        "api-topologies": document(name="posted"),
        "api-topology": document(name="put"),
        "api-comparisons": {"topology": topology},
        "api-plans": {"topology": topology},
        "api-reviews": {"document": topology},
        "api-price-fetches": {"regions": ["eu-west-1"]},
        "api-price-overrides": own_price | {"reason": "contract"},
        "api-health-finding": {"acknowledge": True},
        "api-health-rule": {"threshold": 9, "n": 2, "m": 3, "reason": "so"},
        "api-report-schedule": {"has_reports": True, "report_weekday": 2, "report_hour": 5},
        "api-recipients": {"address": "new@example.com"},
    }.get(name, {})


def files_of(name: str) -> dict[str, Any]:
    """What a script sends as a form, with a file."""
    return {
        "api-latency-imports": {"file": _measured()},
        "api-zone-names": {"file": _file(json.dumps(ZONES)), "account": "111111111111"},
    }.get(name, {})
