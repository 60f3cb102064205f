"""Who wrote what, when, and through which door: before and after."""

from typing import Any, ClassVar

from auditlog.models import AbstractLogEntry, LogEntryManager
from django.db import models

from advisor.audit import by
from advisor.models.people import Team, User


class AuditManager(LogEntryManager):  # type: ignore[misc]  # the library has no types
    """Notes the author, the door and the team of every entry."""

    def log_create(self, instance: Any, force_log: bool = False, **fields: Any) -> Any:
        who = by.get()
        fields.setdefault("actor_id", who.user_id)
        fields.setdefault("door", who.door)
        fields.setdefault("remote_addr", who.address)
        fields.setdefault("team_id", _team_id(instance))
        return super().log_create(instance, force_log, **fields)


class AuditEntry(AbstractLogEntry):  # type: ignore[misc]
    """One write: the values before and after, its author and door."""

    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="+")
    door = models.CharField(max_length=150)

    objects: ClassVar[Any] = AuditManager()

    class Meta(AbstractLogEntry.Meta):  # type: ignore[misc]
        abstract = False
        indexes: ClassVar = [models.Index(fields=["team", "-timestamp"], name="a_teams_writes")]

    @property
    def verb(self) -> str:
        return {0: "made", 1: "changed", 2: "deleted"}[self.action]


def _team_id(instance: Any) -> int | None:
    """The team that an object belongs to; None for what is nobody's."""
    if isinstance(instance, Team):
        return instance.pk
    if isinstance(instance, User):
        return _working_in(instance)
    if not hasattr(instance, "team_id") and isinstance(getattr(instance, "user", None), User):
        return _working_in(instance.user)
    owner = getattr(instance, "topology", instance)
    found = getattr(owner, "team_id", None)
    return int(found) if found is not None else None


def _working_in(person: User) -> int | None:
    """The team of a person; a new one has none yet."""
    person.__dict__.pop("membership", None)
    found = person.membership
    person.__dict__.pop("membership", None)
    return None if found is None else found.team_id
