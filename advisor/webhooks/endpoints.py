"""The addresses that are told: added with their form and secret, rotated, tried out, ended."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from advisor.models import Webhook, WebhookDelivery
from advisor.webhooks.shapes import SHAPES
from advisor.webhooks.signing import new_secret
from connectivity.clients.web import NotAllowed, checked
from connectivity.core.problems import DocumentRefused, Problem

VALID_ON = timedelta(hours=24)  # for which the secret before a new one goes on signing
MAX_SECRETS = 4  # that sign at a time
ROUTING_KEY = re.compile(r"[A-Za-z0-9]{32}")


@dataclass(frozen=True)
class Wish:
    """What somebody wants to be told, and how."""

    name: str
    url: str
    shape: str = "standard"
    routing_key: str = ""


def add(team_id: int, wish: Wish, author_id: int | None) -> Webhook:
    """Tell an address from now on.

    Raises:
        DocumentRefused: no name, an address that must not be asked or is none of that form.
    """
    problems = list(_problems(wish))
    if problems:
        raise DocumentRefused(problems)
    return Webhook.objects.create(
        team_id=team_id,
        name=wish.name.strip()[:100],
        url=wish.url.strip()[:500],
        shape=wish.shape,
        routing_key=wish.routing_key.strip() if SHAPES[wish.shape].routing_key else "",
        secret=new_secret(),
        author_id=author_id,
    )


def _problems(wish: Wish) -> list[Problem]:
    problems = []
    if not wish.name.strip():
        problems.append(Problem("name", "is empty"))
    if wish.shape not in SHAPES:
        known = ", ".join(SHAPES)
        return [*problems, Problem("shape", f"{wish.shape[:40]!r} is none of {known}")]
    shape = SHAPES[wish.shape]
    try:
        checked(wish.url, settings.OUTBOUND_HOSTS)
    except NotAllowed as error:
        problems.append(Problem("url", str(error)))
    else:
        path = urlsplit(wish.url.strip()).path
        if not path.endswith(shape.path):
            detail = f"ends in {path[-60:]!r}; {shape.name} listens at {shape.path}"
            problems.append(Problem("url", detail))
    if shape.routing_key and not ROUTING_KEY.fullmatch(wish.routing_key.strip()):
        detail = f"{shape.name} needs an {shape.routing_key} of 32 letters and digits"
        problems.append(Problem("routing_key", detail))
    return problems


def rotate(team_id: int, uid: UUID) -> Webhook:
    """Sign with a new secret too; those before it go on signing for a day.

    Raises:
        Webhook.DoesNotExist
        DocumentRefused: several new ones were made within a day.
    """
    with transaction.atomic():
        webhook = _webhook(team_id, uid, locked=True)
        now = timezone.now()
        old = [old for old in webhook.old_secrets if _until(old) > now]
        if len(old) + 1 >= MAX_SECRETS:
            detail = f"{len(old)} secrets before it are valid until {_until(old[0]):%H:%M} UTC"
            raise DocumentRefused([Problem("secret", detail)])
        old.append({"secret": webhook.secret, "until": (now + VALID_ON).isoformat()})
        webhook.old_secrets, webhook.secret = old, new_secret()
        webhook.save(update_fields=["old_secrets", "secret"])
    return webhook


def forget_old(team_id: int, uid: UUID) -> Webhook:
    """Sign with the newest secret alone, from now on. Raises: Webhook.DoesNotExist."""
    webhook = _webhook(team_id, uid)
    webhook.old_secrets = []
    webhook.save(update_fields=["old_secrets"])
    return webhook


def secrets_of(webhook: Webhook, now: datetime) -> list[str]:
    """What signs: the newest first."""
    old = (old["secret"] for old in reversed(webhook.old_secrets) if _until(old) > now)
    return [webhook.secret, *old]


def try_out(team_id: int, uid: UUID) -> Webhook:
    """Send a test message; one that waits already is enough. Raises: Webhook.DoesNotExist."""
    with transaction.atomic():
        webhook = _webhook(team_id, uid, locked=True)
        waiting = {
            "webhook": webhook,
            "change": None,
            "event": None,
            "state": WebhookDelivery.State.WAITING,
        }
        if not any(row.is_test for row in WebhookDelivery.objects.filter(**waiting)):
            WebhookDelivery.objects.create(**waiting, due_at=timezone.now())
    return webhook


def end(team_id: int, uid: UUID) -> Webhook:
    """Tell it nothing more. Raises: Webhook.DoesNotExist."""
    webhook = _webhook(team_id, uid)
    webhook.ended_at = timezone.now()
    webhook.save(update_fields=["ended_at"])
    return webhook


def _webhook(team_id: int, uid: UUID, *, locked: bool = False) -> Webhook:
    rows = Webhook.objects.select_for_update() if locked else Webhook.objects
    return rows.get(team_id=team_id, uid=uid, ended_at=None)


def _until(old: dict[str, str]) -> datetime:
    return datetime.fromisoformat(old["until"])
