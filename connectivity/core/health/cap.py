"""What a month's cap for asking CloudWatch stops, in which order, and when that will be."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from connectivity.core.health.request_planning import USD_PER_METRIC
from connectivity.core.health.series import Tier

# What matters least stops first; what finds failures goes a fifth beyond the cap.
STOPS_AT = {Tier.DAY: Decimal("0.9"), Tier.HOUR: Decimal(1), Tier.QUARTER: Decimal("1.2")}


class Stop(NamedTuple):
    """A tier that stops this month, and from when on."""

    tier: Tier
    at: datetime


class Forecast(NamedTuple):
    """How the month goes on, if what is planned now stays planned."""

    month_usd: Decimal  # of the whole calendar month, were there no cap
    stops: tuple[Stop, ...]  # in order; none: the cap is not reached


def daily_usd(metrics: Mapping[Tier, int]) -> dict[Tier, Decimal]:
    """What each tier costs a day, of so many metrics.

    >>> daily_usd({Tier.QUARTER: 1_000})
    {<Tier.QUARTER: 'every 15 minutes'>: Decimal('0.96000')}
    """
    price = Decimal(str(USD_PER_METRIC))
    return {tier: price * count * tier.per_month / 30 for tier, count in metrics.items()}


def forecast(
    spent: Decimal, cap: Decimal, daily: Mapping[Tier, Decimal], now: datetime
) -> Forecast:
    """When each tier stops, each stop slowing what follows; in USD, days and UTC.

    >>> now, hourly = datetime(2026, 11, 11, tzinfo=UTC), {Tier.HOUR: Decimal(1)}
    >>> [stop.at.day for stop in forecast(Decimal(10), Decimal(20), hourly, now).stops]
    [19, 21]
    """
    end = _month_end(now)
    left = Decimal((end - now) / timedelta(days=1))
    rest = sum(daily.values(), Decimal(0)) * left
    stops = []
    running = dict(daily)
    at, so_far = now, spent
    for tier, share in STOPS_AT.items():
        missing = cap * share - so_far
        rate = sum(running.values(), Decimal(0))
        if missing > 0 and not rate:
            break
        if missing > 0:
            at += timedelta(days=float(missing / rate))
            so_far += missing
        if at >= end:
            break
        running.pop(tier, None)
        stops.append(Stop(tier, at))
    return Forecast(spent + rest, tuple(stops))


def _month_end(now: datetime) -> datetime:
    begin = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (begin + timedelta(days=32)).replace(day=1)
