"""Resources that are no longer there: from now on nobody looks, and their findings are over."""

from django.db.models import QuerySet
from django.utils import timezone

from connectivity.models import Finding, FindingEvent, Resource


def retire(resources: QuerySet[Resource], why: str) -> None:
    """Mark resources as gone, and close what is open of them. Inside a transaction."""
    now = timezone.now()
    pks = list(resources.filter(gone_at=None).values_list("pk", flat=True))
    over = list(Finding.objects.filter(resource__in=pks, closed_at=None).select_for_update())
    FindingEvent.objects.bulk_create(
        FindingEvent(finding=finding, at=now, what="closed", detail=why) for finding in over
    )
    Finding.objects.filter(pk__in=[finding.pk for finding in over]).update(closed_at=now)
    Resource.objects.filter(pk__in=pks).update(gone_at=now)
