"""Forms of the health pages."""

from typing import Any

from django import forms

from advisor.web.lines import Line
from connectivity.health.aws_accounts import Wish
from connectivity.health.rule_settings import Numbers


class AccountForm(forms.Form):
    """An account that is to be watched."""

    account = Line(label="Account ID", max_length=14, help_text="Twelve digits.")
    name = Line(max_length=100, required=False, help_text="A name your team recognises.")
    regions = Line(
        max_length=300,
        help_text="Comma-separated. Global Accelerator is included if us-west-2 is among them.",
        widget=forms.TextInput(attrs={"placeholder": "eu-west-1, us-east-1"}),
    )
    role_arn = Line(
        label="Role ARN",
        max_length=200,
        required=False,
        help_text="ARN of the role that the account's page generates; leave it empty until the "
        "role exists. Without it no request is made.",
    )

    def wish(self) -> Wish:
        data = self.cleaned_data
        regions = tuple(region.strip() for region in data["regions"].split(",") if region.strip())
        account = data["account"].replace("-", "").strip()
        return Wish(account, data["name"].strip(), regions, data["role_arn"].strip())


class SourceForm(forms.Form):
    """A Prometheus server."""

    name = Line(max_length=100)
    url = Line(
        label="Address",
        max_length=300,
        help_text="Such as http://prometheus.internal:9090. Its host must be among OUTBOUND_HOSTS.",
    )


class WebhookForm(forms.Form):
    """An address that is told what happens."""

    name = Line(max_length=100)
    url = Line(
        label="Address",
        max_length=500,
        help_text="It receives a signed JSON body when a finding opens, worsens or closes. Slack "
        "incoming webhooks work without an adapter.",
    )


class CapForm(forms.Form):
    """What asking may cost."""

    cap_usd = forms.DecimalField(
        label="At most, USD a month", min_value=0, max_value=100_000, decimal_places=2
    )


class MuteForm(forms.Form):
    """For how long, and why."""

    days = forms.TypedChoiceField(
        label="For",
        coerce=int,
        choices=[(1, "a day"), (7, "a week"), (30, "30 days"), (0, "good")],
    )
    note = Line(label="Why", max_length=300)


class RuleForm(forms.Form):
    """A team's own numbers for a rule."""

    is_on = forms.BooleanField(label="Evaluate this rule", required=False)
    threshold = forms.FloatField(required=False)
    n = forms.IntegerField(label="n", required=False, min_value=1, max_value=60)
    m = forms.IntegerField(label="of m data points", required=False, min_value=1, max_value=60)
    reason = Line(max_length=300, required=False)

    def numbers(self) -> Numbers:
        data: dict[str, Any] = self.cleaned_data
        return Numbers(data["is_on"], data["threshold"], data["n"], data["m"], data["reason"])
