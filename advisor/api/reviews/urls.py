from django.urls import path

from advisor.api.reviews.views import ReviewsView

urlpatterns = [
    path("", ReviewsView.as_view(), name="api-reviews"),
]
