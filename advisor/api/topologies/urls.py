from django.urls import path

from advisor.api.topologies.hand_over import HandOverView
from advisor.api.topologies.views import TopologiesView, TopologyView, VersionsView, VersionView

urlpatterns = [
    path("", TopologiesView.as_view(), name="api-topologies"),
    path("<uuid:uid>/", TopologyView.as_view(), name="api-topology"),
    path("<uuid:uid>/hand-over/", HandOverView.as_view(), name="api-hand-over"),
    path("<uuid:uid>/versions/", VersionsView.as_view(), name="api-versions"),
    path("<uuid:uid>/versions/<int:number>/", VersionView.as_view(), name="api-version"),
]
