"""docker-compose.yml as an engine would read it."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from tests.conftest import ROOT

FILE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$(\$|\{(?P<name>\w+)(:-(?P<default>[^}]*))?\})")

Service = dict[str, Any]


def interpolated(content: Any, environment: Mapping[str, str]) -> Any:
    """With its variables filled in, after it was parsed; `$$` is a `$` for the shell inside."""

    def filled(match: re.Match[str]) -> str:
        name = match["name"]
        return (environment.get(name) or match["default"] or "") if name else "$"

    if isinstance(content, dict):
        return {key: interpolated(value, environment) for key, value in content.items()}
    if isinstance(content, list):
        return [interpolated(value, environment) for value in content]
    return VARIABLE.sub(filled, content) if isinstance(content, str) else content


def variables() -> set[str]:
    """What the file asks of its environment."""
    matches = VARIABLE.finditer(FILE.read_text(encoding="utf-8"))
    return {match["name"] for match in matches if match["name"]}


def read(**environment: str) -> dict[str, Any]:
    content: dict[str, Any] = interpolated(yaml.safe_load(FILE.read_bytes()), environment)
    return content


def check_of(service: Service) -> list[str]:
    """The command of a health check, as it is executed."""
    kind, *arguments = service["healthcheck"]["test"]
    return ["/bin/sh", "-c", *arguments] if kind == "CMD-SHELL" else arguments


def size(text: str) -> int:
    """Bytes of what compose writes as 512m."""
    units = {"k": 2**10, "m": 2**20, "g": 2**30}
    return int(text[:-1]) * units[text[-1]]
