"""The advice fits what is reviewed: its protocol, its volume type, the Region of its metrics."""

from typing import Any

import pytest

from connectivity.core.reviewing.answer import Answer, answer
from connectivity.core.reviewing.files.holes import HOLE
from connectivity.core.reviews import REVIEWS
from tests.connectivity.core.reviewing.given_inputs import TABLES
from tests.terraform_reading import problems, read

NLB = {"connections": 1e7, "connections_per_second": 1, "targets": 3, "max_idle_seconds": 9000}
GROUPS = {
    "connections_per_second": 100,
    "connection_seconds": 60,
    "allowance": 100,
    "max_idle_seconds": 9000,
    "nitro_v6": True,
}
OF_TCP = ("RST", "TCP keepalive", "TcpEstablishedTimeout", "TCP_ELB_Reset_Count", "socket")


def told(key: str, **inputs: Any) -> Answer:
    return answer(REVIEWS[key], inputs, TABLES, confirmed=list(inputs))


def words(given: Answer, *ids: str) -> str:
    found_words = [
        f"{finding.detail} {finding.words.cause} {finding.words.step} {finding.words.effect}"
        for finding in given.findings
        if not ids or finding.id in ids
    ]
    assert found_words
    return " ".join(found_words)


def terraform(given: Answer) -> str:
    return next(file.text for file in given.files if file.name.endswith("main.tf"))


@pytest.mark.parametrize(
    ("key", "inputs", "seconds"),
    [
        ("nlb", {**NLB, "listener": "udp"}, 80),
        ("security-groups", {**GROUPS, "protocol": "udp"}, 22),
    ],
)
def test_udp_is_not_told_of_tcp(key: str, inputs: dict[str, Any], seconds: int) -> None:
    given = told(key, **inputs)
    assert f"application's protocol, one every {seconds} s" in words(given, f"{key}-idle")
    assert [limit.stated.what for limit in given.limits].count("idle") == 1
    everything = words(given) + " ".join(file.text for file in given.files)
    assert [name for name in OF_TCP if name in everything] == []


@pytest.mark.parametrize("key", ["nlb", "security-groups"])
def test_tcp_is_told_of_its_keepalive(key: str) -> None:
    given = told(key, **(NLB if key == "nlb" else GROUPS))
    assert "Set TCP keepalive to 234 s" in words(given, f"{key}-idle")


def test_the_fixed_timeout_of_tls_is_not_to_be_raised() -> None:
    idle = words(told("nlb", **NLB, listener="tls"), "nlb-idle")
    assert "raise" not in idle
    assert "350 s, which cannot be changed" in idle
    assert "every 234 s" in idle


def test_unknown_silence_of_udp_is_not_answered_with_tcp() -> None:
    given = told("nlb", connections=9, connections_per_second=1, targets=3, listener="udp")
    assert "of UDP, in the application's protocol" in words(given, "nlb-idle-unknown")


def test_the_alarm_of_active_flows_has_a_statistic_that_aws_names() -> None:
    (alarm,) = (
        body
        for (_, name), body in read({"main.tf": terraform(told("nlb", **NLB))})[
            "."
        ].resources.items()
        if name == "activeflowcount"
    )
    assert alarm["statistic"] == '"Maximum"'
    metrics = {metric.metric: metric.statistic for metric in REVIEWS["nlb"].metrics}
    assert metrics["ActiveFlowCount"] == "Maximum"


def test_the_accelerators_alarm_is_where_its_metrics_are() -> None:
    given = told(
        "accelerator",
        connections_accelerator=100,
        connections_direct=100,
        accelerator_per_second=1,
        direct_per_second=1,
    )
    text = terraform(given)
    resources = read({"main.tf": text})["."].resources
    (alarm,) = (body for (kind, _), body in resources.items() if "metric_alarm" in kind)
    assert alarm["region"] == '"us-west-2"'
    assert problems("aws_cloudwatch_metric_alarm", alarm) == []
    assert "SNS topics in us-west-2" in text


@pytest.mark.parametrize(
    ("inputs", "step"),
    [
        (
            {"volume_type": "gp2", "size_gib": 100, "iops": 900},
            "Change the volume to gp3 with 3,000",
        ),
        ({"volume_type": "gp2", "size_gib": 100, "iops": 70_000}, "several volumes"),
        ({"volume_type": "gp3", "size_gib": 6, "iops": 4000}, "several volumes"),
        (
            {"volume_type": "gp3", "size_gib": 900, "iops": 3000, "throughput_mibps": 1900},
            "several volumes",
        ),
        (
            {"volume_type": "io2", "size_gib": 100, "iops": 900, "provisioned_iops": 500},
            "Provision more IOPS",
        ),
        (
            {"volume_type": "io1", "size_gib": 100, "iops": 90_000, "provisioned_iops": 500},
            "Provision more IOPS",
        ),
    ],
)
def test_the_step_is_possible_for_the_volume(inputs: dict[str, Any], step: str) -> None:
    given = told("ebs", **inputs)
    steps = [f.words.step for f in given.findings if f.id in ("ebs-iops", "ebs-throughput")]
    assert steps
    assert all(step in each for each in steps)
    assert "unknown" not in words(given).replace("a month an unknown number of USD", "").replace(
        "gp2 an unknown number of USD", ""
    )


def test_a_gp3_volume_in_a_file_has_whole_numbers() -> None:
    given = told("ebs", volume_type="gp2", size_gib=1396.98, iops=1000)
    assert (given.numbers or {})["gp3_iops"] == pytest.approx(4190.94)
    assert "iops              = 4191\n" in terraform(given)
    for file in given.files:
        assert "4191" in file.text
        assert not HOLE.search(file.text)


def test_the_internet_limit_names_the_gateways_that_aws_names() -> None:
    inputs = {"vcpus": 8, "baseline_gbps": 5, "burst_gbps": 10, "average_gbps": 1}
    cause = words(told("ec2-limits", **inputs, internet_gbps=6), "ec2-limits-internet")
    assert "an internet gateway or a local gateway" in cause
    assert "virtual private" not in cause


def test_privatelink_does_not_hide_a_mixup() -> None:
    given = told("nlb", **NLB, cross_zone=True, preserve_client_ip=True, privatelink=True)
    assert "nlb-mixup" in {finding.id for finding in given.findings}
