"""Users, teams, tokens and jobs."""

from advisor.models.jobs import Job, StoredReply
from advisor.models.people import ApiToken, Membership, Team, User

__all__ = ["ApiToken", "Job", "Membership", "StoredReply", "Team", "User"]
