"""What the audit log keeps, and which values of it are too large or too secret to be kept there."""

from allauth.mfa.models import Authenticator
from auditlog.registry import auditlog

from advisor import models
from connectivity import models as connectivity
from costmodel import models as costmodel

AUDITED: dict[type, tuple[str, ...]] = {
    models.User: ("last_login", "working_in"),
    Authenticator: ("data", "last_used_at"),
    models.Team: (),
    models.Membership: (),
    models.Invitation: (),
    models.ApiToken: ("digest", "token_key"),
    models.ShareLink: (),
    models.Job: (
        *("arguments", "result", "problems", "done", "total"),
        *("heartbeat_at", "attempts", "losses"),
    ),
    connectivity.Topology: ("updated_at",),
    connectivity.TopologyVersion: ("document", "topology", "author", "sha256"),
    connectivity.LatencyUpload: ("raw",),
    connectivity.Measurement: ("sketch",),
    connectivity.ZoneName: (),
    connectivity.AwsAccount: (),
    connectivity.HealthSettings: (),
    connectivity.PrometheusSource: (),
    connectivity.RuleSetting: ("changed_at",),
    models.Webhook: (),
    models.Recipient: (),
    costmodel.PriceList: (),
    costmodel.PriceOverride: (),
}
"""Models, and the fields whose values are left out."""

INTERNAL = ("id", "uid")
SECRETS: dict[type, list[str]] = {
    models.User: ["password"],
    models.Webhook: ["secret", "old_secrets", "routing_key", "url"],
    connectivity.PrometheusSource: ["url"],
    connectivity.AwsAccount: ["external_id"],
}
"""Fields of which the log says that they changed, and nothing else."""

DERIVED = (
    models.StoredReply,
    models.CallerCount,
    models.AuditEntry,
    models.Report,
    connectivity.LatencySet,
    connectivity.MeasuredCell,
    connectivity.Collection,
    connectivity.Spending,
    connectivity.Resource,
    connectivity.Finding,
    connectivity.Incident,
)
"""Owned by a team, and made by the product from what is audited."""


def hidden(value: str) -> str:
    """What the log shows of a secret that changed."""
    return "(hidden)"


def register() -> None:
    for model, left_out in AUDITED.items():
        auditlog.register(
            model, exclude_fields=[*INTERNAL, *left_out], mask_fields=SECRETS.get(model)
        )
