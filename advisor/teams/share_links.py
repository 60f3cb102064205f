"""Links to one view of a version for people without an account: made and revoked."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from advisor.models import ShareLink, User
from connectivity.models import TopologyVersion


def create(
    user: User,
    version: TopologyVersion,
    query: str,
    days: int,
    view: ShareLink.View = ShareLink.View.COMPARISON,
) -> ShareLink:
    """A link to what a query shows of a version, open for some days."""
    return ShareLink.objects.create(
        team_id=user.team_id,
        version=version,
        view=view,
        query=query,
        author=user,
        expires_at=timezone.now() + timedelta(days=days),
    )


def revoke(team_id: int, uid: UUID) -> ShareLink:
    """End a link at once; one that is ended stays as it is.

    Raises:
        ShareLink.DoesNotExist: there is none, or it is another team's.
    """
    link = ShareLink.objects.select_related("version__topology").get(team_id=team_id, uid=uid)
    if link.revoked_at is None:
        link.revoked_at = timezone.now()
        link.save(update_fields=["revoked_at"])
    return link
