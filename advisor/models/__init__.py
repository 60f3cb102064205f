"""Users, teams, tokens, jobs and shared links."""

from advisor.models.jobs import Job, StoredReply
from advisor.models.people import ApiToken, Membership, Team, User
from advisor.models.sharing import ShareLink

__all__ = ["ApiToken", "Job", "Membership", "ShareLink", "StoredReply", "Team", "User"]
