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
                "input": bar.label,
                "at_half_usd": _usd(bar.low),
                "at_one_and_a_half_usd": _usd(bar.high),
                "then_cheapest": {"at_half": bar.becomes[0], "at_one_and_a_half": bar.becomes[1]},
            }
            for bar in tornado(comparison)
        ],
        "range": [
            {
                "option": band.option.key,
                "stated_usd": _usd(band.stated),
                "p5_usd": _usd(band.low),
                "p50_usd": _usd(band.median),
                "p95_usd": _usd(band.high),
                "cheapest_share": band.wins,
            }
            for band in ranges(comparison, spread)
        ],
        "headroom": [
            {
                "option": room.option,
                "rule": room.limit.id,
                "vpc": room.vpc,
                "count": room.count,
                "allowed": room.allows,
                "full_at_vpcs": room.full_at,
                "full_at_vpcs_after_an_increase": room.full_at_most,
            }
            for room in headroom(comparison)
        ],
    }


def _usd(value: float) -> str:
    return str(cents(value))
