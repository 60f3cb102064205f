"""Teams: who comes in, who may do what, who leaves. Each step may be repeated."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.text import slugify

from advisor.audit import signins
from advisor.models import (
    ApiToken,
    Event,
    Invitation,
    Membership,
    Recipient,
    Role,
    Team,
    User,
)

SLUG_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # at random: nobody takes a name that is to come
DAYS = 7  # for which an invitation is open


class TeamError(ValueError):
    """It cannot be done; says why, and what can."""


def create_team(name: str, user: User) -> Team:
    """A new team with its maker as the admin, who works in it from now on."""
    with transaction.atomic():
        slug = f"{slugify(name)[:35] or 'team'}-{get_random_string(6, SLUG_LETTERS)}"
        team = Team.objects.create(slug=slug, name=name)
        Membership.objects.create(team=team, user=user, role=Role.ADMIN)
        _work_in(user, team)
    return team


def switch(user: User, uid: UUID) -> Team:
    """Work in another of one's teams.

    Raises:
        Membership.DoesNotExist: the user is not in such a team.
    """
    team = user.membership_set.select_related("team").get(team__uid=uid).team
    _work_in(user, team)
    return team


def rename(team: Team, name: str) -> None:
    team.name = name
    team.save(update_fields=["name"])


def invite(team_id: int, role: str, note: str, author: User) -> Invitation:
    return Invitation.objects.create(
        team_id=team_id,
        role=role,
        note=note,
        author=author,
        expires_at=timezone.now() + timedelta(days=DAYS),
    )


def revoke_invitation(team_id: int, uid: UUID) -> Invitation:
    """End an invitation; one that has ended stays as it is.

    Raises:
        Invitation.DoesNotExist: there is none, or it is another team's.
    """
    invitation = Invitation.objects.get(team_id=team_id, uid=uid)
    if invitation.ended_at is None:
        invitation.ended_at = timezone.now()
        invitation.save(update_fields=["ended_at"])
    return invitation


def accept(invitation: Invitation, user: User) -> Team:
    """Join the team, and work in it. A member keeps the role it has; whoever left stays out.

    Raises:
        TeamError: somebody used the invitation, it expired, or it was revoked.
    """
    with transaction.atomic():
        if not is_joinable(invitation.team_id):
            raise TeamError("This team is being deleted.")
        locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
        is_member = Membership.objects.filter(team=locked.team, user=user).exists()
        if not locked.is_open and not (is_member and locked.accepted_by_id == user.pk):
            raise TeamError("This invitation has ended. Ask whoever sent it for a new one.")
        if not is_member:
            Membership.objects.create(team=locked.team, user=user, role=locked.role)
        if locked.is_open:
            locked.ended_at, locked.accepted_by = timezone.now(), user
            locked.save(update_fields=["ended_at", "accepted_by"])
            signins.note(
                Event.JOINED, user, teams=[locked.team_id], role=locked.role, invitation=locked.note
            )
        _work_in(user, locked.team)
    return locked.team


def is_joinable(team_id: int) -> bool:
    """The team is there, and not due to be deleted; inside a transaction it stays so."""
    team = Team.objects.select_for_update().filter(pk=team_id).first()
    return team is not None and (team.closes_at is None or team.closes_at > timezone.now())


def set_role(team_id: int, uid: UUID, role: str) -> Membership:
    """Give a member another role.

    Raises:
        Membership.DoesNotExist: there is none, or it is another team's.
        TeamError: it is the last admin.
    """
    with transaction.atomic():
        member = _locked(team_id, uid)
        if role != Role.ADMIN:
            _keep_an_admin(member)
            _end_invitations(member)
        member.role = role
        member.save(update_fields=["role"])
    return member


def remove(team_id: int, uid: UUID) -> Membership:
    """Take a member out of the team, with the tokens and reports that they had there.

    Raises: as `set_role`.
    """
    with transaction.atomic():
        member = _locked(team_id, uid)
        _keep_an_admin(member)
        let_go(member)
    return member


def let_go(member: Membership) -> None:
    """End all that somebody may do in a team, and gets from it. What they made and shared stays."""
    _end_invitations(member)
    for token in ApiToken.objects.filter(team_id=member.team_id, user=member.user):
        token.delete()
    recipients = Recipient.objects.filter(team_id=member.team_id, user=member.user, removed_at=None)
    for recipient in recipients:
        recipient.removed_at = timezone.now()
        recipient.save(update_fields=["removed_at"])
    user = member.user
    if user.working_in_id == member.team_id:
        user.working_in = None
        user.save(update_fields=["working_in"])
    member.delete()


def member(team_id: int, uid: UUID) -> Membership:
    """Raises: Membership.DoesNotExist: there is none, or it is another team's."""
    return Membership.objects.select_related("user").get(team_id=team_id, uid=uid)


def has_another_admin(team_id: int, user: User) -> bool:
    admins = Membership.objects.filter(team_id=team_id, role=Role.ADMIN)
    return admins.exclude(user=user).exists()


def _locked(team_id: int, uid: UUID) -> Membership:
    """A member; nobody else changes roles of the team meanwhile."""
    Team.objects.select_for_update().get(pk=team_id)
    return Membership.objects.select_related("user", "team").get(team_id=team_id, uid=uid)


def _keep_an_admin(member: Membership) -> None:
    if member.role == Role.ADMIN and not has_another_admin(member.team_id, member.user):
        raise TeamError(
            f"{member.user.username} is the last admin of {member.team.name}; make somebody else "
            "an admin first."
        )


def _end_invitations(member: Membership) -> None:
    """What somebody opened as an admin does not stay open after that."""
    invitations = Invitation.objects.filter(
        team_id=member.team_id, author=member.user, ended_at=None
    )
    for invitation in invitations:
        invitation.ended_at = timezone.now()
        invitation.save(update_fields=["ended_at"])


def _work_in(user: User, team: Team) -> None:
    user.working_in = team
    user.save(update_fields=["working_in"])
    user.__dict__.pop("membership", None)


def invitation_in(session: Any) -> Invitation | None:
    """The open invitation that brought somebody here who has no account yet."""
    try:
        invitation = Invitation.by_key(session.get("invitation", ""))
    except Invitation.DoesNotExist:
        return None
    return invitation if invitation.is_open else None
