"""Who may use the product: users, their teams, and the tokens of their scripts."""

# knox has no types, so the managers that point at its model cannot be resolved
# mypy: disable-error-code="django-manager-missing"

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models, transaction
from django.utils import timezone
from django.utils.functional import cached_property
from knox.models import AbstractAuthToken, AuthTokenManager


class TeamManager(models.Manager["Team"]):
    def default(self) -> "Team":
        """The one team that there is until teams can be made."""
        return self.get_or_create(slug="default", defaults={"name": "Default team"})[0]


class Team(models.Model):
    """The owner of topologies, jobs and tokens."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    time_zone = models.CharField(max_length=64, default="UTC")

    objects: ClassVar[TeamManager] = TeamManager()

    def __str__(self) -> str:
        return self.name


class AdvisorUserManager(UserManager["User"]):
    """Makes every new user a member of the default team."""

    @transaction.atomic
    def _create_user(self, *args: Any, **fields: Any) -> "User":
        user: User = super()._create_user(*args, **fields)  # type: ignore[misc]
        Membership.objects.create(team=Team.objects.default(), user=user)
        return user


class User(AbstractUser):
    """A person."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    objects: ClassVar[AdvisorUserManager] = AdvisorUserManager()

    @cached_property
    def team(self) -> Team:
        """The team that the user works in."""
        return self.membership_set.select_related("team").order_by("pk")[0].team

    @property
    def team_id(self) -> int:
        return self.team.pk


class Membership(models.Model):
    """A user in a team."""

    team = models.ForeignKey(Team, models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team", "user"], name="a_user_is_once_in_a_team")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"


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
    def is_expired(self) -> bool:
        return self.expiry is not None and self.expiry < timezone.now()
