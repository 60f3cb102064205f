"""Who gets a team's report: members with a verified address at once, anybody else after a yes."""

from datetime import timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from advisor.models import Recipient, User
from advisor.reports.mail import asking_mail
from advisor.reports.sending import Outcome, State, hand_over
from connectivity.core.problems import DocumentRefused, Problem

MOST = 200  # of a team
MAX_ASKED = 50  # of a team, a day
ASK_AGAIN = timedelta(hours=1)
OPEN = timedelta(days=7)  # for which a question can be answered


def add(team_id: int, address: str, author: User) -> tuple[Recipient, Outcome | None]:
    """Send the report to an address from now on; with what became of the question, if one was due.

    Members of the team whose address is verified get it at once. Others are asked by mail, and so
    is who unsubscribed before, unless it is themselves who ask.

    Raises:
        DocumentRefused: it is no address, was asked just now, or there are too many.
    """
    address = _checked(address)
    with transaction.atomic():
        there = Recipient.objects.filter(team_id=team_id)
        if there.filter(removed_at=None).exclude(address=address).count() >= MOST:
            raise DocumentRefused([Problem("address", f"a team has at most {MOST} of them")])
        recipient, _ = there.select_for_update().get_or_create(
            team_id=team_id, address=address, defaults={"author": author}
        )
        recipient.removed_at, recipient.user = None, _member(team_id, address)
        if _is_trusted(recipient, author):
            recipient.confirmed_at = timezone.now()
            recipient.unsubscribed_at = recipient.paused_at = None
        must_ask = recipient.confirmed_at is None or recipient.unsubscribed_at is not None
        if must_ask:
            _note_asking(recipient)
        recipient.save()
    return recipient, _asked(recipient) if must_ask else None


def _checked(address: str) -> str:
    address = address.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        problem = f"{address[:60]!r} is not an address like name@example.com"
        raise DocumentRefused([Problem("address", problem)]) from error
    return address


def _member(team_id: int, address: str) -> User | None:
    """The member whose address it is, or is said to be."""
    members = User.objects.filter(membership__team_id=team_id, is_active=True)
    is_its = Q(email__iexact=address) | Q(emailaddress__email__iexact=address)
    return members.filter(is_its).order_by("pk").first()


def is_verified(user: User, address: str) -> bool:
    """Whether an address is known to be somebody's own."""
    addresses = EmailAddress.objects.filter(user=user, email__iexact=address, verified=True)
    return bool(addresses.exists())


def _is_trusted(recipient: Recipient, author: User) -> bool:
    if recipient.user is None or not is_verified(recipient.user, recipient.address):
        return False
    return recipient.user == author or recipient.unsubscribed_at is None


def _note_asking(recipient: Recipient) -> None:
    now = timezone.now()
    if recipient.asked_at and now - recipient.asked_at < ASK_AGAIN:
        problem = "was sent a confirmation request less than an hour ago; wait for the answer"
        raise DocumentRefused([Problem("address", problem)])
    today = Recipient.objects.filter(
        team_id=recipient.team_id, asked_at__gt=now - timedelta(days=1)
    )
    if today.count() >= MAX_ASKED:
        problem = (
            f"{MAX_ASKED} confirmation requests were sent today, the daily limit; try "
            f"again tomorrow"
        )
        raise DocumentRefused([Problem("address", problem)])
    recipient.asked_at = now


def _asked(recipient: Recipient) -> Outcome:
    outcome = hand_over(asking_mail(recipient))
    if outcome.state not in (State.SENT, State.UNKNOWN):
        # it may be tried again at once
        Recipient.objects.filter(pk=recipient.pk).update(asked_at=None)
    return outcome


def confirm(recipient: Recipient) -> bool:
    """Its owner wants the report. False: the question is too old, or was taken back."""
    if recipient.asked_at is None or recipient.removed_at:
        return recipient.gets_it
    if timezone.now() - recipient.asked_at > OPEN:
        return recipient.gets_it
    recipient.confirmed_at, recipient.unsubscribed_at = timezone.now(), None
    recipient.save(update_fields=["confirmed_at", "unsubscribed_at"])
    return True


def unsubscribe(recipient: Recipient) -> None:
    """Its owner wants no more, and has said so to what was asked before. Twice is once."""
    if recipient.unsubscribed_at is None:
        recipient.unsubscribed_at, recipient.asked_at = timezone.now(), None
        recipient.save(update_fields=["unsubscribed_at", "asked_at"])


def unsubscribe_address(team_id: int, address: str) -> None:
    """An address of whoever asks: the report comes there no more."""
    for recipient in Recipient.objects.filter(team_id=team_id, address__iexact=address):
        unsubscribe(recipient)


def resubscribe(recipient: Recipient) -> None:
    """Its owner did not mean it."""
    recipient.unsubscribed_at = None
    recipient.save(update_fields=["unsubscribed_at"])


def set_paused(team_id: int, uid: UUID, *, is_paused: bool) -> Recipient:
    """Raises: Recipient.DoesNotExist."""
    recipient = Recipient.objects.get(team_id=team_id, uid=uid, removed_at=None)
    recipient.paused_at = timezone.now() if is_paused else None
    recipient.save(update_fields=["paused_at"])
    return recipient


def remove(team_id: int, uid: UUID) -> Recipient:
    """Send it no more. That it was asked, or unsubscribed, is remembered.

    Raises: Recipient.DoesNotExist: there is none, or it is another team's.
    """
    recipient = Recipient.objects.get(team_id=team_id, uid=uid, removed_at=None)
    recipient.removed_at = timezone.now()
    recipient.save(update_fields=["removed_at"])
    return recipient
