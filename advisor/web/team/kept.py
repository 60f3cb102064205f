"""What is kept for how long, for the admins of a team."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from advisor.deletion import retention


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    context = {
        "kinds": retention.KINDS,
        "points": retention.POINTS,
        "audit_days": settings.KEEP_AUDIT_DAYS,
        "measurement_days": settings.KEEP_MEASUREMENTS_DAYS,
    }
    return render(request, "web/team/kept.html", context)
