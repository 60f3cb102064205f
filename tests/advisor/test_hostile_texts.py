"""Whatever somebody can store is text on every page, export and mail: nothing runs, nothing leads.

Each text field of each model has an entry below; a new one without fails. What is stored is put
into the rows as they are, past every form, since a form is not the only way in.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from email import message_from_bytes, policy
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.forms import BaseForm, CharField, TextInput
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from advisor.models import Job, Membership, Recipient, Role, Team, User
from advisor.reports import making
from advisor.reports.mail import asking_mail, trial_mail
from advisor.webhooks.message import message_of
from advisor.webhooks.shapes import SHAPES
from connectivity.actions import create_topology, save_topology
from connectivity.core.as_json.dataclass_values import plain as plain_values
from connectivity.core.document.fields import Fields
from connectivity.kept_plans.told import Told
from connectivity.models import IncidentEvent, KeptPlan, LatencyUpload, PlanNews, Resource, Topology
from costmodel.models import PriceList
from tests import hostile
from tests.doors import ALL, objects_of, url_of
from tests.factories import account, document, flow

pytestmark = pytest.mark.django_db
Shape = Callable[[str], Any]

TEXTS = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
OURS = "a word, digest or key of ours, or what a list of ours offers"
NUMBERED = "refused unless it is an account, a Region, an AZ, a date or an address of that form"
ELSEWHERE = "on no page, in no export and in no mail"


def plain(text: str) -> str:
    return text


def told_plan(text: str) -> Told:
    """Flows and prices are named in its sentences."""
    usd = Decimal(1)
    return Told("cheaper", 1, "2026-11-26", usd, usd, usd, usd, [text, text], [], None, text)


def entries(*names: str) -> Shape:
    """A mapping with these keys, or a list of texts without."""
    return lambda text: [dict.fromkeys(names, text)] if names else [text, text]


FIELDS: dict[str, Shape | str] = {
    "advisor.Team.name": plain,
    "advisor.Team.slug": OURS,
    "advisor.Team.time_zone": OURS,
    "advisor.User.username": plain,
    "advisor.User.first_name": plain,
    "advisor.User.last_name": plain,
    "advisor.User.email": plain,
    "advisor.User.password": OURS,
    "advisor.Invitation.note": plain,
    "advisor.ApiToken.name": plain,
    "advisor.ApiToken.digest": OURS,
    "advisor.ApiToken.token_key": OURS,
    "advisor.AuditEntry.object_repr": plain,
    "advisor.AuditEntry.changes": lambda text: {text: [text, text], "name": ["", text]},
    "advisor.AuditEntry.door": plain,
    "advisor.AuditEntry.agent": plain,
    "advisor.AuditEntry.event": OURS,
    "advisor.AuditEntry.object_pk": OURS,
    "advisor.AuditEntry.cid": plain,
    "advisor.AuditEntry.serialized_data": ELSEWHERE,
    "advisor.AuditEntry.changes_text": ELSEWHERE,
    "advisor.AuditEntry.additional_data": ELSEWHERE,
    "advisor.AuditEntry.actor_email": ELSEWHERE,
    "advisor.Job.kind": OURS,
    "advisor.Job.request_id": plain,
    "advisor.Job.arguments": lambda text: {"regions": [text], "account": text},
    "advisor.Job.problems": entries("path", "problem"),
    "advisor.Job.so_far": OURS,
    "advisor.Job.result": lambda text: {
        "price_list": text,
        "account": text,
        "skipped": [{"count": text, "why": text}],
        "regions": [
            {"region": text, "problem": "", "refused": {text: text}, "statement": text},
            {"region": text, "problem": text, "refused": {}, "statement": ""},
        ],
    },
    "advisor.CallerCount.key": OURS,
    "advisor.CallerCount.leases": OURS,
    "advisor.StoredReply.key": ELSEWHERE,
    "advisor.StoredReply.request_sha256": OURS,
    "advisor.StoredReply.body": ELSEWHERE,
    "advisor.Report.week": OURS,
    "advisor.Report.content": "made of what stands in the others: tests/advisor/reports",
    "advisor.Recipient.address": plain,
    "advisor.Delivery.problem": plain,
    "advisor.ShareLink.query": "an address that the form of the comparison made, read as one",
    "advisor.Webhook.name": plain,
    "advisor.Webhook.url": plain,
    "advisor.Webhook.shape": OURS,
    "advisor.Webhook.routing_key": NUMBERED,
    "advisor.Webhook.secret": OURS,
    "advisor.Webhook.old_secrets": OURS,
    "advisor.WebhookDelivery.problem": plain,
    "connectivity.AwsAccount.account": NUMBERED,
    "connectivity.AwsAccount.name": plain,
    "connectivity.AwsAccount.role_arn": plain,
    "connectivity.AwsAccount.external_id": OURS,
    "connectivity.AwsAccount.contact": plain,
    "connectivity.AwsAccount.regions": NUMBERED,
    "connectivity.AwsAccount.trouble": OURS,
    "connectivity.AwsAccount.trouble_text": ELSEWHERE,
    "connectivity.PrometheusSource.name": plain,
    "connectivity.PrometheusSource.url": plain,
    "connectivity.Collection.region": NUMBERED,
    "connectivity.Collection.task": OURS,
    "connectivity.Collection.problem": plain,
    "connectivity.Collection.refused": entries(),
    "connectivity.Collection.notes": entries(),
    "connectivity.Collection.troubles": lambda text: [["trust", text, text]],
    "connectivity.Collection.price_list": ELSEWHERE,
    "connectivity.Spending.region": NUMBERED,
    "connectivity.Resource.region": NUMBERED,
    "connectivity.Resource.kind": OURS,
    "connectivity.Resource.aws_id": plain,
    "connectivity.Resource.key": plain,
    "connectivity.Resource.name": plain,
    "connectivity.Resource.facts": lambda text: {
        "mode": text, "az": text, "routes": [{"subnet": text, "az": text}], "addresses": 1,
        "connectivity": text, "vpc": text, "subnet": text, "tags": {text: text}, text: text,
        "created": None,
    },
    "connectivity.Resource.tags": ELSEWHERE,
    "connectivity.Resource.tagged_owner": lambda text: text[:256],
    "connectivity.HealthSettings.owner_keys": entries(),
    "connectivity.Resource.state": OURS,
    "connectivity.Resource.why": plain,
    "connectivity.Resource.rule": OURS,
    "connectivity.Resource.verdicts": lambda text: [
        {"rule": "NAT-PORTS", "part": text, "state": "critical", "value": 1.0, "why": text}
    ],
    "connectivity.Resource.bill": lambda text: [
        {"what": text, "usd": None, "amount": None, "gap": text}
    ],
    "connectivity.Series.namespace": NUMBERED,
    "connectivity.Series.metric": plain,
    "connectivity.Series.dimensions": lambda text: [[text, text]],
    "connectivity.Series.digest": OURS,
    "connectivity.Series.statistic": OURS,
    "connectivity.Series.tier": OURS,
    "connectivity.Series.part": plain,
    "connectivity.Finding.rule": OURS,
    "connectivity.Finding.part": plain,
    "connectivity.Finding.severity": OURS,
    "connectivity.Finding.why": plain,
    "connectivity.Incident.cause": OURS,
    "connectivity.Incident.severity": OURS,
    "connectivity.IncidentEvent.what": OURS,
    "connectivity.IncidentEvent.severity": OURS,
    "connectivity.IncidentEvent.was": OURS,
    "connectivity.IncidentEvent.rule": OURS,
    "connectivity.IncidentEvent.part": plain,
    "connectivity.IncidentEvent.detail": plain,
    "connectivity.FindingEvent.what": OURS,
    "connectivity.FindingEvent.detail": plain,
    "connectivity.RuleSetting.rule": OURS,
    "connectivity.RuleSetting.reason": plain,
    "connectivity.LatencySet.name": OURS,
    "connectivity.LatencySet.as_of": OURS,
    "connectivity.LatencySet.sha256": OURS,
    "connectivity.LatencyCell.option": OURS,
    "connectivity.LatencyCell.from_az": NUMBERED,
    "connectivity.LatencyCell.to_az": NUMBERED,
    "connectivity.LatencyCell.basis": OURS,
    "connectivity.LatencyCell.as_of": OURS,
    "connectivity.LatencyCell.source": plain,
    "connectivity.LatencyCell.comment": plain,
    "connectivity.LatencyUpload.name": plain,
    "connectivity.LatencyUpload.raw": lambda text: text.encode(),
    "connectivity.LatencyUpload.key": OURS,
    "connectivity.LatencyUpload.tool": OURS,
    "connectivity.Measurement.option": OURS,
    "connectivity.Measurement.source": plain,
    "connectivity.Measurement.destination": plain,
    "connectivity.Measurement.tool": plain,
    "connectivity.Measurement.tool_version": plain,
    "connectivity.Measurement.test": plain,
    "connectivity.Measurement.connection": OURS,
    "connectivity.Measurement.loop": OURS,
    "connectivity.Measurement.instance_type": plain,
    "connectivity.Measurement.sketch": OURS,
    "connectivity.Measurement.direction_note": plain,
    "connectivity.Measurement.notes": entries(),
    "connectivity.Measurement.taken": plain,
    "connectivity.Measurement.origin": plain,
    "connectivity.Measurement.withdrawn_because": plain,
    "connectivity.MeasuredCell.option": OURS,
    "connectivity.MeasuredCell.source": plain,
    "connectivity.MeasuredCell.destination": plain,
    "connectivity.MeasuredCell.method": OURS,
    "connectivity.MeasuredCell.figures": OURS,
    "connectivity.MeasuredCell.grade": OURS,
    "connectivity.MeasuredCell.as_of": plain,
    "connectivity.MeasuredCell.basis": OURS,
    "connectivity.MeasuredCell.hidden": OURS,
    "connectivity.ZoneName.account": NUMBERED,
    "connectivity.ZoneName.name": plain,
    "connectivity.ZoneName.az": NUMBERED,
    "connectivity.KeptPlan.design": lambda text: {text: "privatelink"},
    "connectivity.KeptPlan.price_list": ELSEWHERE,
    "connectivity.KeptPlan.latencies": ELSEWHERE,
    "connectivity.KeptPlan.looked_inputs": OURS,
    "connectivity.KeptPlan.problem": plain,
    "connectivity.PlanNews.what": OURS,
    "connectivity.PlanNews.content": lambda text: plain_values(told_plan(text)),
    "connectivity.Topology.name": plain,
    "connectivity.TopologyVersion.document": "see DOCUMENT below",
    "connectivity.TopologyVersion.sha256": OURS,
    "costmodel.PriceList.name": plain,
    "costmodel.PriceList.as_of": OURS,
    "costmodel.PriceList.sha256": OURS,
    "costmodel.PriceList.counts": lambda text: {
        "read": 1, "kept": 1, "skipped": [{"count": 1, "why": text}], "files": [text],
    },
    "costmodel.PriceList.overrides": OURS,
    "costmodel.Price.service": OURS,
    "costmodel.Price.usage_type": OURS,
    "costmodel.Price.operation": OURS,
    "costmodel.Price.region": NUMBERED,
    "costmodel.Price.to_region": NUMBERED,
    "costmodel.Price.unit": OURS,
    "costmodel.Price.source": plain,
    "costmodel.Price.as_of": OURS,
    "costmodel.PriceOverride.service": plain,
    "costmodel.PriceOverride.usage_type": plain,
    "costmodel.PriceOverride.operation": plain,
    "costmodel.PriceOverride.region": NUMBERED,
    "costmodel.PriceOverride.to_region": NUMBERED,
    "costmodel.PriceOverride.reason": plain,
    "account.EmailAddress.email": plain,
    "account.EmailConfirmation.key": OURS,
    "mfa.Authenticator.data": OURS,
    "usersessions.UserSession.user_agent": plain,
    "usersessions.UserSession.session_key": OURS,
    "usersessions.UserSession.data": OURS,
    "socialaccount.SocialAccount.provider": OURS,
    "socialaccount.SocialAccount.uid": plain,
    "socialaccount.SocialAccount.extra_data": lambda text: {"email": text, "name": text},
}  # fmt: skip
NOT_USED = {"auth", "contenttypes", "sessions"}
NOT_USED |= {"socialaccount.SocialApp", "socialaccount.SocialToken"}
"""Django's and the library's own rows, in which nothing of anybody is kept."""


def text_fields() -> Iterator[tuple[str, Any]]:
    for model in apps.get_models():
        if not {model._meta.app_label, model._meta.label} & NOT_USED:
            for field in model._meta.fields:
                if isinstance(field, TEXTS) and not field.choices:
                    yield f"{model._meta.label}.{field.name}", field


def test_every_text_that_can_be_stored_has_an_entry() -> None:
    assert {name for name, _ in text_fields()} == set(FIELDS)


# --- the document: what a topology may say


def hostile_document(text: str) -> dict[str, Any]:
    """Every text of a document that is not from a list."""
    text = text[:180]
    first, second, service = f"{text} v1", f"{text} v2", f"{text} s"
    topology = document(
        flow(name=f"{text} f", **{"from": first, "to": service}, note=text),
        flow(name=f"{text} g", **{"from": [first], "to": second}),
        name=f"{text} t",
        note=text,
        policies=[{"forbid": "vpc-peering", "between": [text, text], "because": text}],
        quotas=[
            {
                "account": "111111111111",
                "rule": "PEER-07",
                "value": 100,
                "by": text,
                "because": text,
            }
        ],
        connections=[{"kind": "peering", "id": text, "between": [first, second]}],
        accounts=[account(i * 12, name=f"{text} {i}", organization=text) for i in "12"],
    )
    topology["vpcs"][0] |= {"name": first, "environment": text}
    topology["vpcs"][1] |= {"name": second, "environment": text}
    topology["services"] = [{"name": service, "vpc": second, "port": 443, "x-owner": text}]
    return topology


OF_A_FORM = {"id", "account", "hub_account", "azs", "cidrs", "cidr", "az"}
"""Texts of the document that are refused unless they are accounts, zones or networks; `id` of an
account is, that of a connection is free."""


def test_every_free_text_of_a_document_is_hostile(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the reader itself: whatever it reads as text and chooses from no list of its own."""
    free: set[str] = set()
    hostile_keys: set[str] = set()
    read = Fields._text

    def noting(self: Fields, value: Any, key: str, among: Any) -> Any:
        key = key.partition("[")[0]
        if not among:
            free.add(key)
        if isinstance(value, str) and "<script>" in value:
            hostile_keys.add(key)
        return read(self, value, key, among)

    monkeypatch.setattr(Fields, "_text", noting)
    create_topology(user.team_id, hostile_document(hostile.MARKUP))
    assert free - hostile_keys - OF_A_FORM == set()


# --- everything, everywhere


LIKE_ADDRESSES = ("url", "uid", "role_arn", "email", "address", "source", "origin", "agent")


def is_address(name: str, text: str) -> bool:
    """What a page might make a link of."""
    return text == hostile.FORMULA and name in LIKE_ADDRESSES


def poison(text: str, user: User, uid: Any) -> None:
    """The text into every row of every field."""
    save_topology(user.team_id, uid, hostile_document(text))
    for name, field in text_fields():
        shape = FIELDS[name]
        if isinstance(shape, str):
            continue
        model = apps.get_model(*name.split(".")[:2])
        for pk in model.objects.values_list("pk", flat=True):
            end = f" {str(pk)[:20]}" if field.max_length else ""  # what must differ does
            most = (field.max_length or 10_000) - len(end)
            filled = hostile.ADDRESS if is_address(field.name, text) else text
            model.objects.filter(pk=pk).update(**{field.name: shape(filled[:most] + end)})


@pytest.fixture
def stored(user: User) -> dict[str, Any]:
    """Something of every kind, so that every page has a row of everything."""
    objects = objects_of(user)
    Membership.objects.filter(user=user).update(role=Role.ADMIN)
    for kind, state in (
        ("fetch-prices", "done"), ("check-account", "done"), ("compare", "failed"),
        ("fetch-prices", "failed"), ("aws-latency", "queued"),
    ):  # fmt: skip
        row = {"team": user.team, "user": user, "arguments": {}, "finished_at": timezone.now()}
        Job.objects.create(kind=kind, state=state, **row)
    topology = Topology.objects.get(uid=objects["topology"])
    KeptPlan.objects.create(topology=topology, problem="not known")
    PlanNews.objects.create(
        topology=topology, at=timezone.now(), what="cheaper", content=plain_values(told_plan("a"))
    )
    PriceList.objects.create(name="own", as_of="2026-01-01", sha256="1", team=user.team)
    return objects


def addresses(stored: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every page that is read, and each job's."""
    for name in sorted(ALL):
        yield name, url_of(name, stored)
    for uid in Job.objects.values_list("uid", flat=True):
        yield "job", f"/jobs/{uid}/"


IN_PARTS = {"topology", "job"}
"""Answers htmx with a part."""


def content_of(response: Any) -> str:
    parts = response.streaming_content if response.streaming else [response.content]
    return b"".join(parts).decode()


SAFE_KINDS = {
    "application/json", "application/yaml", "application/vnd.oai.openapi", "text/csv", "text/plain",
    "text/markdown", "application/octet-stream", "text/html", "application/openmetrics-text",
    "application/zip", "image/svg+xml", "",
}  # fmt: skip


def in_zip(content: bytes) -> Iterator[str]:
    """Members that lie elsewhere, and tables that a spreadsheet computes."""
    with ZipFile(BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith("/") or ".." in name or not name.isprintable():
                yield f"lies at {name!r}"
            if name.endswith(".csv"):
                yield from hostile.in_csv(archive.read(name).decode())


def wrong_in(response: Any) -> list[str]:
    """What is executable, computed or leads away in an answer, by its kind."""
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    if response.status_code >= 500:
        return [f"status {response.status_code}: {response.exc_info}"]
    if kind not in SAFE_KINDS or response.headers["X-Content-Type-Options"] != "nosniff":
        return [f"is sent as {kind!r}"]
    if kind == "application/zip":
        return list(in_zip(response.getvalue()))
    text = content_of(response)
    if kind == "text/html":
        policy = response.headers.get("Content-Security-Policy", "")
        without = [] if "default-src 'self'" in policy and "'none'" in policy else ["no CSP"]
        is_mail = response.resolver_match.url_name in ("report-mail", "report-preview-mail")
        return [*hostile.in_html(text, is_mail=is_mail), *without]
    if kind == "image/svg+xml":
        is_saved = response.headers.get("Content-Disposition", "").startswith("attachment")
        return [*hostile.in_html(text), *([] if is_saved else ["is shown, not saved"])]
    if kind == "text/csv":
        return list(hostile.in_csv(text))
    return list(hostile.in_markdown(text)) if kind == "text/markdown" else []


@pytest.mark.parametrize("text", [hostile.MARKUP, hostile.FORMULA], ids=["markup", "formula"])
def test_nothing_that_is_stored_runs_or_leads_anywhere(
    signed_in: Client, user: User, stored: dict[str, Any], text: str
) -> None:
    poison(text, user, stored["topology"])
    signed_in.raise_request_exception = False
    wrong, shown = {}, 0
    for name, url in addresses(stored):
        for headers in ({}, {"HX-Request": "true"}) if name in IN_PARTS else ({},):
            response = signed_in.get(url, headers=headers)
            shown += response.status_code == 200
            if problems := wrong_in(response):
                wrong[name] = problems[:3]
    assert wrong == {}
    assert shown > 75


def every_field() -> dict[str, str]:
    """The fields of all forms of the product and of the sign-in, each with a hostile text."""
    names = {name for form in forms_of(BaseForm) for name in form.base_fields}
    names |= {"text", "because", "back", "note", "document", "rows", "next", "q", "key", "name"}
    return dict.fromkeys(names - {"csrfmiddlewaretoken"}, hostile.MARKUP)


def forms_of(kind: Any) -> Iterator[Any]:
    for form in kind.__subclasses__():
        if form.__module__.startswith(("advisor.", "allauth.")) and hasattr(form, "base_fields"):
            yield form
        yield from forms_of(form)


def test_what_a_form_or_an_address_gives_back_is_text(
    signed_in: Client, user: User, stored: dict[str, Any]
) -> None:
    Membership.objects.filter(user=user).update(role=Role.ADMIN)
    signed_in.raise_request_exception = False
    fields, wrong, shown = every_field(), {}, 0
    for name in sorted(ALL):
        if name in ("account_logout", "team-leave"):
            continue
        url = url_of(name, stored)
        kind = {"content_type": "application/json"} if name.startswith("api-") else {}
        with transaction.atomic():
            answers = [signed_in.get(url, fields), signed_in.post(url, fields, **kind)]
            transaction.set_rollback(True)
        signed_in.force_login(user)
        for response in answers:
            shown += not response.streaming and b"alert(1)" in response.content
            leads = response.headers.get("Location", "")
            problems = wrong_in(response) if response.headers.get("Content-Type") else []
            if problems or hostile.HOST in urlsplit(leads).netloc:
                wrong[name] = [*problems[:3], leads]
    assert wrong == {}
    assert shown > 15


def test_a_mail_has_no_header_link_or_image_of_somebody_elses(
    signed_in: Client, user: User, stored: dict[str, Any]
) -> None:
    for text in (hostile.MARKUP, hostile.FORMULA, hostile.LINES):
        poison(text if text.isprintable() else hostile.MARKUP, user, stored["topology"])
        Team.objects.update(name=text[:100])
        Resource.objects.update(name=text)
        team = Team.objects.get(pk=user.team_id)
        mail = trial_mail(making.so_far(team), team.name, "reader@example.com")
        sent = message_from_bytes(mail.message().as_bytes(), policy=policy.default)
        assert sent["Bcc"] is None
        assert sent["To"] == "reader@example.com"
        assert "evil" not in str(sent["From"])
        body, html = (sent.get_body((kind,)).get_content() for kind in ("plain", "html"))
        assert list(hostile.in_html(html, is_mail=True)) == []
        assert list(hostile.in_text(body)) == []
        assert "evil" in html
        asking = asking_mail(Recipient.objects.select_related("team").first())
        asking.to = ["reader@example.com"]
        sent = message_from_bytes(asking.message().as_bytes(), policy=policy.default)
        assert (sent["Bcc"], list(hostile.in_text(sent.get_content()))) == (None, [])


def test_what_a_chat_is_told_has_no_link_and_no_mention(stored: dict[str, Any]) -> None:
    for text in (hostile.MARKUP, hostile.FORMULA, hostile.LINES):
        Resource.objects.update(name=text[:300])
        IncidentEvent.objects.update(detail=text)
        message = message_of(IncidentEvent.objects.get())
        body_text = SHAPES["standard"].body(message, "")["text"]
        assert not re.search(r"<(?!$)[^\n]*>", body_text)
        assert list(hostile.in_text(body_text.rpartition("\n")[0])) == []
        assert "<!channel>" not in body_text


@pytest.mark.parametrize("name", [hostile.MARKUP, hostile.LINES, '"; filename="x.html', "é.txt"])
def test_a_file_keeps_its_name_and_gives_no_header(
    signed_in: Client, stored: dict[str, Any], name: str
) -> None:
    LatencyUpload.objects.update(name=name[:200])
    response = signed_in.get(url_of("latency-file", stored))
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert re.fullmatch(r'attachment; filename="[\w.=?-]+"', response["Content-Disposition"])
    assert "Bcc" not in response.headers


UNSEEN = ("a\u202eb", "a\u200bb", "a\x1b[31mb", "a\u2066b", "a\nb", "a\u2028b")
BY_THE_CORE = "TwoVpcsForm"  # whose names are a document's, which refuses them itself


def test_no_name_or_reason_holds_what_cannot_be_seen(db: None) -> None:
    """What turns a line round, or ends it, would tell something else in a list and in the log."""
    lines = 0
    for form in forms_of(BaseForm):
        if not form.__module__.startswith("advisor.web.") or form.__name__ == BY_THE_CORE:
            continue
        for name, field in form.base_fields.items():
            if type(field.widget) is TextInput and isinstance(field, CharField):
                lines += 1
                for text in UNSEEN:
                    with pytest.raises(ValidationError, match="cannot be seen"):
                        field.clean(text)
                assert field.clean("Üb 3 – 日本") == "Üb 3 – 日本", name
    assert lines > 12


def test_the_api_takes_no_unseen_reason_either(api: APIClient, user: User) -> None:
    price = {"service": "AmazonVPC", "usage_type": "VpcEndpoint-Hours", "usd": "1"}
    refused = api.post(reverse("api-price-overrides"), price | {"reason": UNSEEN[0]}, format="json")
    assert refused.status_code == 400
    assert "U+202E, which cannot be seen" in refused.content.decode()
    assert not user.team.priceoverride_set.exists()
