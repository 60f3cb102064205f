"""What asking CloudWatch costs a team, and when the month's cap is reached."""

from datetime import UTC, datetime
from decimal import Decimal

from django.db.models import Sum

from connectivity.core.health.cap import STOPS_AT
from connectivity.core.health.request_planning import USD_PER_METRIC
from connectivity.core.health.series import Tier
from connectivity.models import HealthSettings, Spending


def spent(team_id: int, since: datetime) -> Decimal:
    """USD that asking has cost a team since the day of a moment."""
    rows = Spending.objects.filter(team_id=team_id, day__gte=since.date())
    metrics = rows.aggregate(sum=Sum("metrics"))["sum"] or 0
    return Decimal(str(USD_PER_METRIC)) * metrics


def cap_of(team_id: int) -> Decimal:
    settings = HealthSettings.objects.filter(team_id=team_id).first()
    return settings.cap_usd if settings else Decimal(50)


def stopped(team_id: int, tier: Tier, now: int) -> str:
    """Why series of a tier are not asked for this month; empty while they may be."""
    begin = datetime.fromtimestamp(now, UTC).replace(day=1)
    cap, cost = cap_of(team_id), spent(team_id, begin)
    if cost < cap * STOPS_AT[tier]:
        return ""
    return (
        f"this month's cap of {cap:.2f} USD for CloudWatch requests stops metrics that are "
        f"requested {tier.value} at {STOPS_AT[tier]:.0%} of it; {cost:.2f} USD are spent"
    )


def set_cap(team_id: int, usd: Decimal) -> None:
    """From now on asking stops at so much a month."""
    HealthSettings.objects.update_or_create(team_id=team_id, defaults={"cap_usd": usd})
