"""The matrix and what is behind it."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from advisor.models import User
from connectivity.actions import create_topology
from connectivity.importers.latency import TOOLS
from connectivity.measurements import Filing, file_measurements
from connectivity.models import LatencyUpload, Measurement
from tests.factories import document
from tests.pages import text_of

SAMPLES = Path(__file__).parents[3] / "samples" / "latency"
KEYVAL = SAMPLES / "netperf_tcp_rr_keyval.txt"


def filed(user: User, name: str, source: str, destination: str, option: str) -> None:
    where = Filing(source=source, destination=destination, option=option)
    file_measurements(user.team_id, name, (SAMPLES / name).read_bytes(), where)


def page(client: Client, name: str, **asked: str) -> str:
    response = client.get(reverse(name), asked)
    assert response.status_code == 200
    return text_of(response)


def test_missing_lost_and_too_few_are_three_things(signed_in: Client, user: User) -> None:
    filed(user, "netperf_tcp_rr_keyval.txt", "use1-az1", "use1-az2", "transit-gateway")
    filed(user, "ping_iputils_all_lost.txt", "use1-az2", "use1-az3", "transit-gateway")
    filed(user, "ping_iputils.txt", "use1-az3", "use1-az1", "transit-gateway")
    text = page(signed_in, "latency", option="transit-gateway", basis="measured")
    assert text.count('title="no data"') == 6  # nothing is mirrored
    assert 'title="all lost">lost</a>' in text
    assert 'title="too few samples">n/a</a>' in text
    assert ">148</a>" in text
    assert ">71</a>" in page(signed_in, "latency", option="transit-gateway", statistic="p50")


def test_the_published_figures_are_there_from_the_start(signed_in: Client) -> None:
    text = page(signed_in, "latency", option="privatelink")
    assert ">1,215</a>" in text
    assert "published, 2020" in text
    assert "No figures" in page(signed_in, "latency", option="cloud-wan")
    assert "No figures" in page(signed_in, "latency", option="privatelink", grade="high")
    assert page(signed_in, "latency", option="zebra", statistic="p42", region="x")


def test_a_cell_opens_its_measurements_with_method_and_file(signed_in: Client, user: User) -> None:
    filed(user, "netperf_tcp_rr_keyval.txt", "use1-az1", "use1-az2", "vpc-peering")
    asked = {"option": "vpc-peering", "from": "use1-az1", "to": "use1-az2"}
    text = page(signed_in, "latency-cell", **asked)
    assert "netperf TCP_RR" in text
    assert "40312" in text
    assert "published table" in text
    upload = LatencyUpload.objects.get()
    response = signed_in.get(reverse("latency-file", args=[upload.uid]))
    assert response.content == KEYVAL.read_bytes()
    assert response["Content-Disposition"] == 'attachment; filename="netperf_tcp_rr_keyval.txt"'
    measurement = Measurement.objects.get()
    url = reverse("latency-withdraw", args=[measurement.uid])
    assert "give a reason" in signed_in.post(url, {"because": ""}, follow=True).content.decode()
    back = f"{reverse('latency-cell')}?option=vpc-peering&from=use1-az1&to=use1-az2"
    after = signed_in.post(url, {"because": "wrong host", "back": back}, follow=True)
    assert "wrong host" in after.content.decode()
    away = signed_in.post(url, {"because": "x", "back": "https://elsewhere.example/"})
    assert away["Location"] == reverse("latency")


def test_the_page_names_every_tool_that_is_read(signed_in: Client) -> None:
    listed = page(signed_in, "latency-upload").partition("Output of ")[2].partition(";")[0]
    assert listed.split(", ") == list(TOOLS)


def test_what_a_file_does_not_name_can_be_said_on_the_page(signed_in: Client) -> None:
    form = {"source": "use1-az1", "destination": "use1-az2", "option": "vpc-peering"}
    form |= {"tool": "auto", "unit": "s", "statistic": "p50", "is_trial": "on"}
    with (SAMPLES / "prometheus_p50.json").open("rb") as file:
        answer = signed_in.post(reverse("latency-upload"), {**form, "file": file})
    assert "p50 in s as you said" in answer.content.decode()


def test_an_upload_is_read_first_if_wanted_then_kept(signed_in: Client, user: User) -> None:
    form = {"source": "use1-az1", "destination": "use1-az2", "option": "vpc-peering"}
    form |= {"tool": "auto"}

    def sent(**more: str) -> str:
        file = SimpleUploadedFile("one.txt", KEYVAL.read_bytes())
        answer = signed_in.post(
            reverse("latency-upload"), {**form, **more, "file": file}, follow=True
        )
        return answer.content.decode()

    assert "148 µs" in sent(is_trial="on")
    assert not Measurement.objects.exists()
    assert "AZ name" in sent(source="us-east-1a")
    assert "1 measurements of netperf stored" in sent()
    assert "nothing is new" in sent()


def test_an_upload_takes_one_host_and_one_tag_and_warns(signed_in: Client, user: User) -> None:
    form = {"source": "use1-az1", "destination": "use1-az2", "option": "vpc-peering"}
    form |= {"tool": "auto", "unit": "ns"}

    def sent(name: str, **more: str) -> str:
        file = SimpleUploadedFile("one.txt", (SAMPLES / "bad" / name).read_bytes())
        answer = signed_in.post(
            reverse("latency-upload"), {**form, **more, "file": file}, follow=True
        )
        return answer.content.decode()

    assert "say which with --host" in sent("fping_three_hosts.txt")
    read = sent("fping_three_hosts.txt", host="10.9.0.7", is_trial="on")
    assert '<span class="tag warn">not plausible</span>' in read
    assert "the min of 61,100 µs is not plausible" in sent("fping_three_hosts.txt", host="10.9.0.7")
    asked = {"option": "vpc-peering", "from": "use1-az1", "to": "use1-az2"}
    assert "the min of 61,100 µs is not plausible" in page(signed_in, "latency-cell", **asked)
    assert "hdrhistogram stored" in sent("hdrhistogram_two_tags.hlog", tag="read")
    assert Measurement.objects.count() == 2


def test_what_goes_out_comes_in_again(signed_in: Client, user: User, stranger: User) -> None:
    filed(user, "netperf_tcp_rr_keyval.txt", "use1-az1", "use1-az2", "vpc-peering")
    for kind in ("csv", "json"):
        body = signed_in.get(reverse(f"latency-{kind}"), {"option": "vpc-peering"}).content
        runs = file_measurements(stranger.team_id, f"x.{kind}", body, Filing()).runs
        own = next(run for run in runs if run.tool == "netperf")
        assert (own.figures["p99"], own.figures["min"], own.samples) == (148, 12, 40312)
        assert {run.origin for run in runs if run.tool != "netperf"} == {"published"}
    assert json.loads(body)["format"] == "latency-cells-1"


@pytest.fixture
def reference(user: User) -> UUID:
    return create_topology(user.team_id, document()).topology.uid


def test_the_kit_names_hosts_commands_and_the_cell(
    signed_in: Client, user: User, reference: UUID
) -> None:
    url = reverse("latency-kit", args=[reference])
    text = signed_in.get(url).content.decode()
    assert "sudo chrt -f 50 netserver -D -p 12865" in text
    assert "-P ,1234 -r 1,1 -k MIN_LATENCY" in text
    assert "PrivateLink, use1-az1 to use1-az2" in text
    assert "Two TCP listeners" in text
    command = "-F from_az=use1-az1 -F to_az=use1-az2 -F option=privatelink -F"
    assert command in text
    filed(user, "netperf_tcp_rr_keyval.txt", "use1-az1", "use1-az2", "privatelink")
    assert command not in signed_in.get(url).content.decode()


def test_other_teams_find_nothing(
    client: Client, user: User, stranger: User, reference: UUID
) -> None:
    filed(user, "netperf_tcp_rr_keyval.txt", "use1-az1", "use1-az2", "vpc-peering")
    client.force_login(stranger)
    upload, measurement = LatencyUpload.objects.get(), Measurement.objects.get()
    assert client.get(reverse("latency-file", args=[upload.uid])).status_code == 404
    assert (
        client.post(
            reverse("latency-withdraw", args=[measurement.uid]), {"because": "x"}
        ).status_code
        == 404
    )
    assert client.get(reverse("latency-kit", args=[reference])).status_code == 404
    asked = {"option": "vpc-peering", "from": "use1-az1", "to": "use1-az2"}
    assert "No measurements of your own" in page(client, "latency-cell", **asked)


ZONES = b'{"AvailabilityZones": [{"ZoneName": "us-east-1a", "ZoneId": "use1-az4"}]}'


def test_az_names_are_kept_by_account(signed_in: Client) -> None:
    def sent(**form: object) -> str:
        return signed_in.post(reverse("latency-zones"), form, follow=True).content.decode()

    assert "Nothing was stored" in sent(account="111111111111")
    file = SimpleUploadedFile("zones.json", ZONES)
    assert "not a 12-digit account ID" in sent(account="acme", file=file)
    file = SimpleUploadedFile("zones.json", ZONES)
    assert "1 AZ names of account 111111111111 are known" in (
        sent(account="111111111111", file=file)
    )
