from django.urls import path

from advisor.api.jobs.views import JobResultView, JobsView, JobView

urlpatterns = [
    path("", JobsView.as_view(), name="api-jobs"),
    path("<uuid:uid>/", JobView.as_view(), name="api-job"),
    path("<uuid:uid>/result/", JobResultView.as_view(), name="api-job-result"),
]
