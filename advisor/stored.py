"""How many bytes somebody has stored, of each kind; who has stored enough stores nothing more."""

from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F, Func, IntegerField, QuerySet, Sum
from django.db.models.functions import Coalesce

from advisor.models import Job
from connectivity.models import LatencyUpload, TopologyVersion

MIB = 2**20

STORING = frozenset(
    {
        "new",
        "paste",
        "keep",
        "document",
        "version-restore",
        "make-scenario",
        "editor",
        "editor-bulk",
        "editor-paste",
        "latency-upload",
        "api-topologies",
        "api-topology",
        "api-version-restore",
        "api-latency-imports",
    }
)
"""Addresses where a POST, PUT or PATCH stores what is counted; a job is counted as it is made."""


class TooMuch(Exception):
    """Somebody has stored as much as one may."""


def check(user_id: int) -> None:
    """Raises: TooMuch: says what is stored and what gives room."""
    most = settings.CALLER_LIMITS["user_mib"]
    if not most:
        return
    sizes = stored_bytes(user_id)
    if sum(sizes.values()) < most * MIB:
        return
    shares = ", ".join(f"{size / MIB:,.1f} MiB of {name}" for name, size in sizes.items())
    raise TooMuch(
        f"You have stored {shares}; {most:,} MiB in all may be stored by one user. Delete "
        "topologies of yours that nobody needs, or wait: jobs are forgotten 30 days after they "
        "end. Whoever runs this installation can change the limit: user_mib in CALLER_LIMITS."
    )


def stored_bytes(user_id: int) -> dict[str, int]:
    """Bytes as the database keeps them, by what it is; of topologies that are not deleted."""
    versions = TopologyVersion.objects.filter(author_id=user_id, topology__deleted_at=None)
    return {
        "topologies": _size(versions, "document"),
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
