"""What a review advises, put in, passes the same review."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from connectivity.core.reviewing.answer import Answer, answer
from connectivity.core.reviewing.tables import Tables, recorded_instance_types
from connectivity.core.reviews import REVIEWS
from tests.connectivity.core.reviewing.given_inputs import inputs_of

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


def number_of(told: Answer, file: str, pattern: str) -> float:
    """A number that stands in a file of the answer."""
    text = next(each.text for each in told.files if each.name == f"{told.review.key}-{file}")
    return float(re.findall(pattern, text)[0])


def keepalive(told: Answer) -> dict[str, Any]:
    return {"keepalive_seconds": advised(told, "advised_keepalive_seconds")}


def of_timeouts(told: Answer) -> dict[str, Any]:
    silence = advised(told, "advised_keepalive_seconds")
    interval = advised(told, "advised_interval_seconds")
    return {
        "keepalive_seconds": silence,
        "interval_seconds": interval,
        "probes": 3,
        "user_timeout_seconds": silence + 3 * interval - 0.1,
        "grpc_keepalive_seconds": told.given.values["grpc_server_min_seconds"],
        "grpc_server_min_seconds": told.given.values["grpc_server_min_seconds"],
        "nodes_per_zone": 2,
        "nel_same_origin": False,
    }


CONNECTIONS = ("nginx.conf", r"worker_connections (\d+)")


class Advice(NamedTuple):
    """What a review advises as inputs of its own, and the findings that are then gone."""

    inputs: Callable[[Answer], dict[str, Any]]
    gone: str


ADVICE = {
    "nat": Advice(
        lambda told: {**keepalive(told), "addresses": advised(told, "addresses_needed")},
        "idle idle-unknown ports new-per-minute",
    ),
    "nlb": Advice(lambda told: {**keepalive(told), "cross_zone": False}, "idle idle-unknown mixup"),
    "listen-backlog": Advice(
        lambda told: {
            "backlog": advised(told, "advised_backlog"),
            "somaxconn": advised(told, "advised_somaxconn"),
            "abort_on_overflow": False,
        },
        "queue application reset connect-timeout",
    ),
    "conntrack": Advice(
        lambda told: {
            "nf_conntrack_max": advised(told, "advised_max"),
            "buckets": number_of(told, "modprobe.txt", r"hashsize=(\d+)"),
        },
        "table chains kube-proxy",
    ),
    "dns": Advice(lambda told: {"trailing_dot": True, "node_local": True}, "ndots placement"),
    "deployment": Advice(
        lambda told: {
            "deregistration_delay_seconds": advised(told, "advised_deregistration_delay_seconds"),
            "prestop_seconds": advised(told, "advised_prestop_seconds"),
            "grace_seconds": advised(told, "advised_grace_seconds"),
            "on_sigterm": "drain",
            "closes_connections": True,
        },
        "prestop grace deregistration ignore exit order long-lived",
    ),
    "slow-clients": Advice(
        lambda told: {
            "buffer": "nginx",
            "proxy_connections": number_of(told, *CONNECTIONS),
        },
        "worker-timeout proxy unbuffered body",
    ),
    "ec2-limits": Advice(
        lambda told: {"ena_express": True, "flow_gbps": min(told.given.values["flow_gbps"], 18)},
        "flow",
    ),
    "security-groups": Advice(keepalive, "idle idle-unknown"),
    "ebs": Advice(
        lambda told: {
            "volume_type": "gp3",
            "provisioned_iops": advised(told, "gp3_iops"),
            "provisioned_mibps": advised(told, "gp3_mibps"),
        },
        "iops burst throughput gp3 gp3-throughput provision",
    ),
    "accelerator": Advice(lambda told: {"port_override": True}, "clash mixed"),
    "kubernetes": Advice(
        lambda told: {
            "files_limit": number_of(told, "containerd.service", r"LimitNOFILE=(\d+)"),
            "min_available": None,
            "max_unavailable": 1,
            "external_snat": True,
        },
        "files no-pdb pdb snat",
    ),
    "tcp-timeouts": Advice(
        of_timeouts, "idle user-timeout grpc-pings keepalive-off zone-volume nel-origin"
    ),
}
SETTABLE = {
    "ebs": lambda told: advised(told, "gp3_iops") and advised(told, "gp3_mibps"),
    "tcp-timeouts": lambda told: advised(told, "advised_keepalive_seconds") >= 1,
    "slow-clients": lambda told: number_of(told, *CONNECTIONS) < 2**20,
    "conntrack": lambda told: advised(told, "advised_max") < 2**31,
}
"""Where advice is one that something takes; elsewhere there is none."""


def test_every_review_has_advice_that_is_put_in() -> None:
    assert ADVICE.keys() == REVIEWS.keys()


@pytest.mark.parametrize("key", ADVICE)
@given(data=st.data())
def test_what_is_advised_put_in_passes_the_review(key: str, data: st.DataObject) -> None:
    inputs = data.draw(inputs_of(REVIEWS[key]))
    told = review(key, **inputs)
    if key in SETTABLE and not SETTABLE[key](told):
        event("nothing is advised")
        return
    again = review(key, **{**inputs, **ADVICE[key].inputs(told)})
    assert findings(again).isdisjoint(ADVICE[key].gone.split())


GROWS = re.compile(r"advised_(?!keepalive|interval)|addresses_|gp3_|entries$")
BEYOND = float("inf")


@pytest.mark.parametrize("key", REVIEWS)
@given(data=st.data())
def test_more_load_is_never_advised_less(key: str, data: st.DataObject) -> None:
    inputs = data.draw(inputs_of(REVIEWS[key]))
    more = data.draw(st.floats(1, 100))
    loads = {entry.name for entry in REVIEWS[key].inputs if entry.is_load}
    heavier = {name: value * more if name in loads else value for name, value in inputs.items()}
    before, after = (review(key, **each).numbers or {} for each in (inputs, heavier))
    for name in filter(GROWS.search, before):
        least, most = (BEYOND if each[name] is None else each[name] for each in (before, after))
        assert most >= least * (1 - 1e-9), name  # type: ignore[operator]


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
