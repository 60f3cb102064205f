"""Resources that are no longer there: from now on nobody looks, and their findings are over."""

from django.db.models import QuerySet
from django.utils import timezone

from connectivity.health.lifecycle import incidents
from connectivity.health.row_changes import store_changes
from connectivity.models import Finding, FindingEvent, Resource


def retire(resources: QuerySet[Resource], why: str) -> None:
    """Mark resources as gone, and close what is open of them. Inside a transaction."""
    now = timezone.now()
    kinds = dict(resources.filter(gone_at=None).values_list("pk", "kind"))
    over = list(Finding.objects.filter(resource__in=kinds, closed_at=None).select_for_update())
    FindingEvent.objects.bulk_create(
        FindingEvent(finding=finding, at=now, what="closed", detail=why) for finding in over
    )
    for finding in over:
        finding.closed_at = now
    store_changes(over, ["closed_at"])
    incidents.follow(kinds, over, now)
    Resource.objects.filter(pk__in=list(kinds)).update(gone_at=now)
