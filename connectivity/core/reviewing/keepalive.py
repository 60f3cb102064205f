"""Keepalive that is sent before a timeout ends: the same arithmetic in every review."""

PROBES = 3
INTERVALS = 12
"""A timeout is so many intervals; the keepalive leaves four of them for three probes."""


def advice_for(timeout: str) -> dict[str, str]:
    """The two advised numbers for a timeout in seconds, given as a formula.

    >>> advice_for("350")["advised_keepalive_seconds"]
    '(350) - 4 * advised_interval_seconds'
    """
    return {
        "advised_keepalive_seconds": f"({timeout}) - 4 * advised_interval_seconds",
        "advised_interval_seconds": f"max(1, floor(({timeout}) / {INTERVALS}))",
    }
