"""Users, teams, tokens, jobs, shared links and the audit log."""

from advisor.models.audit import AuditEntry
from advisor.models.jobs import Job, StoredReply
from advisor.models.people import ApiToken, Invitation, Membership, Role, Team, User
from advisor.models.sharing import ShareLink

__all__ = [
    "ApiToken",
    "AuditEntry",
    "Invitation",
    "Job",
    "Membership",
    "Role",
    "ShareLink",
    "StoredReply",
    "Team",
    "User",
]
