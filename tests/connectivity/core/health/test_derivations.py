"""Shares of what a resource can do, latency by type, and the hours that a balance lasts."""

from typing import Any

import pytest

from connectivity.core.health.evaluation import HealthRule, Reading, Verdict
from connectivity.core.health.kinds import KINDS
from tests.judged import verdict_at

END = 1_795_500_000 // 3_600 * 3_600
VOLUME = {"type": "gp3", "gib": 100, "iops": 3_000, "throughput_mib_s": 125}
GATEWAY = {"mode": "zonal", "addresses": 1}


def rule_of(id: str) -> HealthRule:
    return next(rule for kind in KINDS.values() for rule in kind.rules if rule.id == id)


def verdict_of(
    id: str, facts: dict[str, Any], *series: float | list[float]
) -> tuple[Verdict, str] | None:
    """What a rule says of its metrics, each given by its one value or by its newest points."""
    rule = rule_of(id)
    metrics = {}
    for name, given in zip((rule.metric, *rule.further), series, strict=False):
        values = given if isinstance(given, list) else [given] * rule.m
        begin = END - rule.period * len(values)
        metrics[name] = {begin + i * rule.period: value for i, value in enumerate(values)}
    assert rule.derive is not None
    derived = rule.derive(rule, Reading(metrics, facts))
    if derived is None:
        return None
    return verdict_at(rule, derived.points, END), derived.note


def state_of(id: str, facts: dict[str, Any], *series: float | list[float]) -> str:
    verdict = verdict_of(id, facts, *series)
    return "none of its business" if verdict is None else verdict[0].state.value


@pytest.mark.parametrize(
    ("connections", "addresses", "early", "full"),
    [
        (40_000, 1, "ok", "ok"),
        (54_000, 1, "warning", "ok"),
        (54_900, 1, "warning", "critical"),
        (55_000, 1, "warning", "critical"),
        (60_000, 1, "warning", "ok"),  # to several destinations, certainly
        (54_000, 2, "ok", "ok"),
        (100_000, 2, "warning", "ok"),
    ],
)
def test_connections_against_the_ports_of_one_destination(
    connections: float, addresses: int, early: str, full: str
) -> None:
    facts = GATEWAY | {"addresses": addresses}
    assert state_of("NAT-CONNECTIONS", facts, connections) == early
    assert state_of("NAT-CONNECTIONS-FULL", facts, connections) == full


def test_a_share_says_of_what() -> None:
    verdict, note = verdict_of("NAT-CONNECTIONS", GATEWAY, 54_000) or (None, "")
    assert verdict
    assert verdict.why == (
        "10 of the last 10 data points are above 80 % of what its addresses carry to one "
        "destination"
    )
    assert note == "the limit is 55,000 connections to one destination"
    assert verdict.value == pytest.approx(98.18, abs=0.01)


def test_a_regional_gateway_adds_addresses_by_itself() -> None:
    assert verdict_of("NAT-CONNECTIONS", GATEWAY | {"mode": "regional"}, 9e9) is None


@pytest.mark.parametrize(
    ("facts", "reads", "writes", "state"),
    [
        ({}, 450_000, 450_000, "warning"),  # 180,000 a minute, 3,000 a second
        ({}, 900_000, 0, "warning"),
        ({}, 405_000, 405_000, "ok"),  # 90 % is not above 90 %
        ({"iops": None}, 450_000, 450_000, "warning"),  # what is included
        ({"iops": 16_000}, 450_000, 450_000, "ok"),
        ({"type": "gp2"}, 450_000, 450_000, "warning"),  # 3,000 by its credits
        ({"type": "gp2", "gib": 5_000}, 450_000, 450_000, "ok"),
        ({"type": "io2", "iops": 1_000}, 300_000, 0, "warning"),
        ({"type": "st1", "iops": None}, 9e9, 9e9, "none of its business"),
    ],
)
def test_operations_against_what_the_volume_can_do(
    facts: dict[str, Any], reads: float, writes: float, state: str
) -> None:
    assert state_of("EBS-IOPS-RATE", VOLUME | facts, reads, writes) == state


@pytest.mark.parametrize(
    ("facts", "mib_s", "state"),
    [
        ({}, 120, "warning"),
        ({}, 110, "ok"),
        ({"throughput_mib_s": None}, 120, "warning"),
        ({"throughput_mib_s": 500}, 120, "ok"),
        ({"type": "gp2"}, 120, "warning"),  # of 128
        ({"type": "gp2", "gib": 171}, 120, "ok"),  # of 250
        ({"type": "io2"}, 9_999, "none of its business"),
    ],
)
def test_bytes_against_what_the_volume_can_move(
    facts: dict[str, Any], mib_s: float, state: str
) -> None:
    moved = mib_s * 2**20 * 300
    assert state_of("EBS-THROUGHPUT-RATE", VOLUME | facts, moved / 2, moved / 2) == state


@pytest.mark.parametrize(
    ("type", "read_ms", "write_ms", "speaking"),
    [
        ("gp3", 5, 300, {"EBS-LATENCY"}),
        ("gp2", 300, 0, {"EBS-LATENCY"}),
        ("io1", 21, 21, {"EBS-LATENCY"}),
        ("gp3", 20, 20, set()),
        ("io2", 0.4, 3, {"EBS-LATENCY-IO2"}),
        ("io2", 0.4, 0.5, set()),
        ("st1", 150, 150, set()),
        ("sc1", 300, 0, {"EBS-LATENCY-DISK"}),
        ("standard", 0, 300, {"EBS-LATENCY-DISK"}),
    ],
)
def test_latency_is_judged_by_what_the_type_is_designed_for(
    type: str, read_ms: float, write_ms: float, speaking: set[str]
) -> None:
    ids = [rule.id for rule in KINDS["ebs-volume"].rules if rule.id.startswith("EBS-LATENCY")]
    states = {id: state_of(id, VOLUME | {"type": type}, read_ms, write_ms) for id in ids}
    assert {id for id, state in states.items() if state == "warning"} == speaking
    assert sum(state == "none of its business" for state in states.values()) == len(ids) - 1


def falling(start: float, a_minute: float, minutes: int = 90) -> list[float]:
    return [max(0.0, start - a_minute * i) for i in range(minutes)]


@pytest.mark.parametrize(
    ("balance", "state", "note"),
    [
        (falling(100, 0.5), "warning", "at the rate of the last hour it is empty in about 2 hours"),
        (falling(60, 0.5), "warning", "it is empty in about 30 minutes"),
        (falling(100, 0.05), "ok", ""),  # above 80 % nothing is said
        (falling(60, 0.05), "ok", "it is empty in about 19 hours"),
        ([60.0] * 90, "ok", ""),
        ([60.0 + i / 5 for i in range(90)], "ok", ""),
        ([50.0 - i for i in range(30)], "ok", ""),  # not an hour yet
    ],
)
def test_a_falling_balance_says_when_it_is_empty(
    balance: list[float], state: str, note: str
) -> None:
    verdict, said_note = verdict_of("EBS-BURST-SOON", VOLUME, balance) or (None, "")
    assert verdict
    assert verdict.state.value == state
    assert said_note.endswith(note)
    assert bool(said_note) is bool(note)


def test_an_empty_balance_is_critical() -> None:
    rule = rule_of("EBS-BURST-EMPTY")
    for balance, state in ((0.0, "critical"), (1.0, "ok")):
        points = {END - 60 * i: balance for i in range(1, 6)}
        assert verdict_at(rule, points, END).state.value == state
