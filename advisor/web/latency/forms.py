"""Forms for what people bring: prices of their own, and measurements."""

from typing import Any

from django import forms
from django.core.files.base import File

from advisor.web.one_line_fields import OneLineField
from advisor.web.topologies.forms import REGIONS
from connectivity.core.latency.aggregation import STATISTICS
from connectivity.core.options import OPTIONS
from connectivity.importers.latency import LARGEST, TOOLS
from connectivity.measurements import Filing
from costmodel.core.overrides import Override
from costmodel.ingest import services


class OverrideForm(forms.Form):
    """What a team pays instead of a list price."""

    service = forms.ChoiceField(choices=lambda: [(name, name) for name in services()])
    usage_type = OneLineField(
        label="Usage type",
        required=False,
        max_length=100,
        help_text="Without its Region prefix, such as TransitGateway-Bytes; empty: the whole "
        "service.",
    )
    operation = OneLineField(
        required=False,
        max_length=100,
        help_text="Such as TransitGatewayVPC; empty: every operation.",
    )
    region = forms.ChoiceField(
        choices=[("", "all Regions"), *REGIONS], required=False, label="Region"
    )
    to_region = forms.ChoiceField(
        choices=[("", "everywhere"), *REGIONS],
        required=False,
        label="To Region",
        help_text="For cross-Region data transfer.",
    )
    percent = forms.DecimalField(
        label="Percent",
        required=False,
        min_value=-100,
        max_value=1000,
        decimal_places=4,
        help_text="-12 is 12 % less than the list price.",
    )
    usd = forms.DecimalField(
        label="or USD per unit",
        required=False,
        min_value=0,
        max_value=1_000_000,
        decimal_places=10,
        help_text="A single rate instead of all tiers.",
    )
    reason = OneLineField(max_length=300, help_text="Shown to others next to each figure.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        given = [data.get("percent") is not None, data.get("usd") is not None]
        if sum(given) != 1 and not self.errors:
            raise forms.ValidationError("Give either percent or USD.")
        return data

    def override(self) -> Override:
        return Override(**self.cleaned_data)


class MeasurementForm(forms.Form):
    """A tool's output, and where it belongs."""

    file = forms.FileField(help_text="The unmodified output of the tool; netperf -k is best.")
    source = OneLineField(
        label="From", required=False, max_length=30, help_text="AZ ID or Region of the client."
    )
    destination = OneLineField(
        label="To", required=False, max_length=30, help_text="AZ ID or Region of the server."
    )
    option = forms.ChoiceField(
        choices=lambda: [("", "from the file"), *((key, key) for key in OPTIONS.by_key)],
        required=False,
    )
    instance_type = OneLineField(
        label="Instance type of both hosts", required=False, max_length=30, help_text="c5n.xlarge"
    )
    tool = forms.ChoiceField(
        choices=lambda: [("auto", "detected from the content"), *((t, t) for t in TOOLS)]
    )
    unit = forms.ChoiceField(
        choices=[("", "from the file"), ("ns", "ns"), ("us", "µs"), ("ms", "ms"), ("s", "s")],
        required=False,
        help_text="Only for files without units (.hgrm, encoded histograms).",
    )
    statistic = forms.ChoiceField(
        choices=[("", "from the file"), *((name, name) for name in STATISTICS)],
        required=False,
        help_text="Only for files that do not name it (matrices, single values of Prometheus).",
    )
    host = OneLineField(
        required=False,
        max_length=200,
        help_text="Only for a file with several hosts: the one to read.",
    )
    tag = OneLineField(
        required=False,
        max_length=200,
        help_text="Only for a file with several tags or series: the one to read.",
    )
    account = OneLineField(
        label="Account of AZ names",
        required=False,
        max_length=12,
        help_text="Only for AZ names (us-east-1a) of an account whose "
        "describe-availability-zones was uploaded.",
    )
    is_trial = forms.BooleanField(label="Check only, store nothing", required=False)

    def clean_file(self) -> "File[bytes]":
        file: File[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(
                f"It has {file.size:,} bytes; at most {LARGEST:,} are read."
            )
        return file

    def filing(self) -> Filing:
        data = self.cleaned_data
        names = (
            "source", "destination", "option", "tool", "host", "tag", "instance_type", "account",
        )  # fmt: skip
        return Filing(
            **{name: data[name] for name in names},
            unit=data["unit"] or None,
            statistic=data["statistic"] or None,
        )
