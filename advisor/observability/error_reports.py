"""What fails inside, to a Sentry server: where in our code, for which request or job; nothing else.

An event is written anew from what may leave. Messages of errors, variables, headers, addresses and
bodies may hold anything, so they stay here; the log has the message, by the request's id.
"""

import logging
from typing import Any, cast

import sentry_sdk
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.types import Event, Hint

from advisor.observability.logs import about

KEPT = (
    "event_id", "timestamp", "platform", "level", "logger", "release", "environment", "sdk"
)  # fmt: skip
KEPT_OF_FRAMES = (
    "filename", "module", "function", "lineno", "context_line", "pre_context", "post_context",
    "in_app",
)  # fmt: skip
TAGS = ("request_id", "team_id", "route", "task", "task_id", "job", "job_id", "attempt")
OURS = ("advisor", "connectivity", "costmodel")
IN_THE_LOG = "(in the log, by request_id or task_id)"


def start(dsn: str, environment: str) -> None:
    """From now on whatever fails is told."""
    sentry_sdk.init(
        dsn,
        environment=environment,
        integrations=[
            DjangoIntegration(transaction_style="function_name", signals_spans=False),
            CeleryIntegration(propagate_traces=False),
            LoggingIntegration(level=None, event_level=logging.ERROR),
        ],
        auto_enabling_integrations=False,
        before_send=only_what_may_leave,
        max_breadcrumbs=0,
        max_request_body_size="never",
        include_local_variables=False,
        propagate_traces=False,
        auto_session_tracking=False,
        send_client_reports=False,
        enable_metrics=False,
        server_name="",
    )


def only_what_may_leave(event: Event, hint: Hint) -> Event | None:
    """A new event. One without an error comes from a line of the log, which must be ours."""
    given: dict[str, Any] = {**event}
    kept = {name: given[name] for name in KEPT if name in given}
    errors = (given.get("exception") or {}).get("values") or []
    message = (given.get("logentry") or {}).get("message")
    is_ours = str(given.get("logger", "")).partition(".")[0] in OURS
    if not errors and not is_ours:
        return None
    if is_ours and message:
        kept["logentry"] = {"message": message}  # with its places, not with what stood in them
    if errors:
        kept["exception"] = {"values": [_error(each) for each in errors]}
    if (given.get("transaction_info") or {}).get("source") in ("component", "task"):
        kept["transaction"] = given["transaction"]
    fields = about()
    kept["tags"] = {name: str(fields[name]) for name in TAGS if fields.get(name) is not None}
    if fields.get("user_id") is not None:
        kept["user"] = {"id": str(fields["user_id"])}
    return cast(Event, kept)


def _error(error: dict[str, Any]) -> dict[str, Any]:
    frames = (error.get("stacktrace") or {}).get("frames") or []
    return {
        "type": error.get("type"),
        "module": error.get("module"),
        "value": IN_THE_LOG,
        "stacktrace": {
            "frames": [
                {name: frame[name] for name in KEPT_OF_FRAMES if name in frame} for frame in frames
            ]
        },
    }
