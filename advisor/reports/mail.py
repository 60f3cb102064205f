"""Mails of the report: one look for HTML and one for text, of the same sections."""

from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from advisor.models import Delivery, Recipient
from advisor.reports.present import period_of, sections
from advisor.reports.shapes import unlinked_part
from advisor.text.escaping import unlinked
from connectivity.core.as_json.dataclass_values import one_line


def mail_of(delivery: Delivery) -> EmailMultiAlternatives:
    """The mail of a delivery. Its Message-ID is always the same, so that a copy can be told."""
    page = address("report", delivery.report.uid)
    mail = _mail(delivery.report.content, delivery.report.team.name, delivery.recipient.address)
    leave = address("unsubscribe", delivery.recipient.unsubscribe_key)
    _put_bodies(mail, delivery.report.content, delivery.report.team.name, page, leave)
    host = urlsplit(settings.ADVISOR_URL).hostname or "localhost"
    mail.extra_headers |= {
        "Message-ID": f"<{delivery.uid}@{host}>",
        "List-Unsubscribe": f"<{leave}>",
    }
    if settings.IS_HTTPS:  # RFC 8058 asks for https
        mail.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return mail


def trial_mail(content: dict[str, Any], team: str, to: str) -> EmailMultiAlternatives:
    """What the next report would be, to one who asked to see it."""
    page = address("report-preview")
    mail = _mail(content, team, to)
    mail.subject = f"[test] {mail.subject}"
    _put_bodies(mail, content, team, page, "")
    return mail


def asking_mail(recipient: Recipient) -> EmailMultiAlternatives:
    """Asks an address whether it wants the report."""
    team = unlinked(one_line(recipient.team.name))
    link = address("recipient-confirm", recipient.confirm_key)
    body = render_to_string("mail/confirm.txt", {"team": team, "link": link})
    subject = f"Confirm: weekly AWS connectivity report of {team}"
    return EmailMultiAlternatives(subject, body, to=[recipient.address], headers=_headers())


def html_of(content: dict[str, Any], team: str, page: str, leave: str) -> str:
    return _rendered("mail/weekly.html", content, team, page, leave)


def text_of(content: dict[str, Any], team: str, page: str, leave: str) -> str:
    return _rendered("mail/weekly.txt", content, team, page, leave)


def address(name: str, *arguments: Any) -> str:
    """The whole address of a page."""
    return f"{settings.ADVISOR_URL.rstrip('/')}{reverse(name, args=arguments)}"


def _mail(content: dict[str, Any], team: str, to: str) -> EmailMultiAlternatives:
    subject = one_line(f"{content['subject']} ({team}, {content['week']})")
    return EmailMultiAlternatives(subject, to=[to], headers=_headers())


def _put_bodies(
    mail: EmailMultiAlternatives, content: dict[str, Any], team: str, page: str, leave: str
) -> None:
    mail.body = text_of(content, team, page, leave)
    mail.attach_alternative(html_of(content, team, page, leave), "text/html")


def _headers() -> dict[str, str]:
    return {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


def _rendered(template: str, content: dict[str, Any], team: str, page: str, leave: str) -> str:
    with timezone.override(ZoneInfo(content["time_zone"])):
        context = {
            "content": content | {"subject": unlinked(content["subject"])},
            "period": period_of(content),
            "sections": [unlinked_part(section) for section in sections(content, address)],
            "team": unlinked(one_line(team)),
            "page": page,
            "leave": leave,
            "rest": address("reports"),
        }
        return render_to_string(template, context)
