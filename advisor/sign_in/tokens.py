"""API tokens: made for a person in the team where they work, shown once, revoked."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from advisor.models import ApiToken, User


class NameTaken(ValueError):
    """The person has a token of this name."""


def create(user: User, name: str, scope: str, days: int) -> str:
    """The key, which is stored nowhere.

    Raises:
        NameTaken: one of this name is there already.
    """
    try:
        with transaction.atomic():
            _, key = ApiToken.objects.create(
                user=user, expiry=timedelta(days=days), name=name, scope=scope, team_id=user.team_id
            )
    except IntegrityError as error:  # also of two who ask at once
        raise NameTaken(name) from error
    return str(key)


def revoke(user: User, uid: UUID) -> ApiToken:
    """End a token of the person's at once.

    Raises:
        ApiToken.DoesNotExist: there is none, or it is somebody else's.
    """
    token: ApiToken = user.auth_token_set.get(uid=uid)
    token.delete()
    return token


def of_key(beginning: str, digest: str) -> Iterator[ApiToken]:
    """The token of which a key begins so and has this digest, also one that counts no more."""
    yield from ApiToken.objects.filter(token_key=beginning, digest=digest)
