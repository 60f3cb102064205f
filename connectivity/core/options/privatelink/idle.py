"""Idle timeouts of the load balancer, against the silences of a flow's connections."""

import numpy as np

from connectivity.core.aws_figures import NLB_IDLE_S, NLB_MAX_IDLE_S, NLB_UDP_IDLE_S
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts import services
from connectivity.core.option_parts.services import HTTP, TCP, TLS, UDP
from connectivity.core.rules.aws_docs import ENDPOINT_SERVICES, NLB_IDLE
from connectivity.core.rules.rule import Rule, Severity
from costmodel.core.charges import Bools, Floats


def _timeout(case: Case) -> Floats:
    """Seconds of silence after which the load balancer forgets a connection, by default."""
    return np.where(case.flows.protocol == UDP, NLB_UDP_IDLE_S, NLB_IDLE_S).astype(np.float64)


def _idle(case: Case) -> Bools:
    silence = case.column("max_idle_seconds")
    return case.flows.to_service & (np.isnan(silence) | (silence > case.once(_timeout)))


def _idle_detail(case: Case, row: int) -> str:
    silence = case.topology.flows[row].max_idle_seconds
    cut = f"{case.once(_timeout)[row]:g} s"
    is_cross_region = case.is_cross_region(row)
    if silence is None:
        fix = "; a longer timeout cannot be set for cross-Region access" if is_cross_region else ""
        return f"connections idle for {cut} are dropped; max_idle_seconds is not known here{fix}"
    idle = f"connections are idle for up to {silence:g} s and are dropped after {cut}"
    if case.flows.protocol[row] in (TLS, UDP) or is_cross_region:
        return f"{idle}, which cannot be changed here: send keep-alives"
    if silence > NLB_MAX_IDLE_S:
        return f"{idle}, at most {NLB_MAX_IDLE_S} s after a change: send keep-alives"
    return f"{idle} by default: set the TCP listener's idle timeout (60 to {NLB_MAX_IDLE_S} s)"


def _idle_cross_region(case: Case) -> Bools:
    cross_region = services.cross_region(case)
    silent = case.column("max_idle_seconds") > NLB_IDLE_S
    return cross_region & np.isin(case.flows.protocol, (TCP, HTTP)) & silent


def _idle_cross_region_detail(case: Case, row: int) -> str:
    silence = case.column("max_idle_seconds")[row]
    if silence > NLB_MAX_IDLE_S:
        return f"no TCP idle timeout reaches {silence:g} s: send keep-alives more often than that"
    return (
        f"idle periods of {silence:g} s need a custom TCP idle timeout, and an NLB with one cannot "
        "be reached cross-Region"
    )


IDLE_RULES: tuple[Rule, ...] = (
    Rule(
        "PLN-20",
        Severity.HARD,
        _idle_cross_region,
        _idle_cross_region_detail,
        ENDPOINT_SERVICES,
        remedy=(
            "Send keep-alives more often than every 350 seconds, and keep the default timeout."
        ),
    ),
    Rule("PLN-14", Severity.WARNING, _idle, _idle_detail, NLB_IDLE),
)
