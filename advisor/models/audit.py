"""Who wrote what, when, and through which door; and who came in, or did not."""

from typing import Any, ClassVar

from auditlog.models import AbstractLogEntry, LogEntryManager
from django.db import models

from advisor.acting import by
from advisor.models.people import Team, User


class AuditManager(LogEntryManager):  # type: ignore[misc]  # the library has no types
    """Notes the author, the door and the team of every entry."""

    def log_create(self, instance: Any, force_log: bool = False, **fields: Any) -> Any:
        who = by.get()
        fields.setdefault("actor_id", who.user_id)
        fields.setdefault("door", who.door)
        fields.setdefault("remote_addr", who.address)
        fields.setdefault("agent", who.agent)
        fields.setdefault("team_id", _team_id(instance))
        return super().log_create(instance, force_log, **fields)


class Event(models.TextChoices):
    """What happens at the doors, and is no write."""

    SIGNED_IN = "signed in"
    SIGN_IN_REFUSED = "sign-in refused"
    SIGN_IN_LOCKED = "sign-in locked"
    SIGNED_OUT = "signed out"
    OTHERS_SIGNED_OUT = "signed out elsewhere"
    JOINED = "invitation accepted"
    PASSWORD_CHANGED = "password changed"  # noqa: S105  a word
    PASSWORD_RESET = "password reset"  # noqa: S105  a word
    FACTOR_ADDED = "second factor added"
    FACTOR_REMOVED = "second factor removed"
    CODES_RENEWED = "recovery codes renewed"
    CODE_REFUSED = "code refused"
    CODES_LOCKED = "codes locked"
    SIGNED_OUT_BY_ADMIN = "signed out by an admin"
    ACCOUNT_DELETED = "account deleted"
    TEAM_DELETED = "team deleted"
    TOKEN_REFUSED = "token refused"  # noqa: S105  a word


class AuditEntry(AbstractLogEntry):  # type: ignore[misc]
    """One write, with the values before and after, or one event; its author and door."""

    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="+")
    door = models.CharField(max_length=150)
    event = models.CharField(max_length=40, blank=True, db_default="")
    agent = models.CharField(max_length=200, blank=True, db_default="")

    objects: ClassVar[Any] = AuditManager()

    class Meta(AbstractLogEntry.Meta):  # type: ignore[misc]
        abstract = False
        indexes: ClassVar = [models.Index(fields=["team", "-timestamp"], name="a_teams_writes")]

    @property
    def verb(self) -> str:
        return self.event or {0: "made", 1: "changed", 2: "deleted"}[self.action]


def _team_id(instance: Any) -> int | None:
    """The team that an object belongs to; None for what is nobody's."""
    if isinstance(instance, Team):
        return instance.pk
    if isinstance(instance, User):
        return _working_in(instance)
    if not hasattr(instance, "team_id") and isinstance(getattr(instance, "user", None), User):
        return _working_in(instance.user)
    owner = getattr(instance, "topology", instance)
    team_id = getattr(owner, "team_id", None)
    return int(team_id) if team_id is not None else None


def _working_in(person: User) -> int | None:
    """The team of a person; a new one has none yet."""
    person.__dict__.pop("membership", None)
    membership = person.membership
    person.__dict__.pop("membership", None)
    return None if membership is None else membership.team_id
