"""Sign-ins, second factors and refused tokens in the audit log."""

from datetime import timedelta
from hashlib import sha256
from ipaddress import ip_network
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db.models import QuerySet
from django.utils import timezone

from advisor.acting import by
from advisor.models import ApiToken, AuditEntry, Event, User

KNOWN = timedelta(days=90)  # for which an address counts as its user's own
MAX_ADDRESSES = 200
REPEATED_S = 3600  # what is tried again and again is noted once in this time
ACCESS = 3  # the audit log's word for what changes nothing


def note(
    event: Event,
    person: User,
    *,
    is_theirs: bool = True,
    actor_id: int | None = None,
    teams: Any = None,
    **details: str,
) -> None:
    """An entry for each team of a person, which its admins see.

    Args:
        is_theirs: the person did it; else somebody who knows the name.
        actor_id: who did it, if somebody else who is known.
        teams: ids of the teams that it is about; without, all of the person's.
    """
    ids = person.membership_set.values_list("team_id", flat=True) if teams is None else teams
    for team_id in ids:
        AuditEntry.objects.log_create(
            person,
            force_log=True,
            action=ACCESS,
            event=event,
            team_id=team_id,
            actor_id=actor_id or (person.pk if is_theirs else None),
            changes={name: ["", value] for name, value in details.items()},
        )


def note_once(event: Event, person: User, **details: str) -> None:
    """As `note` of somebody else, once an hour and address: whoever tries goes on trying."""
    if _is_first(event, person.pk):
        note(event, person, is_theirs=False, actor_id=None, **details)


def note_refused(token: ApiToken, reason: str) -> None:
    """A token was refused: expired, its scope too small, its owner no member any more."""
    if _is_first(Event.TOKEN_REFUSED, f"{token.pk} {reason}"):
        AuditEntry.objects.log_create(
            token,
            force_log=True,
            action=ACCESS,
            event=Event.TOKEN_REFUSED,
            team_id=token.team_id,
            actor_id=token.user_id,
            door=f"API, token {token.name}",
            changes={"reason": ["", reason]},
        )


def _is_first(event: Event, about: object) -> bool:
    told = sha256(f"{event} {about} {by.get().address}".encode()).hexdigest()
    return bool(cache.add(f"noted-{told}", 1, REPEATED_S))


def has_come_from(person: User, address: str) -> bool:
    """The person signed in from this address, or its network of IPv6, not long ago."""
    since = timezone.now() - KNOWN
    signins = _events().filter(event=Event.SIGNED_IN, object_id=person.pk, timestamp__gte=since)
    signins = signins.filter(content_type=ContentType.objects.get_for_model(User))
    known = signins.order_by().values_list("remote_addr", flat=True).distinct()[:MAX_ADDRESSES]
    return any(
        network(known_address) == network(address) for known_address in known if known_address
    )


def network(address: str) -> str:
    """What belongs to one subscriber: an IPv4 address, or 64 bits of an IPv6 one."""
    return str(ip_network(f"{address}/{64 if ':' in address else 32}", strict=False))


def _events() -> QuerySet[AuditEntry]:
    return AuditEntry.objects.exclude(event="")  # type: ignore[no-any-return]
