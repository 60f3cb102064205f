"""Users, teams, tokens, jobs, shared links, reports, webhooks and the audit log."""

from advisor.models.audit import AuditEntry, Event
from advisor.models.jobs import CallerCount, Job, StoredReply
from advisor.models.people import ApiToken, Invitation, Membership, Role, Team, User
from advisor.models.reports import Delivery, Recipient, Report
from advisor.models.sharing import ShareLink
from advisor.models.webhooks import Webhook, WebhookDelivery

__all__ = [
    "ApiToken",
    "AuditEntry",
    "CallerCount",
    "Delivery",
    "Event",
    "Invitation",
    "Job",
    "Membership",
    "Recipient",
    "Report",
    "Role",
    "ShareLink",
    "StoredReply",
    "Team",
    "User",
    "Webhook",
    "WebhookDelivery",
]
