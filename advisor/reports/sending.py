"""Sends mails of reports: claimed in the database first, and never twice by itself.

A mail that the server refused, or never heard of, is tried again. One that may have arrived,
because somebody died between the last word and the answer, is unknown, and stays so until a
person decides.
"""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from smtplib import (
    SMTPDataError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
)
from typing import NamedTuple
from uuid import UUID

from botocore.exceptions import (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
)
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import F, QuerySet
from django.utils import timezone

from advisor.models import Delivery, Recipient
from advisor.reports.mail import mail_of
from connectivity.pulse import LEASE, Pulse

logger = logging.getLogger(__name__)

State = Delivery.State
PAUSES = (60, 300, 1_800, 7_200, 28_800)  # seconds before each further try
MOST = 1_000  # mails of one round
NOT_SENT = (  # the service never heard of it
    EndpointConnectionError,
    ConnectTimeoutError,
    NoCredentialsError,
    PartialCredentialsError,
)
BUSY = ("Throttl", "TooManyRequests")


class Outcome(NamedTuple):
    """What became of a mail. `waiting`: it was not sent, and may be later."""

    state: State
    problem: str = ""


def due(now: datetime | None = None) -> list[int]:
    """Mails that are to be sent now. What a dead worker had becomes unknown."""
    now = now or timezone.now()
    lost = Delivery.objects.filter(state=State.SENDING, claimed_at__lt=now - LEASE)
    lost.update(
        state=State.UNKNOWN,
        problem="the sending process ended before it reported back; the mail may have arrived",
    )
    waiting = Delivery.objects.filter(state=State.WAITING, due_at__lte=now)
    return list(waiting.order_by("due_at", "pk").values_list("pk", flat=True)[:MOST])


def send(pk: int) -> None:
    """Try one mail; a second worker that is rung finds it claimed."""
    now = timezone.now()
    waiting = Delivery.objects.filter(pk=pk, state=State.WAITING, due_at__lte=now)
    if waiting.exclude(recipient__in=Recipient.objects.willing()).update(state=State.SKIPPED):
        return
    delivery = Delivery.objects.select_related("report__team", "recipient").get(pk=pk)
    try:
        mail = mail_of(delivery)
    except Exception:
        logger.exception("the mail %s cannot be made", delivery.uid)
        waiting.update(state=State.REFUSED, problem="it cannot be rendered; see the server's log")
        return
    if not waiting.update(state=State.SENDING, claimed_at=now, attempts=F("attempts") + 1):
        return
    delivery.attempts += 1
    claim = Claim(pk, now)
    with Pulse(claim.renew):
        outcome = hand_over(mail)
    claimed = claim.row()
    if outcome.state == State.WAITING and delivery.attempts > len(PAUSES):
        outcome = Outcome(State.REFUSED, f"given up: {outcome.problem}")
    changes = {"state": outcome.state, "problem": outcome.problem}
    if outcome.state == State.SENT:
        claimed.update(sent_at=timezone.now(), **changes)
    elif outcome.state == State.WAITING:
        pause = timedelta(seconds=PAUSES[delivery.attempts - 1])
        claimed.update(due_at=timezone.now() + pause, **changes)
    else:
        claimed.update(**changes)


class Claim:
    """A mail while it is sent; whoever has its latest moment has the mail."""

    def __init__(self, pk: int, at: datetime) -> None:
        self.pk, self.at = pk, at

    def row(self) -> QuerySet[Delivery]:
        return Delivery.objects.filter(pk=self.pk, state=State.SENDING, claimed_at=self.at)

    def renew(self) -> bool:
        now = timezone.now()
        is_ours = bool(self.row().update(claimed_at=now))
        self.at = now if is_ours else self.at
        return is_ours


def hand_over(message: EmailMultiAlternatives) -> Outcome:
    """Give a mail to the server, whatever Django's mail backend is."""
    connection = get_connection()
    try:
        connection.open()
    except Exception as error:  # whatever a backend raises: nothing was said yet
        return Outcome(State.WAITING, f"the mail server does not answer: {error}")
    try:
        count = connection.send_messages([message])
    except SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        return _refused(code, text)
    except (SMTPSenderRefused, SMTPDataError) as error:
        return _refused(error.smtp_code, error.smtp_error)
    except SMTPNotSupportedError as error:
        return Outcome(State.REFUSED, str(error))
    except Exception as error:  # whatever else a backend raises; only an answer is an answer
        return _answered(error)
    finally:
        with suppress(Exception):
            connection.close()
    return Outcome(State.SENT) if count else Outcome(State.REFUSED, "nothing was sent")


def _refused(code: int, text: bytes | str) -> Outcome:
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    state = State.WAITING if 400 <= code < 500 else State.REFUSED
    return Outcome(state, f"the mail server answered {code}: {words[:300]}")


def _answered(error: Exception) -> Outcome:
    """The answer of a mail service over HTTP, or that there was none."""
    words = f"{type(error).__name__}: {str(error)[:300]}"
    if isinstance(error.__cause__, NOT_SENT):
        return Outcome(State.WAITING, words)
    response = getattr(error.__cause__, "response", None)
    response = response if isinstance(response, dict) else {}
    code = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    code = code or getattr(error, "status_code", None)
    if code is None or code >= 500:
        logger.warning("a mail may have been sent: %s", words)
        return Outcome(State.UNKNOWN, f"it may have arrived: {words}")
    is_busy = code == 429 or response.get("Error", {}).get("Code", "").startswith(BUSY)
    return Outcome(State.WAITING if is_busy else State.REFUSED, words)


def again(team_id: int, uid: UUID) -> tuple[Delivery, bool]:
    """Send a mail again that was refused, or may not have arrived: somebody decided so.

    Returns: the mail, and whether it was one of these.

    Raises: Delivery.DoesNotExist: there is none, or it is another team's.
    """
    delivery = Delivery.objects.get(report__team_id=team_id, uid=uid)
    ended = Delivery.objects.filter(pk=delivery.pk, state__in=(State.REFUSED, State.UNKNOWN))
    changes = {"state": State.WAITING, "attempts": 0, "due_at": timezone.now(), "problem": ""}
    return delivery, bool(ended.update(**changes))
