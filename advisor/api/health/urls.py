from django.urls import path

from advisor.api.health.views import (
    CollectionView,
    FindingsView,
    FindingView,
    IncidentsView,
    IncidentView,
    ResourcesView,
    ResourceView,
    RulesView,
    RuleView,
)

urlpatterns = [
    path("resources/", ResourcesView.as_view(), name="api-health-resources"),
    path("resources/<uuid:uid>/", ResourceView.as_view(), name="api-health-resource"),
    path("findings/", FindingsView.as_view(), name="api-health-findings"),
    path("findings/<uuid:uid>/", FindingView.as_view(), name="api-health-finding"),
    path("incidents/", IncidentsView.as_view(), name="api-health-incidents"),
    path("incidents/<uuid:uid>/", IncidentView.as_view(), name="api-health-incident"),
    path("rules/", RulesView.as_view(), name="api-health-rules"),
    path("rules/<str:id>/", RuleView.as_view(), name="api-health-rule"),
    path("collection/", CollectionView.as_view(), name="api-health-collection"),
]
