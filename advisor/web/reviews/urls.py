"""Reviews: which there are, and one with its inputs in the address."""

from django.urls import path

from advisor.web.reviews import views

urlpatterns = [
    path("reviews/", views.overview, name="reviews"),
    path("reviews/<slug:key>/", views.review, name="review"),
]
