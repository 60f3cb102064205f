"""The REST API, below /api/v1/: a room for each area, with its addresses, views and serializers."""

from django.urls import include, path

urlpatterns = [
    path("topologies/", include("advisor.api.topologies.urls")),
    path("comparisons/", include("advisor.api.comparisons.urls")),
    path("plans/", include("advisor.api.plans.urls")),
    path("reviews/", include("advisor.api.reviews.urls")),
    path("latency/", include("advisor.api.latency.urls")),
    path("prices/", include("advisor.api.prices.urls")),
    path("health/", include("advisor.api.health.urls")),
    path("reports/", include("advisor.api.reports.urls")),
    path("jobs/", include("advisor.api.jobs.urls")),
    path("", include("advisor.api.history.urls")),
    path("", include("advisor.api.schema.urls")),
]
