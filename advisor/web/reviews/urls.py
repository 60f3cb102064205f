"""Reviews: which there are, one by its inputs, those of a topology, documents of them."""

from django.urls import path

from advisor.web.reviews import (
    editor,
    kept_documents,
    of_manifests,
    of_topology,
    sharing,
    views,
)

urlpatterns = [
    path("reviews/", views.overview, name="reviews"),
    path("reviews/new/", kept_documents.begin, name="reviews-new"),
    path("reviews/manifests/", of_manifests.show, name="review-manifests"),
    path("reviews/<slug:key>/", views.review, name="review"),
    path("reviews/<slug:key>/file/", views.file, name="review-file"),
    path("reviews/<slug:key>/files.zip", views.files, name="review-zip"),
    path("reviews/<slug:key>/keep/", kept_documents.keep, name="review-keep"),
    path("topologies/<uuid:uid>/reviews/", of_topology.show, name="topology-reviews"),
    path("topologies/<uuid:uid>/reviews/edit/", editor.edit, name="topology-review"),
    path("topologies/<uuid:uid>/reviews/file/", of_topology.file, name="topology-review-file"),
    path("topologies/<uuid:uid>/reviews/share/", sharing.share, name="topology-reviews-share"),
    path("topologies/<uuid:uid>/reviews.zip", of_topology.files, name="topology-reviews-zip"),
    path("topologies/<uuid:uid>/reviews.json", of_topology.download, name="topology-reviews-json"),
]
