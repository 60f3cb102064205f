"""Every address of the product, by door."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.urls import include, path
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView
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
from advisor.api.metrics import MetricsView
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
from advisor.oidc import flow
from advisor.web import (
    account,
    closing,
    collection,
    comparisons,
    editor,
    health,
    history,
    jobs,
    kept,
    latency,
    leaving,
    outlook,
    prices,
    reports,
    scenarios,
    sharing,
    teams,
    topologies,
)
from advisor.web.glossary import terms


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """For whoever watches the process: it answers."""
    return JsonResponse({"status": "ok"})


handler400 = "advisor.web.failures.bad_request"
handler403 = "advisor.web.failures.permission_denied"
handler404 = "advisor.web.failures.page_not_found"
handler500 = "advisor.web.failures.server_error"
help_page = TemplateView.as_view(template_name="web/help.html", extra_context={"terms": terms})

api = [
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

oidc = [
    path("account/3rdparty/", include("allauth.socialaccount.urls")),
    path("account/oidc/<str:provider_id>/login/", flow.login, name="openid_connect_login"),
    path(
        "account/oidc/<str:provider_id>/login/callback/",
        flow.callback,
        name="openid_connect_callback",
    ),
]

urlpatterns = [
    # topologies and their comparisons
    path("", topologies.home, name="home"),
    path("topologies/new/", topologies.new, name="new"),
    path("topologies/new/azs/<str:side>/", topologies.azs, name="azs"),
    path("topologies/paste/", topologies.paste, name="paste"),
    path("topologies/<uuid:uid>/", comparisons.show, name="topology"),
    *(
        path(
            f"topologies/<uuid:uid>/comparison.{kind}",
            comparisons.download,
            {"kind": kind},
            name=f"comparison-{kind}",
        )
        for kind in ("json", "csv", "md")
    ),
    path("topologies/<uuid:uid>/keep/", comparisons.keep, name="keep"),
    path("topologies/<uuid:uid>/own-price/", comparisons.own_price, name="own-price"),
    path("topologies/<uuid:uid>/load-prices/", comparisons.load_prices, name="load-prices"),
    path("topologies/<uuid:uid>/curves/", comparisons.curves, name="curves"),
    path("topologies/<uuid:uid>/outlook/", outlook.show, name="outlook"),
    path("topologies/<uuid:uid>/print/", comparisons.print_view, name="print"),
    path("topologies/<uuid:uid>/share/", sharing.share, name="share"),
    path("shared/<str:key>/", sharing.shared, name="shared"),
    path("shared/<uuid:uid>/revoke/", sharing.revoke, name="share-revoke"),
    path("scenarios/", scenarios.show, name="scenarios"),
    path("help/", help_page, name="help"),
    # latency
    path("latency/", latency.show, name="latency"),
    path("latency/cell/", latency.cell, name="latency-cell"),
    path("latency/upload/", latency.upload, name="latency-upload"),
    path("latency/zones/", latency.zones, name="latency-zones"),
    path("latency/from-aws/", latency.from_aws, name="latency-from-aws"),
    path("latency/cells.csv", latency.export, {"kind": "csv"}, name="latency-csv"),
    path("latency/cells.json", latency.export, {"kind": "json"}, name="latency-json"),
    path("latency/files/<uuid:uid>/", latency.file, name="latency-file"),
    path("latency/measurements/<uuid:uid>/withdraw/", latency.take_out, name="latency-withdraw"),
    path("topologies/<uuid:uid>/measure/", latency.kit, name="latency-kit"),
    # health
    path("metrics", MetricsView.as_view(), name="api-metrics"),
    path("health/", health.show, name="health"),
    path("health/resources/<uuid:uid>/", health.resource, name="health-resource"),
    path("health/findings/<uuid:uid>/acknowledge/", health.acknowledge, name="finding-acknowledge"),
    path("health/findings/<uuid:uid>/mute/", health.mute, name="finding-mute"),
    path("health/findings/<uuid:uid>/unmute/", health.unmute, name="finding-unmute"),
    path("health/rules/", health.rules, name="health-rules"),
    path("health/rules/<str:id>/", health.rule, name="health-rule"),
    path("health/collection/", collection.show, name="health-collection"),
    path("health/cap/", collection.cap, name="health-cap"),
    path("health/accounts/", collection.add_account, name="health-account-add"),
    path("health/accounts/<uuid:uid>/", collection.account, name="health-account"),
    path("health/accounts/<uuid:uid>/check/", collection.check, name="health-account-check"),
    path(
        "health/accounts/<uuid:uid>/remove/",
        collection.remove_account,
        name="health-account-remove",
    ),
    path("health/accounts/<uuid:uid>/role.<str:kind>", collection.role, name="health-role"),
    path("health/sources/", collection.add_source, name="health-source-add"),
    path(
        "health/sources/<uuid:uid>/remove/", collection.remove_source, name="health-source-remove"
    ),
    path("health/webhooks/", collection.add_webhook, name="webhook-add"),
    path("health/webhooks/<uuid:uid>/end/", collection.end_webhook, name="webhook-end"),
    path("health/deliveries/<uuid:uid>/again/", collection.again, name="webhook-again"),
    # the weekly report
    path("reports/", reports.index, name="reports"),
    path("reports/preview/", reports.preview, name="report-preview"),
    path("reports/preview/mail/", reports.preview_mail, name="report-preview-mail"),
    path("reports/schedule/", reports.schedule, name="report-schedule"),
    path("reports/test/", reports.test, name="report-test"),
    path("reports/me/", reports.me, name="report-me"),
    path("reports/recipients/", reports.add_recipient, name="recipient-add"),
    path("reports/recipients/<uuid:uid>/pause/", reports.pause, name="recipient-pause"),
    path("reports/recipients/<uuid:uid>/remove/", reports.remove, name="recipient-remove"),
    path("reports/mails/<uuid:uid>/again/", reports.again, name="mail-again"),
    path("reports/confirm/<str:key>/", reports.confirm, name="recipient-confirm"),
    path("reports/unsubscribe/<str:key>/", reports.unsubscribe, name="unsubscribe"),
    path("reports/<uuid:uid>/", reports.show, name="report"),
    path("reports/<uuid:uid>/mail/", reports.mail, name="report-mail"),
    # prices and background work
    path("prices/", prices.show, name="prices"),
    path("prices/changes/", prices.changed, name="price-changes"),
    path("prices/load/", prices.load_region, name="prices-load"),
    path("prices/own/", prices.override, name="price-override"),
    path("prices/own/<uuid:uid>/end/", prices.end_override, name="price-override-end"),
    path("jobs/", jobs.index, name="jobs"),
    path("jobs/<uuid:uid>/", jobs.show, name="job"),
    path("jobs/<uuid:uid>/cancel/", jobs.cancel, name="job-cancel"),
    path("topologies/<uuid:uid>/document/", topologies.document, name="document"),
    path(
        "topologies/<uuid:uid>/document.json",
        topologies.download,
        {"form": "json"},
        name="document-json",
    ),
    path(
        "topologies/<uuid:uid>/document.yaml",
        topologies.download,
        {"form": "yaml"},
        name="document-yaml",
    ),
    path("topologies/<uuid:uid>/versions/", topologies.versions, name="versions"),
    path("topologies/<uuid:uid>/changes/", history.changes, name="version-changes"),
    path(
        "topologies/<uuid:uid>/versions/<int:number>/restore/",
        history.restore,
        name="version-restore",
    ),
    path("topologies/<uuid:uid>/scenario/", history.scenario, name="make-scenario"),
    # the editor
    path("topologies/<uuid:uid>/edit/", editor.show, name="editor"),
    path("topologies/<uuid:uid>/edit/check/", editor.check, name="editor-check"),
    path("topologies/<uuid:uid>/edit/bulk/", editor.bulk, name="editor-bulk"),
    path("topologies/<uuid:uid>/edit/paste/", editor.paste, name="editor-paste"),
    path("topologies/<uuid:uid>/edit/table.csv", editor.export, name="editor-csv"),
    path("topologies/<uuid:uid>/delete/", topologies.delete, name="delete"),
    path("topologies/<uuid:uid>/restore/", topologies.restore, name="restore"),
    # the account
    path("account/delete/", leaving.account, name="account-delete"),
    path("account/tokens/", account.tokens, name="tokens"),
    path("account/tokens/<uuid:uid>/revoke/", account.revoke, name="revoke"),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("account/", include("allauth.account.urls")),
    *(oidc if settings.OIDC_SERVER_URL else ()),
    # the team
    path("team/", teams.show, name="team"),
    path("team/zone/", account.zone, name="zone"),
    path("team/rename/", teams.rename, name="team-rename"),
    path("team/invite/", teams.invite, name="team-invite"),
    path(
        "team/invitations/<uuid:uid>/revoke/",
        teams.revoke_invitation,
        name="team-invitation-revoke",
    ),
    path("team/members/<uuid:uid>/role/", teams.set_role, name="team-role"),
    path("team/members/<uuid:uid>/remove/", teams.remove, name="team-remove"),
    path("team/leave/", teams.leave, name="team-leave"),
    path("team/delete/", closing.delete, name="team-delete"),
    path("team/keep/", closing.keep, name="team-keep"),
    path("team/files.zip", closing.files, name="team-files"),
    path("team/members/<uuid:uid>/sign-out/", leaving.sign_out, name="team-member-sign-out"),
    path("team/kept/", kept.show, name="team-kept"),
    path("team/log/", teams.audit, name="audit"),
    path("team/log.csv", teams.audit_csv, name="audit-csv"),
    path("teams/new/", teams.new, name="team-new"),
    path("teams/<uuid:uid>/switch/", teams.switch, name="team-switch"),
    path("invitations/<str:key>/", teams.invitation, name="invitation"),
    path("invitations/<str:key>/accept/", teams.accept, name="invitation-accept"),
    # scripts and machines
    path("api/v1/", include(api)),
    path("healthz", healthz, name="healthz"),
]
