"""Request bodies are read by the core's own reader, which finds repeated keys, NaN and bombs."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import BaseParser

from connectivity.core.problems import DocumentRefused, Problem
from connectivity.core.reading import read


class DocumentParser(BaseParser):
    """JSON or YAML, up to the size that is read over HTTP."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        limit = settings.MAX_DOCUMENT_BYTES
        data = stream.read(limit + 1)
        if len(data) > limit:
            raise DocumentRefused(
                [Problem("document", f"has more than {limit:,} bytes; use manage.py compare")]
            )
        return read(data)


class YamlParser(DocumentParser):
    media_type = "application/yaml"
