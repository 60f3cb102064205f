"""Pages and files say what distance says between Regions, and never as a p99."""

import csv
import io
import json
from html import unescape
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from advisor.models import User
from advisor.text.escaping import markdown_safe
from connectivity.actions import create_topology
from connectivity.importers.latency import places
from connectivity.measurements import Filing, file_measurements
from tests import pages
from tests.factories import document, flow, vpc

OHIO = ["use2-az1", "use2-az2"]
INSTEAD = "at least 65.9 ms; typically about 110 ms (error -41 % to +25 %: 88 to 187 ms)"
MATRIX = {"option": "", "statistic": "p50"}
CELL = {"option": "", "from": "us-east-2", "to": "eu-central-1"}


def far(**changes: object) -> dict[str, object]:
    vpcs = [
        vpc("clients", "111111111111", "10.0.0.0/16", region="us-east-2", azs=OHIO),
        vpc("orders", "222222222222", "10.1.0.0/16", region="eu-central-1", azs=["euc1-az1"]),
    ]
    return document(flow(**changes), vpcs=vpcs)


@pytest.fixture
def uid(user: User) -> UUID:
    return create_topology(user.team_id, far()).topology.uid


def text_of(client: Client, name: str, *args: object, **asked: str) -> str:
    response = client.get(reverse(name, args=args), asked)
    assert response.status_code == 200
    return unescape(pages.text_of(response))


def test_the_comparison_shows_bound_and_estimate_beside_no_p99(
    signed_in: Client, uid: UUID
) -> None:
    text = text_of(signed_in, "topology", uid)
    assert f"no p99 known; {INSTEAD}" in text
    assert f"no p99 is known for this Region pair; {INSTEAD}" in text
    assert "it is not a p99 and does not affect the recommendation" in text


def test_files_have_them_as_figures_and_as_words(signed_in: Client, uid: UUID) -> None:
    text = text_of(signed_in, "comparison-csv", uid)
    head, first = list(csv.reader(io.StringIO(text)))[:2]
    row = dict(zip(head, first, strict=True))
    assert (row["worst_p99_us"], row["bound_us"], row["typical_us"]) == ("", "65915", "110294")
    assert (row["typical_error_low"], row["typical_error_high"]) == ("-0.41", "0.25")
    assert markdown_safe(f"no data; {INSTEAD}") in text_of(signed_in, "comparison-md", uid)


@pytest.mark.django_db
def test_the_command_says_them_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "far.json"
    file.write_text(json.dumps(far()))
    call_command("compare", str(file))
    assert capsys.readouterr().out.count(f"cross-Region, instead of a p99: {INSTEAD}") == 1


def test_the_matrix_of_regions_is_full_from_the_start(signed_in: Client) -> None:
    medians = text_of(signed_in, "latency", **MATRIX)
    assert f'title="{INSTEAD}">≈\u202f110,000</a>' in medians
    assert medians.count("≈\u202f") == 34 * 33
    bounds = text_of(signed_in, "latency", option="", statistic="p99")
    assert "≥\u202f65,915</a>" in bounds
    assert "≈\u202f" not in bounds
    for narrow in ({"basis": "measured"}, {"grade": "high"}):
        assert "No figures" in text_of(signed_in, "latency", **MATRIX, **narrow)


def test_a_measured_square_has_its_figure_and_no_estimate(signed_in: Client, user: User) -> None:
    file = b"""{"metadata": {"percentile": "p_50"},
        "data": {"us-east-2": {"eu-central-1": 96.9, "ap-southeast-1": 221.35}}}"""
    file_measurements(user.team_id, "matrix.json", file, Filing())
    text = text_of(signed_in, "latency", **MATRIX)
    assert ">96,900</a>" in text
    assert ">221,350</a>" in text
    assert text.count("≈\u202f") == 34 * 33 - 2
    cell = text_of(signed_in, "latency-cell", **CELL)
    assert f"6,830 km apart: {INSTEAD}" in cell
    assert "Impossible" not in cell


def test_a_figure_filed_before_it_was_refused_is_called_impossible(
    signed_in: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = b'{"metadata":{"percentile":"p_50"},"data":{"us-east-2":{"eu-central-1":9.6}}}'
    monkeypatch.setattr(places, "between", lambda source, destination: None)
    file_measurements(user.team_id, "matrix.json", file, Filing())
    assert "it was filed under the wrong Regions" in text_of(signed_in, "latency-cell", **CELL)


def test_inside_a_region_a_cell_has_no_distance(signed_in: Client) -> None:
    asked = {"option": "vpc-peering", "from": "use1-az1", "to": "use1-az2"}
    assert "What distance says" not in text_of(signed_in, "latency-cell", **asked)


def test_one_sentence_says_what_one_measurement_would_tell(signed_in: Client, user: User) -> None:
    vpcs = [
        vpc("clients", "111111111111", "10.0.0.0/16", region="us-east-2", azs=OHIO),
        vpc("orders", "222222222222", "10.1.0.0/16", region="us-east-2", azs=OHIO),
    ]
    uid = create_topology(user.team_id, document(vpcs=vpcs)).topology.uid
    sentence = "No p99 is known within us-east-2: one single-VPC measurement across two of its AZs"
    text = text_of(signed_in, "topology", uid)
    assert sentence in text
    assert f'<a href="{reverse("latency-kit", args=[uid])}">How to measure</a>' in text
    printed = text_of(signed_in, "print", uid)
    assert sentence in printed
    assert "How to measure" not in printed
    own = b"source,dest,percentile,value_us,option\nuse2-az1,use2-az2,p99,700,single-vpc\n"
    file_measurements(user.team_id, "one.csv", own, Filing())
    assert sentence not in text_of(signed_in, "topology", uid)


def test_the_kit_measures_between_the_regions(signed_in: Client, uid: UUID) -> None:
    text = text_of(signed_in, "latency-kit", uid)
    assert "-F from_az=us-east-2 -F to_az=eu-central-1 -F option=vpc-peering" in text


def test_cells_over_rest_include_estimates_when_asked(api: APIClient, user: User) -> None:
    url = "/api/v1/latency/cells/?option="
    assert api.get(url).json()["count"] == 0
    file = b'{"metadata":{"percentile":"p_50"},"data":{"us-east-2":{"eu-central-1":96.9}}}'
    file_measurements(user.team_id, "matrix.json", file, Filing())
    asked = f"{url}&include=estimates&source=us-east-2&destination="
    (own,) = api.get(f"{asked}eu-central-1").json()["results"]
    assert (own["bound_us"], own["typical_us"], own["typical_error"]) == (65915, None, None)
    (estimate,) = api.get(f"{asked}eu-west-1").json()["results"]
    assert (estimate["basis"], estimate["figures"], estimate["runs"]) == ("estimated", {}, 0)
    assert estimate["bound_us"] < estimate["typical_us"]
    assert estimate["typical_error"] == [-0.41, 0.25]
    assert estimate.keys() == own.keys()
    assert api.get(f"{url}&include=estimates").json()["count"] == 34 * 33
    assert api.get(f"{url}&include=guesses").status_code == 400
