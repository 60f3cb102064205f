"""Secrets that files hold, as containers are given them: NAME_FILE says where NAME is."""

from collections.abc import Mapping
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

MAX_BYTES = 64 * 1024
FROM_FILES = ("DATABASE_PASSWORD", "EMAIL_URL", "METRICS_TOKEN", "OIDC_CLIENT_SECRET", "REDIS_URL")
"""SECRET_KEY has a file of its own: see `advisor.environment.variables.kept_key`."""


def with_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment and what its files hold; an empty file sets nothing.

    The process's own environment stays without them: programs that it starts inherit that.

    Raises:
        ImproperlyConfigured: a file cannot be read, or a secret is said twice; all of them.
    """
    values, problems = dict(environment), []
    for name in FROM_FILES:
        path = environment.get(f"{name}_FILE")
        if path is None:
            continue
        if name in environment:
            problems.append(f"{name} and {name}_FILE are both set; keep one of them")
            continue
        try:
            secret = _read(Path(path))
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            problems.append(f"{name}_FILE is {path!r}, which cannot be read ({reason})")
            continue
        if secret:
            values[name] = secret
    if problems:
        raise ImproperlyConfigured("\n".join(problems))
    return values


def _read(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError(f"it has more than {MAX_BYTES} bytes")
    try:
        return content.decode().strip()
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8") from error
