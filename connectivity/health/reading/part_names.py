"""Names of the parts of a resource, which CloudWatch and the series know by their IDs alone."""

from collections.abc import Iterator
from typing import Any

from connectivity.models import AwsAccount, Resource

GROUP = "targetgroup/"  # as CloudWatch's dimension of a target group begins


def account_names(team_id: int) -> dict[str, str]:
    """What the team calls the accounts that it monitors."""
    rows = AwsAccount.objects.filter(team_id=team_id, removed_at=None)
    return dict(rows.values_list("account", "name"))


def part_names(row: Resource, owners: dict[str, str]) -> dict[str, str]:
    """Of what a resource lists with an ID and an owner: what it is, of whom, and the ID."""
    return {str(item["id"]): _words(item, owners) for item in _listed(row)}


def named(part: str, names: dict[str, str]) -> str:
    """A part as people know it.

    >>> named("targetgroup/web/73e2d6bc24d8a067", {})
    'target group web'
    """
    if part.startswith(GROUP):
        return f"target group {part.split('/')[1]}"
    return names.get(part, part)


def _listed(row: Resource) -> Iterator[dict[str, Any]]:
    lists = row.facts.values() if isinstance(row.facts, dict) else ()
    for items in lists:
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict) and "id" in item:
                yield item


def _words(item: dict[str, Any], owners: dict[str, str]) -> str:
    """Its own name, else what it leads to and in which account."""
    name = item.get("name") or " ".join(filter(None, (item.get("type"), item.get("to"))))
    owner = item.get("owner", "")
    of = f" of {owners.get(owner, owner)}" if owner else ""
    return f"{name}{of} ({item['id']})" if name else str(item["id"])
