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
MOST_ASKED = 50  # of a team, a day
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
        one, _ = there.select_for_update().get_or_create(
            team_id=team_id, address=address, defaults={"author": author}
        )
        one.removed_at, one.user = None, _member(team_id, address)
        if _is_trusted(one, author):
            one.confirmed_at, one.unsubscribed_at, one.paused_at = timezone.now(), None, None
        must_ask = one.confirmed_at is None or one.unsubscribed_at is not None
        if must_ask:
            _note_asking(one)
        one.save()
    return one, _asked(one) if must_ask else None


def _checked(address: str) -> str:
    address = address.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        said = f"{address[:60]!r} is not an address like name@example.com"
        raise DocumentRefused([Problem("address", said)]) from error
    return address


def _member(team_id: int, address: str) -> User | None:
    """The member whose address it is, or is said to be."""
    members = User.objects.filter(membership__team_id=team_id, is_active=True)
    is_its = Q(email__iexact=address) | Q(emailaddress__email__iexact=address)
    return members.filter(is_its).order_by("pk").first()


def is_verified(user: User, address: str) -> bool:
    """Whether an address is known to be somebody's own."""
    mine = EmailAddress.objects.filter(user=user, email__iexact=address, verified=True)
    return bool(mine.exists())


def _is_trusted(one: Recipient, author: User) -> bool:
    if one.user is None or not is_verified(one.user, one.address):
        return False
    return one.user == author or one.unsubscribed_at is None


def _note_asking(one: Recipient) -> None:
    now = timezone.now()
    if one.asked_at and now - one.asked_at < ASK_AGAIN:
        said = "was asked less than an hour ago; wait for the answer"
        raise DocumentRefused([Problem("address", said)])
    today = Recipient.objects.filter(team_id=one.team_id, asked_at__gt=now - timedelta(days=1))
    if today.count() >= MOST_ASKED:
        said = f"{MOST_ASKED} addresses were asked today; go on tomorrow"
        raise DocumentRefused([Problem("address", said)])
    one.asked_at = now


def _asked(one: Recipient) -> Outcome:
    outcome = hand_over(asking_mail(one))
    if outcome.state not in (State.SENT, State.UNKNOWN):
        Recipient.objects.filter(pk=one.pk).update(asked_at=None)  # it may be tried again at once
    return outcome


def confirm(one: Recipient) -> bool:
    """Its owner wants the report. False: the question is too old, or was taken back."""
    if one.asked_at is None or one.removed_at or timezone.now() - one.asked_at > OPEN:
        return one.gets_it
    one.confirmed_at, one.unsubscribed_at = timezone.now(), None
    one.save(update_fields=["confirmed_at", "unsubscribed_at"])
    return True


def unsubscribe(one: Recipient) -> None:
    """Its owner wants no more, and has said so to what was asked before. Twice is once."""
    if one.unsubscribed_at is None:
        one.unsubscribed_at, one.asked_at = timezone.now(), None
        one.save(update_fields=["unsubscribed_at", "asked_at"])


def resubscribe(one: Recipient) -> None:
    """Its owner did not mean it."""
    one.unsubscribed_at = None
    one.save(update_fields=["unsubscribed_at"])


def set_paused(team_id: int, uid: UUID, *, is_paused: bool) -> Recipient:
    """Raises: Recipient.DoesNotExist."""
    one = Recipient.objects.get(team_id=team_id, uid=uid, removed_at=None)
    one.paused_at = timezone.now() if is_paused else None
    one.save(update_fields=["paused_at"])
    return one


def remove(team_id: int, uid: UUID) -> Recipient:
    """Send it no more. That it was asked, or unsubscribed, is remembered.

    Raises: Recipient.DoesNotExist: there is none, or it is another team's.
    """
    one = Recipient.objects.get(team_id=team_id, uid=uid, removed_at=None)
    one.removed_at = timezone.now()
    one.save(update_fields=["removed_at"])
    return one
