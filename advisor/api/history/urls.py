from django.urls import path

from advisor.api.history.views import AuditView, RestoreView, VersionChangesView

urlpatterns = [
    path(
        "topologies/<uuid:uid>/versions/<int:number>/restore/",
        RestoreView.as_view(),
        name="api-version-restore",
    ),
    path(
        "topologies/<uuid:uid>/changes/", VersionChangesView.as_view(), name="api-version-changes"
    ),
    path("audit/", AuditView.as_view(), name="api-audit"),
]
