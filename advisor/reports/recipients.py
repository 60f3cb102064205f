"""Who gets a team's report: members at once, anybody else after saying yes."""

from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from advisor.models import Recipient, User
from advisor.reports.mail import asking_mail
from advisor.reports.sending import Outcome, hand_over
from connectivity.core.problems import DocumentRefused, Problem

MOST = 200  # of a team
ASK_AGAIN = timedelta(hours=1)
OPEN = timedelta(days=7)  # for which a question can be answered


def add(team_id: int, address: str, author: User) -> tuple[Recipient, Outcome | None]:
    """Send the report to an address from now on; with what became of the question, if one was due.

    Members of the team get it at once. Others, and who unsubscribed before, are asked by mail.

    Raises:
        DocumentRefused: it is no address, was asked just now, or there are too many.
    """
    address = _checked(address)
    with transaction.atomic():
        there = Recipient.objects.filter(team_id=team_id)
        if there.count() >= MOST and not there.filter(address=address).exists():
            raise DocumentRefused([Problem("address", f"a team has at most {MOST} of them")])
        one, _ = Recipient.objects.select_for_update().get_or_create(
            team_id=team_id, address=address, defaults={"author": author}
        )
        now = timezone.now()
        is_own = (author.email or "").lower() == address
        if is_own or (one.unsubscribed_at is None and _is_member(team_id, address)):
            one.confirmed_at, one.unsubscribed_at, one.paused_at = now, None, None
        elif one.confirmed_at is None or one.unsubscribed_at is not None:
            if one.asked_at and now - one.asked_at < ASK_AGAIN:
                said = "was asked less than an hour ago; wait for the answer"
                raise DocumentRefused([Problem("address", said)])
            one.asked_at = now
        one.save()
    is_asked = one.asked_at == now
    return one, hand_over(asking_mail(one)) if is_asked else None


def _checked(address: str) -> str:
    address = address.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        said = f"{address[:60]!r} is not an address like name@example.com"
        raise DocumentRefused([Problem("address", said)]) from error
    return address


def _is_member(team_id: int, address: str) -> bool:
    return User.objects.filter(
        membership__team_id=team_id, is_active=True, email__iexact=address
    ).exists()


def confirm(one: Recipient) -> bool:
    """Its owner wants the report. False: the question is too old to be answered."""
    if one.asked_at is None or timezone.now() - one.asked_at > OPEN:
        return one.confirmed_at is not None and one.unsubscribed_at is None
    one.confirmed_at, one.unsubscribed_at, one.asked_at = timezone.now(), None, None
    one.save(update_fields=["confirmed_at", "unsubscribed_at", "asked_at"])
    return True


def unsubscribe(one: Recipient) -> None:
    """Its owner wants no more. Twice is once."""
    if one.unsubscribed_at is None:
        one.unsubscribed_at = timezone.now()
        one.save(update_fields=["unsubscribed_at"])


def resubscribe(one: Recipient) -> None:
    """Its owner did not mean it."""
    one.unsubscribed_at = None
    one.save(update_fields=["unsubscribed_at"])


def set_paused(team_id: int, uid: UUID, *, is_paused: bool) -> Recipient:
    """Raises: Recipient.DoesNotExist."""
    one = Recipient.objects.get(team_id=team_id, uid=uid)
    one.paused_at = timezone.now() if is_paused else None
    one.save(update_fields=["paused_at"])
    return one


def remove(team_id: int, uid: UUID) -> Recipient:
    """Forget an address, unless its owner unsubscribed: that has to be remembered.

    Raises:
        Recipient.DoesNotExist: there is none, or it is another team's.
        DocumentRefused: its owner unsubscribed.
    """
    one = Recipient.objects.get(team_id=team_id, uid=uid)
    if one.unsubscribed_at is not None:
        said = "unsubscribed; it is remembered, so that nobody adds it by mistake"
        raise DocumentRefused([Problem(one.address, said)])
    one.delete()
    return one
