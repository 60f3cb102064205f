"""Who may use the product: users, their teams and roles, invitations, the tokens of scripts."""

# knox has no types, so the managers that point at its model cannot be resolved
# mypy: disable-error-code="django-manager-missing"

import uuid
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.signing import BadSignature, Signer
from django.db import models, transaction
from django.utils import timezone
from django.utils.functional import cached_property
from knox.models import AbstractAuthToken, AuthTokenManager

from connectivity.core.report_schedule import Schedule

INVITATIONS = Signer(salt="advisor.invitation")


class Role(models.TextChoices):
    """What a member of a team may do. Each may do what those before it may."""

    VIEWER = "viewer", "viewer: reads and compares"
    EDITOR = "editor", "editor: stores and changes, too"
    ADMIN = "admin", "admin: members, settings and the audit log, too"

    @property
    def rank(self) -> int:
        return list(Role).index(self)

    def includes(self, other: "Role") -> bool:
        return self.rank >= other.rank


class TeamManager(models.Manager["Team"]):
    def default(self) -> "Team":
        """The team of whoever is made on the command line."""
        return self.get_or_create(slug="default", defaults={"name": "Default team"})[0]


class Team(models.Model):
    """The owner of topologies, jobs and tokens."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    time_zone = models.CharField(max_length=64, default="UTC")
    has_reports = models.BooleanField(default=True)
    report_weekday = models.PositiveSmallIntegerField(default=0)  # 0: Monday
    report_hour = models.PositiveSmallIntegerField(default=8)
    reports_since = models.DateTimeField(default=timezone.now, editable=False)

    closes_at = models.DateTimeField(null=True, editable=False)  # deleted then, unless kept
    closed_by = models.ForeignKey("User", models.SET_NULL, null=True, related_name="+")

    objects: ClassVar[TeamManager] = TeamManager()

    def __str__(self) -> str:
        return self.name

    @property
    def schedule(self) -> Schedule:
        """When its weekly report is due."""
        return Schedule(ZoneInfo(self.time_zone), self.report_weekday, self.report_hour)


class AdvisorUserManager(UserManager["User"]):
    """Makes every new user of the command line a member of the default team."""

    @transaction.atomic
    def _create_user(self, *args: Any, **fields: Any) -> "User":
        user: User = super()._create_user(*args, **fields)  # type: ignore[misc]
        team = Team.objects.default()
        is_first = not Membership.objects.filter(team=team).exists()
        role = Role.ADMIN if is_first else Role.EDITOR
        Membership.objects.create(team=team, user=user, role=role)
        user.__dict__.pop("membership", None)  # asked for while there was none
        return user


class User(AbstractUser):
    """A person. Works in one team at a time."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    working_in = models.ForeignKey(Team, models.SET_NULL, null=True)

    objects: ClassVar[AdvisorUserManager] = AdvisorUserManager()

    @cached_property
    def membership(self) -> "Membership | None":
        """The membership that counts now: the chosen one, else the first; None without any."""
        memberships = self.membership_set.select_related("team")
        chosen = models.Case(models.When(team=self.working_in_id, then=0), default=1)
        return memberships.order_by(chosen, "pk").first()

    @property
    def team(self) -> Team:
        """Raises Membership.DoesNotExist: the user is in no team."""
        if self.membership is None:
            raise Membership.DoesNotExist(f"{self} is in no team")
        return self.membership.team

    @property
    def team_id(self) -> int:
        return self.team.pk

    def may(self, role: Role) -> bool:
        """It has this role, or a higher one, in the team that it works in."""
        return self.membership is not None and Role(self.membership.role).includes(role)

    @property
    def may_edit(self) -> bool:
        return self.may(Role.EDITOR)

    @property
    def may_administer(self) -> bool:
        return self.may(Role.ADMIN)


class Membership(models.Model):
    """A user in a team."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(Team, models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE)
    role = models.CharField(max_length=6, choices=Role, default=Role.EDITOR)
    since = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team", "user"], name="a_user_is_once_in_a_team")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"


class Invitation(models.Model):
    """A link by which somebody becomes a member. Good once, until it expires or is revoked."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(Team, models.CASCADE)
    role = models.CharField(max_length=6, choices=Role, default=Role.VIEWER)
    note = models.CharField(max_length=100)  # for whom
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # accepted or revoked
    accepted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"invitation for {self.note} to {self.team}"

    @property
    def key(self) -> str:
        """What stands in the address: the uid, signed."""
        return INVITATIONS.sign(self.uid.hex)

    @property
    def is_open(self) -> bool:
        return self.ended_at is None and timezone.now() < self.expires_at

    @staticmethod
    def by_key(key: str) -> "Invitation":
        """The invitation of a signed key.

        Raises:
            Invitation.DoesNotExist: the key was not made here.
        """
        try:
            uid = uuid.UUID(INVITATIONS.unsign(key))
        except (BadSignature, ValueError) as error:
            raise Invitation.DoesNotExist("no such invitation") from error
        return Invitation.objects.select_related("team", "author").get(uid=uid)


class ApiToken(AbstractAuthToken):  # type: ignore[misc]
    """A script's key to one team. Only its hash is kept; the key is shown once."""

    class Scope(models.TextChoices):
        READ = "read", "read and compare"
        WRITE = "write", "read, compare and store"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(Team, models.CASCADE)
    name = models.CharField(max_length=100)
    scope = models.CharField(max_length=5, choices=Scope, default=Scope.READ)

    objects: ClassVar[AuthTokenManager] = AuthTokenManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "name"], name="a_users_tokens_differ_in_name")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def role(self) -> Role | None:
        """What it may do: no more than its scope, and no more than its owner in that team."""
        member = Membership.objects.filter(team_id=self.team_id, user_id=self.user_id).first()
        if member is None:
            return None
        least = Role.EDITOR if self.scope == self.Scope.WRITE else Role.VIEWER
        return min(least, Role(member.role), key=lambda role: role.rank)

    @property
    def is_expired(self) -> bool:
        return self.expiry is not None and self.expiry < timezone.now()
