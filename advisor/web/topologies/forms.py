"""The form for the first hour: two VPCs and one flow, without a line of YAML."""

from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.conf import settings

from advisor.web.one_line_fields import OneLineField
from connectivity.core.network.regions import AZ_PREFIXES
from connectivity.core.problems import Problem

SIDES = ("consumer", "provider")
AZ_HELP = "AZ IDs of the Region, such as euw1-az1 in eu-west-1, comma-separated."
REGIONS = [(region, region) for region in AZ_PREFIXES]
PROTOCOLS = [
    ("tcp", "TCP (including TLS passthrough)"),
    ("tls", "TLS, terminated at the load balancer"),
    ("http", "HTTP"),
    ("udp", "UDP"),
]


def _refills(side: str) -> forms.Select:
    """A Region whose change rewrites the AZ IDs beside it, and what both Regions lack.

    Without a script AZ IDs are typed, and a button shows what is lacking.
    """
    azs = f"#id_{side}_azs"
    other = "provider" if side == "consumer" else "consumer"
    return forms.Select(
        attrs={
            "hx-get": f"/topologies/new/azs/{side}/",
            "hx-include": f"{azs}, #id_{other}_region",
            "hx-target": azs,
            "hx-swap": "outerHTML",
            "hx-trigger": "change",
        }
    )


class TwoVpcsForm(forms.Form):
    """Prefilled with the reference case. What is wrong is said by the core, at its field."""

    name = forms.CharField(label="Name of this topology", initial="two-vpcs")
    same_organization = forms.BooleanField(
        label="Both accounts are in one AWS Organization", initial=True, required=False
    )

    consumer_vpc = forms.CharField(label="Name of the VPC", initial="clients")
    consumer_account = forms.CharField(label="Account ID", initial="111111111111")
    consumer_region = forms.ChoiceField(
        label="Region", choices=REGIONS, initial="us-east-1", widget=_refills("consumer")
    )
    consumer_cidr = forms.CharField(label="CIDR", initial="10.0.0.0/16")
    consumer_azs = forms.CharField(
        label="AZ IDs", initial="use1-az1, use1-az2, use1-az3", help_text=AZ_HELP
    )

    provider_vpc = forms.CharField(label="Name of the VPC", initial="orders")
    provider_account = forms.CharField(label="Account ID", initial="222222222222")
    provider_region = forms.ChoiceField(
        label="Region", choices=REGIONS, initial="us-east-1", widget=_refills("provider")
    )
    provider_cidr = forms.CharField(label="CIDR", initial="10.1.0.0/16")
    provider_azs = forms.CharField(
        label="AZ IDs", initial="use1-az1, use1-az2, use1-az3", help_text=AZ_HELP
    )

    service = forms.CharField(label="Name of the service", initial="orders-api")
    protocol = forms.ChoiceField(label="Protocol", choices=PROTOCOLS, initial="tcp")
    port = forms.IntegerField(label="Port", initial=443)

    gb_per_month = forms.FloatField(
        label="GB a month, both directions together",
        initial=102400,
        help_text="As billed by AWS: 1 GB is 2^30 bytes, 1 TB is 1,024 GB.",
    )
    response_percent = forms.FloatField(
        label="Of these, from service to consumer, %", initial=50, help_text="The response share."
    )
    crossing_percent = forms.FloatField(
        label="Of these, cross-AZ, %",
        initial=0,
        required=False,
        help_text="0 with zone-aware routing. Leave it empty if clients use any AZ.",
    )
    connections_per_second = forms.FloatField(label="New connections a second", initial=16.6667)
    connection_seconds = forms.FloatField(label="Connection lifetime, seconds", initial=120)
    requests_per_second = forms.FloatField(
        label="Requests a second",
        required=False,
        help_text="For HTTP: VPC Lattice bills requests. Leave it empty if unknown.",
    )
    max_idle_seconds = forms.FloatField(
        label="Longest idle period of a connection, seconds",
        required=False,
        help_text="Load balancers close idle connections, by default after 350 s.",
    )
    p99_budget_us = forms.FloatField(
        label="p99 budget for a round trip, µs", required=False, help_text="Empty: no budget."
    )

    GROUPS: ClassVar = (
        ("", ("name", "same_organization")),
        ("The consumer: where connections are initiated", "consumer_"),
        ("The provider: where the service is", "provider_"),
        ("The service", ("service", "protocol", "port")),
        (
            "The flow",
            (
                "gb_per_month",
                "response_percent",
                "crossing_percent",
                "connections_per_second",
                "connection_seconds",
                "requests_per_second",
                "max_idle_seconds",
                "p99_budget_us",
            ),
        ),
    )

    PLACES: ClassVar = {
        "name": "name",
        "accounts[0]": "consumer_account",
        "accounts[1]": "provider_account",
        "vpcs[0].name": "consumer_vpc",
        "vpcs[0].cidrs": "consumer_cidr",
        "vpcs[0].azs": "consumer_azs",
        "vpcs[1].name": "provider_vpc",
        "vpcs[1].cidrs": "provider_cidr",
        "vpcs[1].azs": "provider_azs",
        "services[0].name": "service",
        "services[0].port": "port",
        "flows[0].gb_per_month": "gb_per_month",
        "flows[0].response_share": "response_percent",
        "flows[0].cross_az_share": "crossing_percent",
        "flows[0].connections_per_second": "connections_per_second",
        "flows[0].connection_seconds": "connection_seconds",
        "flows[0].requests_per_second": "requests_per_second",
        "flows[0].max_idle_seconds": "max_idle_seconds",
        "flows[0].p99_budget_us": "p99_budget_us",
    }

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings."""
        return [
            (
                heading,
                [
                    self[name]
                    for name in (
                        [field for field in self.fields if field.startswith(names)]
                        if isinstance(names, str)
                        else names
                    )
                ],
            )
            for heading, names in self.GROUPS
        ]

    def document(self) -> dict[str, Any]:
        """The topology document that the form describes."""
        data = self.cleaned_data
        organization = {"organization": "o-main"} if data["same_organization"] else {}
        accounts = [
            {"id": data[f"{side}_account"], "name": data[f"{side}_vpc"], **organization}
            for side in SIDES
        ]
        if accounts[0]["id"] == accounts[1]["id"]:
            accounts.pop()
        service = {name: data[name] for name in ("protocol", "port")}
        return {
            "version": 1,
            "name": data["name"],
            "accounts": accounts,
            "vpcs": [self._vpc("consumer"), self._vpc("provider")],
            "services": [{"name": data["service"], "vpc": data["provider_vpc"], **service}],
            "flows": [self._flow()],
        }

    def show(self, problems: list[Problem]) -> None:
        """Every problem of the document at the field that it came from."""
        for path, problem in problems:
            field = next((f for place, f in self.PLACES.items() if path.startswith(place)), None)
            if field == "crossing_percent" and 0 <= self.cleaned_data[field] <= 100:
                problem = self._forced()
            self.add_error(field, problem if field else f"{path}: {problem}")

    def _forced(self) -> str:
        """Why the share of bytes that cross AZs cannot be, in the form's own terms."""
        ours, theirs = (_words(self.cleaned_data[f"{side}_azs"]) for side in SIDES)
        if set(ours).isdisjoint(theirs):
            return (
                "The VPCs have no AZ in common: all traffic is cross-AZ. Leave it empty, or "
                "enter 100."
            )
        return (
            "Both VPCs are in the same single AZ: no traffic is cross-AZ. Leave it empty, or "
            "enter 0."
        )

    def _vpc(self, side: str) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "name": data[f"{side}_vpc"],
            "account": data[f"{side}_account"],
            "region": data[f"{side}_region"],
            "cidrs": _words(data[f"{side}_cidr"]),
            "azs": _words(data[f"{side}_azs"]),
        }

    def _flow(self) -> dict[str, Any]:
        data = self.cleaned_data
        flow = {
            "name": f"{data['consumer_vpc']}-to-{data['provider_vpc']}",
            "from": data["consumer_vpc"],
            "to": data["service"],
            "gb_per_month": data["gb_per_month"],
            "response_share": data["response_percent"] / 100,
            "connections_per_second": data["connections_per_second"],
            "connection_seconds": data["connection_seconds"],
        }
        if data["crossing_percent"] is not None:
            flow["cross_az_share"] = data["crossing_percent"] / 100
        known = ("requests_per_second", "max_idle_seconds", "p99_budget_us")
        return flow | {name: data[name] for name in known if data[name] is not None}


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


class DocumentForm(forms.Form):
    """A document, pasted or uploaded."""

    text = forms.CharField(
        label="Document, JSON or YAML",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 22, "spellcheck": "false"}),
    )
    file = forms.FileField(label="Or a file", required=False)
    expected = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("file") and not data.get("text", "").strip():
            raise forms.ValidationError("Paste a document, or choose a file.")
        limit = settings.MAX_DOCUMENT_BYTES
        if data.get("file") and data["file"].size > limit:
            raise forms.ValidationError(
                f"The file has {data['file'].size:,} bytes; more than {limit:,} are read only by "
                "manage.py compare."
            )
        return data

    def read(self) -> bytes:
        """The bytes of the document; a file wins over the text."""
        file = self.cleaned_data["file"]
        return bytes(file.read() if file else self.cleaned_data["text"].encode())


class ZoneForm(forms.Form):
    """A time zone by its IANA name."""

    time_zone = forms.ChoiceField(
        label="Time zone",
        choices=lambda: [(timezone, timezone) for timezone in sorted(available_timezones())],
    )


class TokenForm(forms.Form):
    """A new API token."""

    name = OneLineField(max_length=100, label="Purpose")
    scope = forms.ChoiceField(
        label="Scope",
        choices=[("read", "read and compare"), ("write", "read, compare and store")],
    )
    days = forms.IntegerField(
        label="Days until it expires", initial=365, min_value=1, max_value=730
    )
