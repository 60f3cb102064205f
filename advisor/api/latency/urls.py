from django.urls import path

from advisor.api.latency.views import (
    LatencyCellsView,
    LatencyImportsView,
    MeasurementsView,
    MeasurementView,
    ZoneNamesView,
)

urlpatterns = [
    path("imports/", LatencyImportsView.as_view(), name="api-latency-imports"),
    path("measurements/", MeasurementsView.as_view(), name="api-measurements"),
    path("measurements/<uuid:uid>/", MeasurementView.as_view(), name="api-measurement"),
    path("cells/", LatencyCellsView.as_view(), name="api-latency-cells"),
    path("zone-names/", ZoneNamesView.as_view(), name="api-zone-names"),
]
