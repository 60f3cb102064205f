"""Files of measurements in the database: filed once, derived, withdrawn, reproducible."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from advisor.models import Team, User
from connectivity import models, queries
from connectivity.core.problems import DocumentRefused
from connectivity.measurements import Filing, file_measurements, name_zones, withdraw

SAMPLES = Path(__file__).parents[1] / "samples" / "latency"
KEYVAL = (SAMPLES / "netperf_tcp_rr_keyval.txt").read_bytes()
HERE = Filing("use1-az1", "use1-az2", "vpc-peering", instance_type="c5n.xlarge")
CELL = ("vpc-peering", "use1-az1", "use1-az2")


@pytest.fixture
def team(user: User) -> Team:
    return user.team


def test_a_file_is_kept_whole_once_however_often_it_is_sent(team: Team) -> None:
    assert file_measurements(team.pk, "one.txt", KEYVAL, HERE).is_new
    assert not file_measurements(team.pk, "again.txt", KEYVAL, HERE).is_new
    other = Filing(source="use1-az2", destination="use1-az1", option="vpc-peering")
    assert file_measurements(team.pk, "one.txt", KEYVAL, other).is_new
    assert models.Measurement.objects.count() == models.MeasuredCell.objects.count() == 2
    assert bytes(models.LatencyUpload.objects.first().raw) == KEYVAL  # type: ignore[union-attr]


def test_what_is_refused_leaves_nothing(team: Team) -> None:
    before = models.LatencySet.objects.count()
    with pytest.raises(DocumentRefused):
        file_measurements(team.pk, "cut.txt", KEYVAL[:-9], HERE)
    assert not models.LatencyUpload.objects.exists()
    assert models.LatencySet.objects.count() == before


def test_a_comparison_reads_the_teams_own_figure_and_a_pinned_one_stays(team: Team) -> None:
    published = queries.latencies(team.pk)
    file_measurements(team.pk, "one.txt", KEYVAL, HERE)
    own = queries.latencies(team.pk)
    assert (own.read(*CELL).us, own.read(*CELL).basis) == (148, "measured")
    assert queries.latencies(team.pk, published.name).read(*CELL).basis == "published"
    file_measurements(team.pk, "two.txt", KEYVAL.replace(b"=148", b"=168"), HERE)
    assert queries.latencies(team.pk).read(*CELL).us == 158
    queries._latencies.cache_clear()
    assert queries.latencies(team.pk, own.name).read(*CELL).us == 148


def test_files_that_do_not_say_everything_are_not_put_together(team: Team) -> None:
    unsaid = replace(HERE, instance_type="")
    for name, file in (("one.txt", KEYVAL), ("two.txt", KEYVAL.replace(b"=148", b"=168"))):
        file_measurements(team.pk, name, file, unsaid)
    assert [measured_cell.runs for measured_cell in models.MeasuredCell.objects.all()] == [1, 1]


def test_a_withdrawn_measurement_leaves_its_cell_and_stays_readable(team: Team) -> None:
    file_measurements(team.pk, "one.txt", KEYVAL, HERE)
    pinned = queries.latencies(team.pk).name
    measurement = models.Measurement.objects.get()
    with pytest.raises(DocumentRefused, match="give a reason"):
        withdraw(team.pk, measurement.uid, " ")
    withdraw(team.pk, measurement.uid, "the client shared its host")
    withdraw(team.pk, measurement.uid, "again")
    assert not models.MeasuredCell.objects.exists()
    assert queries.latencies(team.pk).read(*CELL).basis == "published"
    measurement.refresh_from_db()
    assert measurement.withdrawn_because == "the client shared its host"
    queries._latencies.cache_clear()
    assert queries.latencies(team.pk, pinned).read(*CELL).us == 148


def test_other_teams_see_and_withdraw_nothing(team: Team, stranger: User) -> None:
    file_measurements(team.pk, "one.txt", KEYVAL, HERE)
    assert queries.latencies(stranger.team.pk).read(*CELL).basis == "published"
    with pytest.raises(models.Measurement.DoesNotExist):
        withdraw(stranger.team.pk, models.Measurement.objects.get().uid, "not mine")


@pytest.mark.parametrize(
    ("filing", "problem"),
    [
        (Filing(), "does not state between which AZs"),
        (Filing(source="use1-az1", destination="use1-az2"), "does not state the option"),
        (Filing(source="use1-az1", option="vpc-peering"), "both from and to"),
        (Filing(source="us-east-1a", destination="use1-az2"), "AZ name"),
        (Filing(source="use1-bos1-az1", destination="use1-az2"), "is a Local Zone or a Wavelength"),
        (Filing(source="use1-az1", destination="usw2-az1"), "different Regions"),
        (Filing(source="use1-az1", destination="use1-az2", option="peering"), "vpc-peering"),
        (Filing(unit="fortnights"), "not one of ns"),
        (Filing(account="111111111111"), "upload them first"),
    ],
)
def test_where_a_file_cannot_be_filed(team: Team, filing: Filing, problem: str) -> None:
    with pytest.raises(DocumentRefused, match=problem):
        file_measurements(team.pk, "one.txt", KEYVAL, filing)


OHIO_TO_FRANKFURT = Filing("us-east-2", "eu-central-1", "vpc-peering")
TIDY = "source,dest,percentile,value_us,option\n{},{},{},{},vpc-peering\n"


def test_what_is_faster_than_light_was_measured_elsewhere(team: Team) -> None:
    with pytest.raises(DocumentRefused) as refused:
        file_measurements(team.pk, "one.txt", KEYVAL, OHIO_TO_FRANKFURT)
    problem = str(refused.value.problems[0])
    assert "impossible between us-east-2 and eu-central-1: over 6,830 km no round trip" in problem
    assert "faster than 65,915 µs; give the Regions" in problem
    assert not models.LatencyUpload.objects.exists()


@pytest.mark.parametrize("statistic", ["min", "p50", "p99", "max", "mean"])
@pytest.mark.parametrize("ends", [("us-east-2", "eu-central-1"), ("eu-central-1", "us-east-2")])
def test_the_bound_is_the_last_that_is_possible(
    team: Team, statistic: str, ends: tuple[str, str]
) -> None:
    below, at = (TIDY.format(*ends, statistic, us).encode() for us in (65914, 65915))
    with pytest.raises(DocumentRefused, match=f"the {statistic} of 65,914 µs is impossible"):
        file_measurements(team.pk, "one.csv", below, Filing())
    assert file_measurements(team.pk, "one.csv", at, Filing()).is_new


@pytest.mark.parametrize("ends", [("us-east-1", "us-east-1"), ("cn-north-1", "eu-central-1")])
def test_without_a_bound_nothing_is_refused(team: Team, ends: tuple[str, str]) -> None:
    file = TIDY.format(*ends, "p50", 40).encode()
    assert file_measurements(team.pk, "one.csv", file, Filing()).is_new


def test_what_is_filed_for_two_regions_is_read_by_comparisons(team: Team) -> None:
    rows = [TIDY.format("us-east-2", "eu-central-1", "p99", 99000)]
    rows += ["us-east-1,eu-west-1,p50,67000,vpc-peering\n"]
    file_measurements(team.pk, "one.csv", "".join(rows).encode(), Filing())
    matrix = b'{"metadata":{"percentile":"p_50"},"data":{"us-east-1":{"eu-west-2":76.5}}}'
    file_measurements(team.pk, "matrix.json", matrix, Filing())
    known = queries.latencies(team.pk)
    own = known.read("vpc-peering", "use2-az3", "euc1-az2")
    assert (own.us, own.basis, own.typical_us) == (99000, "measured", None)
    median = known.read("vpc-peering", "use1-az1", "euw1-az1")
    assert median.median is not None
    assert (median.us, median.median.us, median.typical_us) == (None, 67000, None)
    assert known.read("transit-gateway", "use1-az1", "euw1-az1").typical_us == 89121
    matrix_only = known.read("transit-gateway", "use1-az1", "euw2-az1")
    assert matrix_only.median is not None
    assert (matrix_only.median.us, matrix_only.typical_us) == (76500, None)


def test_a_file_that_names_its_ends_is_not_filed_elsewhere(team: Team) -> None:
    csv = b"option,source,dest,percentile,value_us\nvpc-peering,use1-az1,use1-az2,p99,640\n"
    with pytest.raises(DocumentRefused, match="the file says option vpc-peering"):
        file_measurements(team.pk, "one.csv", csv, Filing(option="transit-gateway"))
    assert file_measurements(team.pk, "one.csv", csv, Filing()).runs[0].figures == {"p99": 640}


ZONES = b"""{"AvailabilityZones": [
 {"ZoneName": "us-east-1a", "ZoneId": "use1-az4", "ZoneType": "availability-zone"},
 {"ZoneName": "us-east-1b", "ZoneId": "use1-az6"},
 {"ZoneName": "us-east-1-bos-1a", "ZoneId": "use1-bos1-az1", "ZoneType": "local-zone"}]}
"""


def test_paths_of_network_flow_monitor_are_a_matrix_of_azs_and_regions(team: Team) -> None:
    paths = (SAMPLES / "network_flow_monitor_paths.json").read_bytes()
    with pytest.raises(DocumentRefused, match="does not state the option"):
        file_measurements(team.pk, "paths.json", paths, Filing())
    filed = file_measurements(team.pk, "paths.json", paths, Filing(option="transit-gateway"))
    assert len(filed.runs) == 3
    own = queries.latencies(team.pk).read("transit-gateway", "use1-az1", "use1-az2")
    assert (own.us, own.basis, own.source) == (
        911.25,
        "measured",
        "aws-network-flow-monitor TCP_RTT",
    )
    file_measurements(
        team.pk, "later.json", paths.replace(b"911", b"931"), Filing(option="transit-gateway")
    )
    assert queries.latencies(team.pk).read("transit-gateway", "use1-az1", "use1-az2").us == 921.25


def test_az_names_are_mapped_by_their_account(team: Team) -> None:
    assert name_zones(team.pk, "111111111111", ZONES) == 2
    assert name_zones(team.pk, "111111111111", ZONES.replace(b"az6", b"az5")) == 2
    named = Filing("us-east-1a", "us-east-1b", "vpc-peering", account="111111111111")
    (run,) = file_measurements(team.pk, "one.txt", KEYVAL, named).runs
    assert (run.source, run.destination) == ("use1-az4", "use1-az5")
    with pytest.raises(DocumentRefused, match="old AWS CLI"):
        name_zones(team.pk, "111111111111", b'{"AvailabilityZones":[{"ZoneName":"us-east-1a"}]}')
    with pytest.raises(DocumentRefused, match="12-digit"):
        name_zones(team.pk, "acme", ZONES)


HERE_CSV = b"source,dest,percentile,value_us,option"


@pytest.mark.parametrize(
    ("data", "filing", "words"),
    [
        (b'{"DurationHistogram": {"Count": 1}, "RunType": "a\\u0000"}', HERE, "escaped NUL"),
        (KEYVAL.replace(b"SIZE=1", b"SIZE=1e300", 1), HERE, "larger than anything"),
        (KEYVAL + b"BURST_SIZE=1e12\n", HERE, "requests in flight cannot be"),
        (KEYVAL, replace(HERE, instance_type="c5\0n"), "contains a NUL"),
        (KEYVAL, replace(HERE, account="1\0"), "upload them first"),
        (
            HERE_CSV + b",date\nuse1-az1,use1-az2,p99,1,vpc-peering,9999-99-99\n",
            Filing(),
            "not a day such as",
        ),
        (
            HERE_CSV + b",samples\nuse1-az1,use1-az2,p99,1,vpc-peering,1e200\n",
            Filing(),
            "larger than anything",
        ),
    ],
)
def test_what_no_database_keeps_is_refused(
    team: Team, data: bytes, filing: Filing, words: str
) -> None:
    with pytest.raises(DocumentRefused, match=words):
        file_measurements(team.pk, "odd\0.txt", data, filing)
    assert not models.Measurement.objects.exists()


def test_long_words_are_cut_and_odd_dates_replaced(team: Team) -> None:
    histogram = {"Count": 9, "Min": 0.1, "Max": 0.2, "Avg": 0.15, "StdDev": 0.01}
    percentiles = [{"Percentile": 50, "Value": 0.15}]
    output = {
        "RunType": "x" * 500,
        "Version": "v" * 500,
        "StartTime": "yesterday",
        "DurationHistogram": histogram | {"Percentiles": percentiles},
    }
    file_measurements(team.pk, "n" * 500, json.dumps(output).encode(), HERE)
    row = models.Measurement.objects.get()
    assert (len(row.test), len(row.tool_version), len(row.upload.name)) == (50, 50, 200)
    assert len(row.taken) == 10
