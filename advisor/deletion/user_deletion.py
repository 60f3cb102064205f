"""People who go: an account is made anonymous; what it made stays with its teams."""

from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from auditlog.context import disable_auditlog
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, Q

from advisor.acting import By, acting, by
from advisor.audit import signins
from advisor.models import (
    ApiToken,
    AuditEntry,
    Event,
    Invitation,
    Membership,
    Recipient,
    Role,
    Team,
    User,
)
from advisor.teams import membership

PERSONAL = (UserSession, Authenticator, SocialAccount, EmailAddress, ApiToken)
"""Models whose rows are one person's, and go with them."""

TEXTS_THAT_NAME: dict[type[Model], set[str]] = {
    User: {"username", "email", "first_name", "last_name"},
    Recipient: {"address"},
    Invitation: {"note"},
}
LABELS_THAT_NAME: dict[type[Model] | None, tuple[str, ...]] = {
    User: ("%s",),
    Recipient: ("%s",),
    Membership: ("%s in ",),
    Invitation: ("invitation for %s to ",),
}
"""How the log calls an object that is called like a person."""

CHUNK = 200


def obstacles(user: User) -> list[str]:
    """Why an account cannot go yet, with what to do; empty: it can."""
    return [
        f"{user.username} is the last admin of {team.name}: make somebody else an admin first, or "
        "delete the team."
        for team in Team.objects.filter(membership__user=user, membership__role=Role.ADMIN)
        if team.closes_at is None and not membership.has_another_admin(team.pk, user)
    ]


def forget(user: User) -> str:
    """Take a person out of every team and out of the database; returns the name that remains.

    The row stays, without anything personal, so that authors of versions are told apart.

    Raises:
        teams.TeamError: somebody must take over a team first.
    """
    with transaction.atomic():
        _lock_teams(user)
        if reasons := obstacles(user):
            raise membership.TeamError(" ".join(reasons))
        names = {user.username, user.email, user.first_name, user.last_name} - {""}
        name = f"former-{user.uid.hex[:8]}"
        members = list(Membership.objects.filter(user=user))
        team_ids = [*{member.team_id for member in members} | _left_before(user)]
        for member in members:
            membership.let_go(member)
        with disable_auditlog():
            _end_personal(user, names, team_ids)
            _rename(user, name)
            _forget_in_log(user, names, name, team_ids)
        with acting(By(user.pk, by.get().door)):  # without address and browser
            signins.note(Event.ACCOUNT_DELETED, user, teams=team_ids)
    return name


def _lock_teams(user: User) -> None:
    """Two last admins must not go by the same look at each other; nor change roles meanwhile."""
    own = Membership.objects.filter(user=user).values("team")
    list(Team.objects.select_for_update().filter(pk__in=own).order_by("pk"))


def _left_before(user: User) -> set[int]:
    """Teams in which somebody did anything that the log still has."""
    written = AuditEntry.objects.filter(actor=user).exclude(team=None).order_by()
    return set(written.values_list("team_id", flat=True).distinct())


def sign_out(user: User) -> int:
    """End every session of a person at once; returns how many there were."""
    sessions = list(UserSession.objects.filter(user=user))
    for session in sessions:
        session.end()
    return len(sessions)


def _end_personal(user: User, names: set[str], team_ids: list[int]) -> None:
    sign_out(user)
    for model in PERSONAL:
        model._default_manager.filter(user=user).delete()
    addressed = Q(team_id__in=team_ids) & Q(address__in=[name.lower() for name in names])
    Recipient.objects.filter(Q(user=user) | addressed).delete()
    Invitation.objects.filter(accepted_by=user).update(note="")
    user.groups.clear()
    user.user_permissions.clear()


def _rename(user: User, name: str) -> None:
    user.username, user.email, user.first_name, user.last_name = name, "", "", ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.last_login = user.working_in = None
    user.set_unusable_password()
    user.save()


def _forget_in_log(user: User, names: set[str], name: str, team_ids: list[int]) -> None:
    """Sign-ins go; writes stay, without address and browser, under the name that remains."""
    about = Q(content_type__app_label="advisor", content_type__model="user", object_id=user.pk)
    AuditEntry.objects.filter(about).exclude(event="").delete()
    AuditEntry.objects.filter(actor=user).update(remote_addr=None, agent="", actor_email=None)
    named = Q(actor=user) | Q(team_id__in=team_ids, content_type__in=_naming())
    for entry in _entries(about | named):
        naming = _fields_that_name(entry.content_type.model_class())
        changes = {
            key: _without(values, names, name) if key in naming else values
            for key, values in entry.changes_dict.items()
        }
        label = _label_without(entry, names, name)
        if (changes, label) != (entry.changes_dict, entry.object_repr):
            AuditEntry.objects.filter(pk=entry.pk).update(changes=changes, object_repr=label)


def _fields_that_name(model: type[Model] | None) -> set[str]:
    """Fields of which the log has what a person is called; others may have the same word, and mean
    something else: a role, or what somebody called a topology."""
    if model is None:
        return set()
    referring = {field.name for field in model._meta.concrete_fields if field.related_model is User}
    return referring | TEXTS_THAT_NAME.get(model, set())


def _label_without(entry: Any, names: set[str], name: str) -> str:
    """What the log calls an object, if it calls it by a person."""
    label: str = entry.object_repr
    for known in names:
        for form in LABELS_THAT_NAME.get(entry.content_type.model_class(), ()):
            start, end = form.split("%s")
            if label.startswith(f"{start}{known}{end}") and (end or label == start + known):
                label = start + name + label.removeprefix(start + known)
    return label


def _naming() -> list[ContentType]:
    """Kinds of what refers to people: whoever wrote it, the entry has their names."""
    referring = [
        model
        for model in apps.get_models()
        if any(field.related_model is User for field in model._meta.concrete_fields)
    ]
    return list(ContentType.objects.get_for_models(User, *referring).values())


def _entries(which: Q) -> Iterator[Any]:
    keys = list(AuditEntry.objects.filter(which).values_list("pk", flat=True))
    for i in range(0, len(keys), CHUNK):
        yield from AuditEntry.objects.filter(pk__in=keys[i : i + CHUNK])


def _without(values: Any, names: set[str], name: str) -> Any:
    if not isinstance(values, list):
        return values
    return [name if value in names else value for value in values]
