"""What a review advises, put in, passes the same review."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectivity.core.reviewing.answer import Answer, answer
from connectivity.core.reviewing.tables import Tables, recorded_instance_types
from connectivity.core.reviews import REVIEWS

TABLES = Tables(recorded_instance_types())


def review(key: str, **inputs: Any) -> Answer:
    told = answer(REVIEWS[key], inputs, TABLES, confirmed=list(inputs))
    assert told.numbers is not None
    return told


def findings(told: Answer) -> set[str]:
    return {finding.id.removeprefix(f"{told.review.key}-") for finding in told.findings}


def advised(told: Answer, name: str) -> Any:
    assert told.numbers is not None
    return told.numbers[name]


@given(st.floats(0, 1e5), st.floats(0.001, 500), st.floats(0, 1))
def test_nat_addresses_and_keepalive(cps: float, seconds: float, share: float) -> None:
    inputs = {
        "connections_per_second": cps,
        "connection_seconds": seconds,
        "destination_share": share,
    }
    before = review("nat", **inputs, max_idle_seconds=4000)
    told = review(
        "nat",
        **inputs,
        max_idle_seconds=4000,
        keepalive_seconds=advised(before, "advised_keepalive_seconds"),
        addresses=advised(before, "addresses_needed"),
    )
    assert findings(told).isdisjoint({"idle", "ports", "new-per-minute"})


@pytest.mark.parametrize("timeout", [60, 119, 120, 350, 6000])
def test_nlb_keepalive(timeout: int) -> None:
    inputs = {"connections": 10, "connections_per_second": 1, "targets": 2}
    before = review("nlb", **inputs, idle_timeout_seconds=timeout)
    keepalive = advised(before, "advised_keepalive_seconds")
    told = review("nlb", **inputs, idle_timeout_seconds=timeout, keepalive_seconds=keepalive)
    assert "idle" not in findings(told)
    assert keepalive + 3 * advised(before, "advised_interval_seconds") < timeout


@given(st.floats(0, 1e6), st.floats(1, 1e5), st.floats(1, 1e6), st.integers(0, 10_000))
def test_listen_backlog(burst: float, accept: float, speed: float, backlog: int) -> None:
    inputs = {"burst_connections": burst, "accept_per_second": accept, "burst_per_second": speed}
    before = review("listen-backlog", **inputs, backlog=backlog)
    told = review(
        "listen-backlog",
        **inputs,
        backlog=advised(before, "advised_backlog"),
        somaxconn=advised(before, "advised_somaxconn"),
    )
    assert findings(told) == set()
    assert advised(told, "dropped_attempts") == 0


@given(st.floats(0, 1e5), st.floats(0.001, 1e4), st.floats(0, 1))
def test_conntrack_table(cps: float, seconds: float, abandoned: float) -> None:
    inputs = {
        "connections_per_second": cps,
        "connection_seconds": seconds,
        "abandoned_share": abandoned,
        "memory_gib": 16,
    }
    before = review("conntrack", **inputs)
    told = review("conntrack", **inputs, nf_conntrack_max=advised(before, "advised_max"))
    assert "table" not in findings(told)


@given(
    path=st.sampled_from(("service", "alb-ip", "nlb-ip")),
    longest=st.floats(0.001, 3000),
    endpoint=st.floats(0, 60),
    stop=st.none() | st.floats(0, 600),
    delay=st.floats(0, 3600),
)
def test_deployment(
    path: str, longest: float, endpoint: float, stop: float | None, delay: float
) -> None:
    inputs = {
        "path": path,
        "longest_request_seconds": longest,
        "requests_per_second": 10,
        "endpoint_seconds": endpoint,
        "lb_stop_seconds": stop,
        "replicas": 3,
    }
    before = review("deployment", **inputs, deregistration_delay_seconds=delay)
    told = review(
        "deployment",
        **inputs,
        deregistration_delay_seconds=advised(before, "advised_deregistration_delay_seconds"),
        prestop_seconds=advised(before, "advised_prestop_seconds"),
        grace_seconds=advised(before, "advised_grace_seconds"),
    )
    assert advised(told, "lost_per_rollout") == 0
    assert findings(told) == set()


@given(st.integers(1, 5_000), st.floats(0, 15_000), st.floats(0.5, 64))
def test_ebs_as_gp3(size: int, iops: float, io_kib: float) -> None:
    inputs = {"size_gib": size, "iops": iops, "io_kib": io_kib}
    before = review("ebs", volume_type="gp2", **inputs)
    wanted = advised(before, "gp3_iops"), advised(before, "gp3_mibps")
    if None not in wanted:
        told = review(
            "ebs",
            volume_type="gp3",
            **inputs,
            provisioned_iops=wanted[0],
            provisioned_mibps=wanted[1],
        )
        assert findings(told) == set()


def test_gp3_costs_what_the_price_list_says_and_less_than_gp2() -> None:
    rates = {
        "EBS:VolumeUsage.gp2": Decimal("0.10"),
        "EBS:VolumeUsage.gp3": Decimal("0.08"),
        "EBS:VolumeP-IOPS.gp3": Decimal("0.005"),
        "EBS:VolumeP-Throughput.gp3": Decimal("40.96"),
    }
    tables = Tables({}, lambda region, usage: rates[usage] if region == "us-east-1" else None)
    inputs = {"volume_type": "gp2", "size_gib": 1000, "iops": 3000, "region": "us-east-1"}
    told = answer(REVIEWS["ebs"], inputs, tables)
    assert advised(told, "gp2_usd") == pytest.approx(100)
    assert advised(told, "gp3_iops") == 4000
    assert advised(told, "gp3_usd") == pytest.approx(1000 * 0.08 + 1000 * 0.005)
    elsewhere = answer(REVIEWS["ebs"], {**inputs, "region": "eu-west-1"}, tables)
    assert (advised(elsewhere, "gp2_usd"), advised(elsewhere, "gp3_usd")) == (None, None)
