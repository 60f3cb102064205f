from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from advisor.api.schema.page import DocsView

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", DocsView.as_view(url_name="api-schema"), name="api-docs"),
]
