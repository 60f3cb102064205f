"""Mails of reports for tests: who wants them, sending, and what became of them."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.utils import timezone

from advisor.models import Delivery, Recipient, Report, Team, User
from advisor.reports import making, sending


def wanting(team: Team, *addresses: str) -> list[Recipient]:
    return [
        Recipient.objects.create(team=team, address=address, confirmed_at=timezone.now())
        for address in addresses
    ]


def willing(team: Team) -> list[Recipient]:
    return list(Recipient.objects.willing().filter(team=team))


def verified(user: User, address: str) -> User:
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
    user.email = address
    user.save()
    return user


def report_of(team: Team) -> Report:
    return making.make(team, team.schedule.last(timezone.now()))


def send_all() -> None:
    for pk in sending.due():
        sending.send(pk)


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def later(**by: float) -> None:
    """Time passes for every mail."""
    past = timedelta(**by)
    for delivery in Delivery.objects.all():
        delivery.due_at -= past
        delivery.claimed_at = delivery.claimed_at and delivery.claimed_at - past
        delivery.save()


def one_mail(team: Team) -> int:
    wanting(team, "a@example.com")
    report_of(team)
    (pk,) = sending.due()
    return pk
