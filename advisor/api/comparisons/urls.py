from django.urls import path

from advisor.api.comparisons.views import ComparisonsView

urlpatterns = [
    path("", ComparisonsView.as_view(), name="api-comparisons"),
]
