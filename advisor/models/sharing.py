"""Links that show one comparison, or what breaks first, to whoever has them."""

import uuid
from typing import ClassVar

from django.core.signing import BadSignature, Signer
from django.db import models
from django.utils import timezone

from advisor.models.people import Team, User
from connectivity.models import TopologyVersion

SIGNER = Signer(salt="advisor.share")


class ShareLink(models.Model):
    """One pinned view of a version, read without an account until it expires or is revoked."""

    class View(models.TextChoices):
        COMPARISON = "comparison"
        REVIEWS = "reviews"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(Team, models.CASCADE)
    version = models.ForeignKey(TopologyVersion, models.CASCADE)
    view = models.CharField(
        max_length=10, choices=View.choices, default=View.COMPARISON, db_default="comparison"
    )
    query = models.TextField()  # everything that the answer depends on
    author = models.ForeignKey(User, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"link to {self.version}"

    @property
    def key(self) -> str:
        """What stands in the address: the uid, signed."""
        return SIGNER.sign(self.uid.hex)

    @property
    def is_open(self) -> bool:
        return self.revoked_at is None and timezone.now() < self.expires_at

    @staticmethod
    def by_key(key: str) -> "ShareLink":
        """The link of a signed key.

        Raises:
            ShareLink.DoesNotExist: the key was not made here.
        """
        try:
            uid = uuid.UUID(SIGNER.unsign(key))
        except (BadSignature, ValueError) as error:
            raise ShareLink.DoesNotExist("no such link") from error
        return ShareLink.objects.select_related("version__topology").get(uid=uid)
