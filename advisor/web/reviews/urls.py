"""Reviews: which there are, one with its inputs in the address, and those of a topology."""

from django.urls import path

from advisor.web.reviews import editor, of_manifests, of_topology, views

urlpatterns = [
    path("reviews/", views.overview, name="reviews"),
    path("reviews/manifests/", of_manifests.show, name="review-manifests"),
    path("reviews/<slug:key>/", views.review, name="review"),
    path("reviews/<slug:key>/file/", views.file, name="review-file"),
    path("reviews/<slug:key>/files.zip", views.files, name="review-zip"),
    path("topologies/<uuid:uid>/reviews/", of_topology.show, name="topology-reviews"),
    path("topologies/<uuid:uid>/reviews/edit/", editor.edit, name="topology-review"),
    path("topologies/<uuid:uid>/reviews/file/", of_topology.file, name="topology-review-file"),
    path("topologies/<uuid:uid>/reviews.zip", of_topology.files, name="topology-reviews-zip"),
    path("topologies/<uuid:uid>/reviews.json", of_topology.download, name="topology-reviews-json"),
]
