"""Forms of the health pages."""

from typing import Any

from django import forms

from advisor.web.one_line_fields import OneLineField
from advisor.webhooks.endpoints import Wish as Webhook
from advisor.webhooks.shapes import SHAPES
from connectivity.health.accounts.aws_accounts import Wish
from connectivity.health.judging.rule_settings import Numbers


class AccountForm(forms.Form):
    """An account that is to be watched."""

    account = OneLineField(label="Account ID", max_length=14, help_text="Twelve digits.")
    name = OneLineField(max_length=100, required=False, help_text="A name your team recognises.")
    regions = OneLineField(
        max_length=300,
        help_text="Comma-separated. Global Accelerator is included if us-west-2 is among them.",
        widget=forms.TextInput(attrs={"placeholder": "eu-west-1, us-east-1"}),
    )
    role_arn = OneLineField(
        label="Role ARN",
        max_length=200,
        required=False,
        help_text="ARN of the role that the account's page generates; leave it empty until the "
        "role exists. Without it no request is made.",
    )
    contact = OneLineField(
        label="Owner",
        max_length=100,
        required=False,
        help_text="Who is asked about resources whose tags name no owner.",
    )

    def wish(self) -> Wish:
        data = self.cleaned_data
        regions = tuple(region.strip() for region in data["regions"].split(",") if region.strip())
        account = data["account"].replace("-", "").strip()
        role_arn, contact = data["role_arn"].strip(), data["contact"].strip()
        return Wish(account, data["name"].strip(), regions, role_arn, contact=contact)


class SourceForm(forms.Form):
    """A Prometheus server."""

    name = OneLineField(max_length=100)
    url = OneLineField(
        label="Address",
        max_length=300,
        help_text="Such as http://prometheus.internal:9090. Its host must be among OUTBOUND_HOSTS.",
    )


class WebhookForm(forms.Form):
    """An address that is told what happens."""

    name = OneLineField(max_length=100)
    shape = forms.ChoiceField(
        label="Format",
        choices=[(shape.key, shape.name) for shape in SHAPES.values()],
        initial="standard",
    )
    url = OneLineField(
        label="Address",
        max_length=500,
        help_text="Its host must be among OUTBOUND_HOSTS. PagerDuty listens at "
        "https://events.pagerduty.com/v2/enqueue, Alertmanager at …/api/v2/alerts.",
    )
    routing_key = OneLineField(
        label="Integration Key",
        max_length=40,
        required=False,
        help_text="For PagerDuty: 32 characters, of an Events API v2 integration.",
    )

    def wish(self) -> Webhook:
        data = self.cleaned_data
        return Webhook(data["name"], data["url"], data["shape"], data["routing_key"])


class CapForm(forms.Form):
    """What asking may cost."""

    cap_usd = forms.DecimalField(
        label="At most, USD a month", min_value=0, max_value=100_000, decimal_places=2
    )


class OwnerKeysForm(forms.Form):
    """Which tags name the owner of a resource."""

    owner_keys = OneLineField(label="Tags that name the owner", max_length=1_000, required=False)

    def keys(self) -> list[str]:
        names = (name.strip() for name in self.cleaned_data["owner_keys"].split(","))
        return list(dict.fromkeys(name for name in names if name))


class MuteForm(forms.Form):
    """For how long, and why."""

    days = forms.TypedChoiceField(
        label="For",
        coerce=int,
        choices=[(1, "a day"), (7, "a week"), (30, "30 days"), (0, "good")],
    )
    note = OneLineField(label="Why", max_length=300)


class RuleForm(forms.Form):
    """A team's own numbers for a rule."""

    is_on = forms.BooleanField(label="Evaluate this rule", required=False)
    threshold = forms.FloatField(required=False)
    n = forms.IntegerField(label="n", required=False, min_value=1, max_value=60)
    m = forms.IntegerField(label="of m data points", required=False, min_value=1, max_value=60)
    reason = OneLineField(max_length=300, required=False)

    def numbers(self) -> Numbers:
        data: dict[str, Any] = self.cleaned_data
        return Numbers(data["is_on"], data["threshold"], data["n"], data["m"], data["reason"])
