"""What moves the cost, its range and head-room as plain values, for scripts."""

from typing import Any

from connectivity.core.comparison.compare import Comparison
from connectivity.core.outlook.quota_headroom import headroom
from connectivity.core.outlook.sensitivity import ranges, tornado
from costmodel.core.units import cents

SPREAD = 0.5


def ahead(comparison: Comparison, spread: float = SPREAD) -> dict[str, Any]:
    """Money is text of two decimals, as in the contract's answer.

    Args:
        spread: as for `ranges`.
    """
    return {
        "sensitivity": [
            {
                "input": one.label,
                "at_half_usd": _usd(one.low),
                "at_one_and_a_half_usd": _usd(one.high),
                "then_cheapest": {"at_half": one.becomes[0], "at_one_and_a_half": one.becomes[1]},
            }
            for one in tornado(comparison)
        ],
        "range": [
            {
                "option": one.option.key,
                "stated_usd": _usd(one.stated),
                "p5_usd": _usd(one.low),
                "p50_usd": _usd(one.median),
                "p95_usd": _usd(one.high),
                "cheapest_share": one.wins,
            }
            for one in ranges(comparison, spread)
        ],
        "headroom": [
            {
                "option": one.option,
                "rule": one.limit.id,
                "vpc": one.vpc,
                "count": one.count,
                "allowed": one.allows,
                "full_at_vpcs": one.full_at,
                "full_at_vpcs_after_an_increase": one.full_at_most,
            }
            for one in headroom(comparison)
        ],
    }


def _usd(value: float) -> str:
    return str(cents(value))
