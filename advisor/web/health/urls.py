"""Health: resources, findings, rules, what is collected, webhooks."""

from django.urls import path

from advisor.web.health import collection, overview, views, webhooks

urlpatterns = [
    path("health/", overview.show, name="health"),
    path("health/resources.csv", overview.export, name="health-csv"),
    path("health/resources/<uuid:uid>/", views.resource, name="health-resource"),
    path("health/findings/<uuid:uid>/acknowledge/", views.acknowledge, name="finding-acknowledge"),
    path("health/findings/<uuid:uid>/mute/", views.mute, name="finding-mute"),
    path("health/findings/<uuid:uid>/unmute/", views.unmute, name="finding-unmute"),
    path("health/rules/", views.rules, name="health-rules"),
    path("health/rules/<str:id>/", views.rule, name="health-rule"),
    path("health/collection/", collection.show, name="health-collection"),
    path("health/cap/", collection.cap, name="health-cap"),
    path("health/owners/", collection.owners, name="health-owners"),
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
    path("health/webhooks/", webhooks.add, name="webhook-add"),
    path("health/webhooks/<uuid:uid>/test/", webhooks.test, name="webhook-test"),
    path("health/webhooks/<uuid:uid>/secret/", webhooks.rotate, name="webhook-rotate"),
    path("health/webhooks/<uuid:uid>/secret/forget/", webhooks.forget, name="webhook-forget"),
    path("health/webhooks/<uuid:uid>/end/", webhooks.end, name="webhook-end"),
    path("health/deliveries/<uuid:uid>/again/", webhooks.again, name="webhook-again"),
]
