"""Topologies: the list, the form, the editor, versions."""

from django.urls import path

from advisor.web.topologies import editor, history, views

urlpatterns = [
    path("", views.home, name="home"),
    path("topologies/new/", views.new, name="new"),
    path("topologies/new/azs/<str:side>/", views.azs, name="azs"),
    path("topologies/paste/", views.paste, name="paste"),
    path("topologies/<uuid:uid>/document/", views.document, name="document"),
    path(
        "topologies/<uuid:uid>/document.json",
        views.download,
        {"form": "json"},
        name="document-json",
    ),
    path(
        "topologies/<uuid:uid>/document.yaml",
        views.download,
        {"form": "yaml"},
        name="document-yaml",
    ),
    path("topologies/<uuid:uid>/versions/", views.versions, name="versions"),
    path("topologies/<uuid:uid>/changes/", history.changes, name="version-changes"),
    path(
        "topologies/<uuid:uid>/versions/<int:number>/restore/",
        history.restore,
        name="version-restore",
    ),
    path("topologies/<uuid:uid>/scenario/", history.scenario, name="make-scenario"),
    path("topologies/<uuid:uid>/edit/", editor.show, name="editor"),
    path("topologies/<uuid:uid>/edit/check/", editor.check, name="editor-check"),
    path("topologies/<uuid:uid>/edit/bulk/", editor.bulk, name="editor-bulk"),
    path("topologies/<uuid:uid>/edit/paste/", editor.paste, name="editor-paste"),
    path("topologies/<uuid:uid>/edit/table.csv", editor.export, name="editor-csv"),
    path("topologies/<uuid:uid>/delete/", views.delete, name="delete"),
    path("topologies/<uuid:uid>/restore/", views.restore, name="restore"),
]
