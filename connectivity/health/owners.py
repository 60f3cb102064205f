"""Who is asked about a resource: which tags name its owner, as a team has them."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from connectivity.core.problems import DocumentRefused, Problem
from connectivity.health.row_changes import store_changes
from connectivity.models import HealthSettings, Resource

USUAL = ("Owner", "owner", "Team", "team")
MAX_KEYS = 10
MAX_LETTERS = 128  # of a key, as AWS allows


def owner_keys(team_id: int) -> tuple[str, ...]:
    """The tags that name an owner; the first that a resource has counts."""
    settings = HealthSettings.objects.filter(team_id=team_id).first()
    return USUAL if settings is None or settings.owner_keys is None else tuple(settings.owner_keys)


def owner_of(tags: Mapping[str, str], keys: Sequence[str]) -> str:
    """The value of the first key that is there and says something.

    >>> owner_of({"team": "payments", "Owner": " "}, USUAL)
    'payments'
    """
    return next((tags[key].strip() for key in keys if tags.get(key, "").strip()), "")


def set_owner_keys(team_id: int, keys: Sequence[str]) -> None:
    """From now on these tags name an owner, also of what was found before.

    Raises:
        DocumentRefused: too many, or a key that no tag can have.
    """
    if len(keys) > MAX_KEYS:
        raise DocumentRefused([Problem("owner_keys", f"names {len(keys)}; at most {MAX_KEYS}")])
    long = next((key for key in keys if len(key) > MAX_LETTERS or not key.isprintable()), None)
    if long is not None:
        detail = f"{long[:40]!r} is no tag key of up to {MAX_LETTERS} visible characters"
        raise DocumentRefused([Problem("owner_keys", detail)])
    with transaction.atomic():
        HealthSettings.objects.update_or_create(
            team_id=team_id, defaults={"owner_keys": list(keys)}
        )
        rows = Resource.objects.filter(team_id=team_id).exclude(tags={})
        tagged = rows.values_list("pk", "tags").iterator(chunk_size=500)
        changed = [Resource(pk=pk, tagged_owner=owner_of(tags, keys)) for pk, tags in tagged]
        store_changes(changed, ["tagged_owner"])
