"""Latency: the matrix, imports, what a topology lacks."""

from django.urls import path

from advisor.web.latency import views

urlpatterns = [
    path("latency/", views.show, name="latency"),
    path("latency/cell/", views.cell, name="latency-cell"),
    path("latency/upload/", views.upload, name="latency-upload"),
    path("latency/zones/", views.zones, name="latency-zones"),
    path("latency/from-aws/", views.from_aws, name="latency-from-aws"),
    path("latency/cells.csv", views.export, {"kind": "csv"}, name="latency-csv"),
    path("latency/cells.json", views.export, {"kind": "json"}, name="latency-json"),
    path("latency/files/<uuid:uid>/", views.file, name="latency-file"),
    path("latency/measurements/<uuid:uid>/withdraw/", views.take_out, name="latency-withdraw"),
    path("topologies/<uuid:uid>/measure/", views.kit, name="latency-kit"),
]
