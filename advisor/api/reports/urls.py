from django.urls import path

from advisor.api.reports.views import (
    RecipientsView,
    RecipientView,
    ReportPreviewView,
    ReportsView,
    ReportView,
    ScheduleView,
)

urlpatterns = [
    path("", ReportsView.as_view(), name="api-reports"),
    path("preview/", ReportPreviewView.as_view(), name="api-report-preview"),
    path("schedule/", ScheduleView.as_view(), name="api-report-schedule"),
    path("recipients/", RecipientsView.as_view(), name="api-recipients"),
    path("recipients/<uuid:uid>/", RecipientView.as_view(), name="api-recipient"),
    path("<uuid:uid>/", ReportView.as_view(), name="api-report"),
]
