"""The weekly report and who gets it."""

from django.urls import path

from advisor.web.reports import views

urlpatterns = [
    path("reports/", views.index, name="reports"),
    path("reports/preview/", views.preview, name="report-preview"),
    path("reports/preview/mail/", views.preview_mail, name="report-preview-mail"),
    path("reports/schedule/", views.schedule, name="report-schedule"),
    path("reports/test/", views.test, name="report-test"),
    path("reports/me/", views.me, name="report-me"),
    path("reports/recipients/", views.add_recipient, name="recipient-add"),
    path("reports/recipients/<uuid:uid>/pause/", views.pause, name="recipient-pause"),
    path("reports/recipients/<uuid:uid>/remove/", views.remove, name="recipient-remove"),
    path("reports/mails/<uuid:uid>/again/", views.again, name="mail-again"),
    path("reports/confirm/<str:key>/", views.confirm, name="recipient-confirm"),
    path("reports/unsubscribe/<str:key>/", views.unsubscribe, name="unsubscribe"),
    path("reports/<uuid:uid>/", views.show, name="report"),
    path("reports/<uuid:uid>/mail/", views.mail, name="report-mail"),
]
