"""The API's schema as a page."""

from typing import Any

from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.response import Response

from advisor.api.http.rendering import FastJSONRenderer
from advisor.api.schema import postprocessing  # noqa: F401  registers itself

OWN_STYLES = {"style-src": ["'self'", "'unsafe-inline'"]}  # Swagger UI's script sets attributes


@method_decorator(csp_update(OWN_STYLES), name="dispatch")
class DocsView(SpectacularSwaggerSplitView):
    def finalize_response(
        self, request: Any, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """What is no page, such as a refusal, is JSON, as everywhere in the API."""
        if not response.template_name:
            request.accepted_renderer = FastJSONRenderer()
            request.accepted_media_type = FastJSONRenderer.media_type
        return super().finalize_response(request, response, *args, **kwargs)
