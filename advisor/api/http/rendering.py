"""Answers as JSON. A comparison of many flows has megabytes, so the encoder matters."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import JSONRenderer

from advisor.text.encoding import as_json


class FastJSONRenderer(JSONRenderer):
    """Our encoder; what it cannot write, such as texts to be translated, the framework writes."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        if data is None:
            return b""
        try:
            return as_json(data)
        except TypeError:
            return super().render(data, accepted_media_type, renderer_context)
