from django.urls import path

from advisor.api.plans.views import PlansView

urlpatterns = [
    path("", PlansView.as_view(), name="api-plans"),
]
