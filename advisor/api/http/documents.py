"""Request bodies are read by the core's own reader, which finds repeated keys, NaN and bombs."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser

from connectivity.core.document.parser import read


class DocumentParser(BaseParser):
    """JSON or YAML; `advisor.limits.body_sizes` says how much of it."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return read(stream.read())


class YamlParser(DocumentParser):
    media_type = "application/yaml"
