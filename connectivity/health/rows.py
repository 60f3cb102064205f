"""Rows as the core reads them."""

from connectivity.core.health.resource import Resource as Found
from connectivity.models import Resource


def found_of(row: Resource) -> Found:
    """A row as its kind reads it."""
    account = row.account.account if row.account else (row.source.name if row.source else "")
    return Found(
        row.kind, row.aws_id, row.name, account, row.region, row.key, row.facts, row.is_listed
    )
