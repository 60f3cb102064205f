"""Prices and a team's own."""

from django.urls import path

from advisor.web.prices import views

urlpatterns = [
    path("prices/", views.show, name="prices"),
    path("prices/changes/", views.changed, name="price-changes"),
    path("prices/load/", views.load_region, name="prices-load"),
    path("prices/own/", views.override, name="price-override"),
    path("prices/own/<uuid:uid>/end/", views.end_override, name="price-override-end"),
]
