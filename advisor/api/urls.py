"""The REST API, below /api/v1/."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from advisor.api.comparisons import ComparisonsView
from advisor.api.docs import DocsView
from advisor.api.health import (
    CollectionView,
    FindingsView,
    FindingView,
    ResourcesView,
    ResourceView,
    RulesView,
    RuleView,
)
from advisor.api.history import AuditView, RestoreView, VersionChangesView
from advisor.api.jobs import JobResultView, JobsView, JobView
from advisor.api.latency import (
    LatencyCellsView,
    LatencyImportsView,
    MeasurementsView,
    MeasurementView,
    ZoneNamesView,
)
from advisor.api.prices import (
    OverridesView,
    OverrideView,
    PriceChangesView,
    PriceFetchesView,
    PriceListsView,
    PricesView,
)
from advisor.api.reports import (
    RecipientsView,
    RecipientView,
    ReportPreviewView,
    ReportsView,
    ReportView,
    ScheduleView,
)
from advisor.api.topologies import TopologiesView, TopologyView, VersionsView, VersionView

urlpatterns = [
    path("topologies/", TopologiesView.as_view(), name="api-topologies"),
    path("topologies/<uuid:uid>/", TopologyView.as_view(), name="api-topology"),
    path("topologies/<uuid:uid>/versions/", VersionsView.as_view(), name="api-versions"),
    path("topologies/<uuid:uid>/versions/<int:number>/", VersionView.as_view(), name="api-version"),
    path(
        "topologies/<uuid:uid>/versions/<int:number>/restore/",
        RestoreView.as_view(),
        name="api-version-restore",
    ),
    path(
        "topologies/<uuid:uid>/changes/", VersionChangesView.as_view(), name="api-version-changes"
    ),
    path("audit/", AuditView.as_view(), name="api-audit"),
    path("comparisons/", ComparisonsView.as_view(), name="api-comparisons"),
    path("latency/imports/", LatencyImportsView.as_view(), name="api-latency-imports"),
    path("latency/measurements/", MeasurementsView.as_view(), name="api-measurements"),
    path("latency/measurements/<uuid:uid>/", MeasurementView.as_view(), name="api-measurement"),
    path("latency/cells/", LatencyCellsView.as_view(), name="api-latency-cells"),
    path("latency/zone-names/", ZoneNamesView.as_view(), name="api-zone-names"),
    path("prices/", PricesView.as_view(), name="api-prices"),
    path("prices/lists/", PriceListsView.as_view(), name="api-price-lists"),
    path("prices/changes/", PriceChangesView.as_view(), name="api-price-changes"),
    path("prices/fetches/", PriceFetchesView.as_view(), name="api-price-fetches"),
    path("prices/overrides/", OverridesView.as_view(), name="api-price-overrides"),
    path("prices/overrides/<uuid:uid>/", OverrideView.as_view(), name="api-price-override"),
    path("health/resources/", ResourcesView.as_view(), name="api-health-resources"),
    path("health/resources/<uuid:uid>/", ResourceView.as_view(), name="api-health-resource"),
    path("health/findings/", FindingsView.as_view(), name="api-health-findings"),
    path("health/findings/<uuid:uid>/", FindingView.as_view(), name="api-health-finding"),
    path("health/rules/", RulesView.as_view(), name="api-health-rules"),
    path("health/rules/<str:id>/", RuleView.as_view(), name="api-health-rule"),
    path("health/collection/", CollectionView.as_view(), name="api-health-collection"),
    path("reports/", ReportsView.as_view(), name="api-reports"),
    path("reports/preview/", ReportPreviewView.as_view(), name="api-report-preview"),
    path("reports/schedule/", ScheduleView.as_view(), name="api-report-schedule"),
    path("reports/recipients/", RecipientsView.as_view(), name="api-recipients"),
    path("reports/recipients/<uuid:uid>/", RecipientView.as_view(), name="api-recipient"),
    path("reports/<uuid:uid>/", ReportView.as_view(), name="api-report"),
    path("jobs/", JobsView.as_view(), name="api-jobs"),
    path("jobs/<uuid:uid>/", JobView.as_view(), name="api-job"),
    path("jobs/<uuid:uid>/result/", JobResultView.as_view(), name="api-job-result"),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", DocsView.as_view(url_name="api-schema"), name="api-docs"),
]
