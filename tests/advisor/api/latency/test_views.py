"""Measurements over REST and by command."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from rest_framework.test import APIClient

from connectivity.models import Measurement

SAMPLES = Path(__file__).parents[3] / "samples" / "latency"
KEYVAL = SAMPLES / "netperf_tcp_rr_keyval.txt"
URL = "/api/v1/latency/imports/"
HERE = {"from_az": "use1-az1", "to_az": "use1-az2", "option": "vpc-peering"}
KEYS = {"tool", "tool_version", "p50_us", "p90_us", "p99_us", "mean_us", "min_us", "max_us"}
KEYS |= {"stddev_us", "samples", "loss", "direction_note"}


def upload(path: Path = KEYVAL) -> SimpleUploadedFile:
    return SimpleUploadedFile(path.name, path.read_bytes())


def test_an_upload_is_read_filed_and_listed(api: APIClient) -> None:
    answer = api.post(URL, {"file": upload(), **HERE}, format="multipart")
    assert answer.status_code == 201
    (measurement,) = answer.json()["measurements"]
    assert measurement.keys() >= KEYS
    assert (measurement["p50_us"], measurement["p99_us"], measurement["samples"]) == (
        71,
        148,
        40312,
    )
    again = api.post(URL, {"file": upload(), **HERE}, format="multipart")
    assert (again.status_code, Measurement.objects.count()) == (200, 1)
    listed = api.get("/api/v1/latency/measurements/?option=vpc-peering").json()
    assert (listed["count"], listed["results"][0]["p99_us"]) == (1, 148)
    assert api.get("/api/v1/latency/measurements/?option=privatelink").json()["count"] == 0


def test_a_dry_run_stores_nothing(api: APIClient) -> None:
    answer = api.post(URL, {"file": upload(), **HERE, "dry_run": "true"}, format="multipart")
    assert (answer.status_code, Measurement.objects.count()) == (200, 0)


def test_an_idempotency_key_stands_for_one_file(api: APIClient) -> None:
    key = {"HTTP_IDEMPOTENCY_KEY": "once"}
    first = api.post(URL, {"file": upload(), **HERE}, format="multipart", **key)
    again = api.post(URL, {"file": upload(), **HERE}, format="multipart", **key)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    other = {"file": upload(), **HERE, "option": "transit-gateway"}
    assert api.post(URL, other, format="multipart", **key).status_code == 409


def test_a_refused_file_says_every_problem_with_its_line(api: APIClient) -> None:
    bad = SAMPLES / "bad" / "matrix_unknown_az.csv"
    answer = api.post(URL, {"file": upload(bad)}, format="multipart")
    assert answer.status_code == 400
    assert [problem["path"] for problem in answer.json()["problems"]] == [
        "line 2",
        "line 3",
        "line 4",
    ]
    assert api.post(URL, HERE, format="multipart").status_code == 400


THREE = SAMPLES / "bad" / "fping_three_hosts.txt"
TAGS = SAMPLES / "bad" / "hdrhistogram_two_tags.hlog"


def test_of_several_hosts_or_tags_one_is_filed(api: APIClient) -> None:
    refused = api.post(URL, {"file": upload(THREE), **HERE}, format="multipart")
    assert refused.status_code == 400
    assert "'10.0.0.7', '10.9.0.7', '10.8.0.7'" in refused.json()["problems"][0]["problem"]
    near = {**HERE, "host": "10.0.0.7"}
    answer = api.post(URL, {"file": upload(THREE), **near}, format="multipart").json()
    (measurement,) = answer["measurements"]
    assert (measurement["mean_us"], measurement["resolution_us"]) == (121, 1)
    assert (measurement["host"], measurement["tag"]) == ("10.0.0.7", None)
    assert answer["problems"] == []
    tagged = {**HERE, "unit": "ns", "tag": "write"}
    answer = api.post(URL, {"file": upload(TAGS), **tagged}, format="multipart").json()
    assert [
        (measurement["tag"], measurement["samples"]) for measurement in answer["measurements"]
    ] == [("write", 1000)]
    assert Measurement.objects.count() == 2


def test_figures_that_hardly_belong_to_their_places_are_marked(api: APIClient) -> None:
    far = {**HERE, "host": "10.9.0.7"}
    answer = api.post(URL, {"file": upload(THREE), **far}, format="multipart")
    (problem,) = answer.json()["problems"]
    assert (answer.status_code, problem["path"]) == (201, "line 2")
    assert (
        "the min of 61,100 µs is not plausible between use1-az1 and use1-az2"
        in (problem["problem"])
    )
    assert problem["problem"] in answer.json()["measurements"][0]["notes"]
    listed = api.get("/api/v1/latency/measurements/").json()["results"]
    assert problem["problem"] in listed[0]["notes"]
    regions = {"from_az": "us-east-1", "to_az": "us-west-2", "option": "vpc-peering"}
    answer = api.post(
        URL, {"file": upload(THREE), **regions, "host": "10.9.0.7"}, format="multipart"
    )
    assert (answer.status_code, answer.json()["problems"]) == (201, [])


def test_an_application_may_think_longer_than_azs_are_apart(api: APIClient) -> None:
    slow = SAMPLES / "autocannon_table.txt"
    answer = api.post(URL, {"file": upload(slow), **HERE}, format="multipart")
    assert (answer.status_code, answer.json()["problems"]) == (201, [])


def test_withdrawing_needs_a_reason(api: APIClient) -> None:
    api.post(URL, {"file": upload(), **HERE}, format="multipart")
    url = f"/api/v1/latency/measurements/{Measurement.objects.get().uid}/"
    for nothing in ("", "?because=", "?because=%0D", "?because=%E2%80%83%01"):
        assert api.delete(url + nothing).status_code == 400
    assert api.delete(f"{url}?because=wrong+host").status_code == 204
    (measurement,) = api.get("/api/v1/latency/measurements/").json()["results"]
    assert (measurement["is_withdrawn"], measurement["withdrawn_because"]) == (True, "wrong host")


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("import_latency", *arguments, stdout=out)
    return out.getvalue()


ENDS = ("--from-az", "use1-az1", "--to-az", "use1-az2", "--option", "vpc-peering")


@pytest.mark.usefixtures("user")
def test_the_command_prints_what_it_read_and_says_whether_it_stored_it() -> None:
    answer = json.loads(command(str(KEYVAL), *ENDS, "--dry-run", "--format", "json"))
    assert answer["problems"] == []
    assert answer["measurements"][0].keys() >= KEYS
    assert not Measurement.objects.exists()
    assert "1 measurement: stored" in command(str(KEYVAL), *ENDS)
    assert "nothing new" in command(str(KEYVAL), *ENDS)


@pytest.mark.usefixtures("user")
def test_the_command_takes_one_host_and_one_tag_and_warns(
    capfd: pytest.CaptureFixture[str],
) -> None:
    table = command(str(THREE), *ENDS, "--host", "10.9.0.7")
    assert "61,800" in table
    assert "not plausible" in table
    assert "line 2: the min of 61,100 µs is not plausible" in capfd.readouterr().err
    tag = ("--tag", "read", "--unit", "ns", "--dry-run", "--format", "json")
    answer = json.loads(command(str(TAGS), *ENDS, *tag))
    assert [measurement["tag"] for measurement in answer["measurements"]] == ["read"]
    with pytest.raises(SystemExit):
        command(str(THREE), *ENDS)
    assert "say which with --host" in capfd.readouterr().err


@pytest.mark.usefixtures("user")
def test_the_command_refuses_with_status_2(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        command(str(SAMPLES / "bad" / "empty.txt"), *ENDS)
    assert stop.value.code == 2
    assert "line 1: the file is empty" in capfd.readouterr().err
    with pytest.raises(SystemExit):
        command("no-such-file", *ENDS)
    assert not Measurement.objects.exists()


def test_cells_over_rest_say_what_they_rest_on(api: APIClient) -> None:
    api.post(URL, {"file": upload(), **HERE}, format="multipart")
    url = "/api/v1/latency/cells/?option=vpc-peering&source=use1-az1&destination=use1-az2"
    published, own = api.get(url).json()["results"]
    assert (published["basis"], published["figures"]["p99"]["us"]) == ("published", 595)
    assert (own["basis"], own["grade"], own["samples"]) == ("measured", "medium", 40312)
    assert own["figures"]["p99"] == {"us": 148, "low": 148, "high": 148}
    assert own["method"]["tool"] == "netperf"
    assert api.get("/api/v1/latency/cells/?option=cloud-wan").json()["count"] == 0


def test_a_nul_in_an_address_is_no_error(api: APIClient) -> None:
    for url in (
        "/api/v1/latency/measurements/?option=a%00b",
        "/api/v1/latency/cells/?option=%00",
        "/api/v1/prices/?region=%00us-east-1",
    ):
        assert api.get(url).status_code == 200
    assert api.get("/api/v1/prices/?price_list=%00x").status_code == 400
    assert api.get("/api/v1/prices/changes/?old=x%00").status_code == 400
