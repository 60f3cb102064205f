"""How many bytes somebody has stored, of each kind; what would be more than one may is undone."""

from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F, Func, IntegerField, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.db.models.signals import post_save
from django.dispatch import receiver

from advisor.models import Job
from connectivity.models import LatencyUpload, TopologyVersion

MIB = 2**20


class TooMuch(Exception):
    """Somebody would have stored more than one may."""


def check(user_id: int) -> None:
    """What is stored with what this transaction has stored, which is undone where it is too much.

    Raises:
        TooMuch: says what is stored and when there is room again.
    """
    most = settings.CALLER_LIMITS["user_mib"]
    if not most:
        return
    sizes = stored_bytes(user_id)
    if sum(sizes.values()) <= most * MIB:
        return
    shares = ", ".join(f"{size / MIB:,.1f} MiB of {name}" for name, size in sizes.items() if size)
    raise TooMuch(
        f"With this you would have stored {shares}; {most:,} MiB in all may be stored by one user. "
        "What is deleted counts until it is removed: a topology 90 days after it was deleted, a "
        "job 30 days after it ended. Whoever runs this installation can change the limit: user_mib "
        "in CALLER_LIMITS."
    )


def stored_bytes(user_id: int) -> dict[str, int]:
    """Bytes as the database keeps them, by what it is, until they are removed."""
    versions = TopologyVersion.objects.filter(author_id=user_id)
    return {
        "topologies": _size(versions.filter(topology__deleted_at=None), "document"),
        "deleted topologies": _size(versions.exclude(topology__deleted_at=None), "document"),
        "jobs": _size(Job.objects.filter(user_id=user_id), "arguments", "result"),
        "measurements": _size(LatencyUpload.objects.filter(author_id=user_id), "raw"),
    }


def _size(rows: QuerySet[Any], *columns: str) -> int:
    function = "pg_column_size" if connection.vendor == "postgresql" else "length"
    sizes = [
        Coalesce(Sum(Func(F(column), function=function, output_field=IntegerField())), 0)
        for column in columns
    ]
    names = {f"size_{number}": size for number, size in enumerate(sizes)}
    return sum(rows.order_by().aggregate(**names).values())


@receiver(post_save, sender=TopologyVersion)
@receiver(post_save, sender=LatencyUpload)
@receiver(post_save, sender=Job)
def _check_new(instance: TopologyVersion | LatencyUpload | Job, created: bool, **_: Any) -> None:
    """Whoever stores it, by whichever door: in its transaction, so that all of it is weighed."""
    user_id = instance.user_id if isinstance(instance, Job) else instance.author_id
    if created and user_id is not None:
        check(user_id)
