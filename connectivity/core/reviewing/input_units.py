"""The units that names of inputs end in, and the mistakes that people make with them."""

UNITS = {
    "_per_second_per_eni": "/s",
    "_bytes_per_second": "bytes/s",
    "_per_second": "/s",
    "_seconds": "s",
    "_ms": "ms",
    "_gbps": "Gbps",
    "_bytes": "bytes",
    "_mibps": "MiB/s",
    "_kib": "KiB",
    "_gib": "GiB",
    "_usd": "USD",
    "iops": "IOPS",
    "_per_day": "/day",
}

MISTAKES: dict[str, tuple[tuple[float, str], ...]] = {
    "s": ((1e-3, "ms"), (60, "minutes"), (1e-6, "µs"), (3600, "hours")),
    "ms": ((1e-3, "µs"), (1e3, "s")),
    "/s": ((1 / 60, "per minute"), (1 / 3600, "per hour"), (1 / 86_400, "per day")),
    "Gbps": ((1e-3, "Mbps"), (1e-6, "kbps"), (1e-9, "bit/s"), (8, "GB/s")),
    "bytes": ((1024, "KiB"), (2**20, "MiB")),
    "MiB/s": ((2**-20, "bytes/s"), (1024, "GiB/s")),
    "KiB": ((2**-10, "bytes"), (1024, "MiB")),
    "bytes/s": ((1024, "KiB/s"), (2**20, "MiB/s"), (1 / 8, "bit/s")),
    "GiB": ((2**-10, "MiB"), (2**-20, "KiB"), (2**-30, "bytes"), (1024, "TiB")),
}
"""By unit: what a value is multiplied by, and the unit that it was then given in."""

SHARES = ("_share", "_fraction")
OF_SHARES = ((0.01, "%"),)

PARTS = ((86_400, "d"), (3600, "h"), (60, "min"))


def unit_of(name: str) -> str:
    """The unit that a name ends in; empty for counts and shares.

    >>> unit_of("keepalive_seconds"), unit_of("connections_per_second"), unit_of("addresses")
    ('s', '/s', '')
    """
    return next((unit for ending, unit in UNITS.items() if name.endswith(ending)), "")


def mistakes(name: str) -> tuple[tuple[float, str], ...]:
    """The likely mistakes of a quantity, the likeliest first: factor, and the unit given in."""
    return OF_SHARES if name.endswith(SHARES) else MISTAKES.get(unit_of(name), ())


def duration(seconds: float) -> str:
    """Seconds as days, hours and minutes; empty below two minutes.

    >>> duration(240_000), duration(7200), duration(90)
    ('2 d 18 h 40 min', '2 h', '')
    """
    if seconds < 120:
        return ""
    words, rest = [], round(seconds)
    for length, unit in PARTS:
        count, rest = divmod(rest, length)
        if count:
            words.append(f"{count:,} {unit}")
    return " ".join(words)
