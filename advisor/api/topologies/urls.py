from django.urls import path

from advisor.api.topologies.views import TopologiesView, TopologyView, VersionsView, VersionView

urlpatterns = [
    path("", TopologiesView.as_view(), name="api-topologies"),
    path("<uuid:uid>/", TopologyView.as_view(), name="api-topology"),
    path("<uuid:uid>/versions/", VersionsView.as_view(), name="api-versions"),
    path("<uuid:uid>/versions/<int:number>/", VersionView.as_view(), name="api-version"),
]
