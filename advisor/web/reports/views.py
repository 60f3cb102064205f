"""Weekly reports: read, previewed, sent as a test; when they come, and to whom."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from csp.decorators import csp_update
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advisor.models import Delivery, Recipient, User
from advisor.models.reports import CONFIRM, UNSUBSCRIBE
from advisor.reports import making, recipients, sending
from advisor.reports.mail import address, html_of, text_of, trial_mail
from advisor.reports.present import period_of, sections
from advisor.teams import team_lookup
from advisor.web.request_helpers import found_or_404, signed_in, text_in
from connectivity.core.problems import DocumentRefused
from connectivity.core.report_schedule import WEEKDAYS

SHOWN = 60  # weeks

mail_csp = csp_update({"style-src": ["'unsafe-inline'"]})  # a mail's styles stand inline


class ScheduleForm(forms.Form):
    has_reports = forms.BooleanField(label="Create a report each week", required=False)
    report_weekday = forms.TypedChoiceField(
        label="On", coerce=int, choices=list(enumerate(WEEKDAYS))
    )
    report_hour = forms.TypedChoiceField(
        label="At", coerce=int, choices=[(hour, f"{hour:02}:00") for hour in range(24)]
    )


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every report that is kept, when the next one comes, and who gets it."""
    return _page(request, {})


def _page(request: HttpRequest, more: dict[str, Any]) -> HttpResponse:
    user = signed_in(request)
    rows = team_lookup.recipients(user.team_id)
    own_recipient = rows.filter(address__iexact=user.email).first() if user.email else None
    context = {
        "team": user.team,
        "reports": team_lookup.reports(user.team_id)[:SHOWN],
        "next": making.next_at(user.team),
        "form": ScheduleForm(initial=vars(user.team)),
        "recipients": rows if user.may_administer else (),
        "count": team_lookup.willing_recipients(user.team_id).count(),
        "mine": own_recipient,
    }
    return render(request, "web/reports/overview.html", context | more, status=400 if more else 200)


@require_safe
@found_or_404
def show(request: HttpRequest, uid: UUID) -> HttpResponse:
    user = signed_in(request)
    row = team_lookup.report(user.team_id, uid)
    mails = row.deliveries.select_related("recipient").order_by("recipient__address")
    counts = {state: mails.filter(state=state).count() for state in Delivery.State.values}
    context = {
        "row": row,
        "counts": {state: count for state, count in counts.items() if count},
        "mails": mails if user.may_administer else (),
        "mail": reverse("report-mail", args=[row.uid]),
    }
    return _report(request, row.content, context)


@require_safe
def preview(request: HttpRequest) -> HttpResponse:
    """What the next report would say now. Nothing is kept or sent."""
    content = making.so_far(signed_in(request).team)
    return _report(request, content, {"mail": reverse("report-preview-mail")})


def _report(request: HttpRequest, content: Any, more: dict[str, Any]) -> HttpResponse:
    context = {
        "content": content,
        "period": period_of(content),
        "sections": sections(content, lambda name, *uids: reverse(name, args=uids)),
    }
    return render(request, "web/reports/report.html", context | more)


@mail_csp  # type: ignore[arg-type]  # its types know only views without arguments
@require_safe
@found_or_404
def mail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A report as its mail looks; as text with `?text`."""
    user = signed_in(request)
    row = team_lookup.report(user.team_id, uid)
    return _as_mail(request, row.content, address("report", row.uid))


@mail_csp
@require_safe
def preview_mail(request: HttpRequest) -> HttpResponse:
    content = making.so_far(signed_in(request).team)
    return _as_mail(request, content, address("report-preview"))


def _as_mail(request: HttpRequest, content: Any, page: str) -> HttpResponse:
    team = signed_in(request).team
    make, kind = (text_of, "plain") if "text" in request.GET else (html_of, "html")
    return HttpResponse(make(content, team.name, page, ""), content_type=f"text/{kind}")


@require_POST
def schedule(request: HttpRequest) -> HttpResponse:
    """When the team's report comes."""
    team = signed_in(request).team
    form = ScheduleForm(request.POST)
    if not form.is_valid():
        return _page(request, {"form": form})
    making.set_schedule(team, **form.cleaned_data)
    due = making.next_at(team).astimezone(ZoneInfo(team.time_zone))
    sentence = f"The next report is sent on {due:%A %Y-%m-%d at %H:%M %Z}."
    messages.success(request, sentence if team.has_reports else "Weekly reports are turned off.")
    return redirect("reports")


@require_POST
def test(request: HttpRequest) -> HttpResponse:
    """Mail what the next report would be to whoever asks."""
    user = signed_in(request)
    if not user.email:
        messages.error(request, "Your account has no e-mail address: add one under Account.")
        return redirect("reports")
    if not recipients.is_verified(user, user.email) and not _gets_it(user):
        problem = f"{user.email} is not confirmed yet: press “Mail it to me”, and confirm it."
        messages.error(request, problem)
        return redirect("reports")
    content = making.so_far(user.team)
    outcome = sending.hand_over(trial_mail(content, user.team.name, user.email))
    if outcome.state == Delivery.State.SENT:
        messages.success(request, f"A test is sent to {user.email}.")
    else:
        messages.error(request, f"The test was not sent: {outcome.problem}.")
    return redirect("reports")


def _gets_it(user: User) -> bool:
    rows = team_lookup.willing_recipients(user.team_id)
    return rows.filter(address__iexact=user.email).exists()


@require_POST
def me(request: HttpRequest) -> HttpResponse:
    """Get the report by mail, or no more."""
    user = signed_in(request)
    if not user.email:
        messages.error(request, "Your account has no e-mail address: add one under Account.")
    elif "stop" in request.POST:
        recipients.unsubscribe_address(user.team_id, user.email)
        messages.success(request, f"The report is no longer sent to {user.email}.")
    else:
        try:
            added = recipients.add(user.team_id, user.email, user)
        except DocumentRefused as error:
            messages.error(request, " ".join(" ".join(problem) for problem in error.problems))
        else:
            _say_added(request, *added)
    return redirect("reports")


def _say_added(request: HttpRequest, recipient: Recipient, outcome: sending.Outcome | None) -> None:
    if outcome is None:
        messages.success(request, f"{recipient.address} receives the report from now on.")
    elif outcome.state == Delivery.State.SENT:
        messages.success(
            request,
            f"{recipient.address} was sent a confirmation request, and receives the "
            "report once it is confirmed.",
        )
    else:
        messages.error(
            request,
            f"{recipient.address} could not be sent a confirmation request: {outcome.problem}.",
        )


@require_POST
def add_recipient(request: HttpRequest) -> HttpResponse:
    user, email = signed_in(request), text_in(request.POST, "address")
    try:
        added = recipients.add(user.team_id, email, user)
    except DocumentRefused as error:
        problems = [problem for _, problem in error.problems]
        return _page(request, {"problems": problems, "said": email})
    _say_added(request, *added)
    return redirect("reports")


@require_POST
@found_or_404
def pause(request: HttpRequest, uid: UUID) -> HttpResponse:
    is_paused = "go" not in request.POST
    recipient = recipients.set_paused(signed_in(request).team_id, uid, is_paused=is_paused)
    outcome = "receives no report until you resume it" if is_paused else "receives the report again"
    messages.success(request, f"{recipient.address} {outcome}.")
    return redirect("reports")


@require_POST
@found_or_404
def remove(request: HttpRequest, uid: UUID) -> HttpResponse:
    recipient = recipients.remove(signed_in(request).team_id, uid)
    messages.success(request, f"{recipient.address} no longer receives the report.")
    return redirect("reports")


@require_POST
@found_or_404
def again(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Send a mail again that was refused, or may not have arrived."""
    delivery, is_tried = sending.again(signed_in(request).team_id, uid)
    outcome = (
        "is sent it again within five minutes"
        if is_tried
        else f"is {delivery.state}: nothing to retry"
    )
    messages.success(request, f"{delivery.recipient.address} {outcome}.")
    return redirect("report", delivery.report.uid)


def _by_key(key: str, signer: Any) -> Recipient:
    try:
        return Recipient.by_key(key, signer)
    except Recipient.DoesNotExist as error:
        raise Http404("no such address") from error


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """An address says that it wants the report: by a button, for mail scanners open every link."""
    recipient = _by_key(key, CONFIRM)
    is_done = request.method == "POST" and recipients.confirm(recipient)
    is_late = request.method == "POST" and not is_done
    context = {"recipient": recipient, "is_done": is_done, "is_late": is_late}
    return _private(
        render(request, "web/reports/recipient_confirm.html", context, status=_late(is_late))
    )


@csrf_exempt  # RFC 8058: mail programs post here, without a session
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, key: str) -> HttpResponse:
    """An address wants no more. A GET only asks; a POST is one click, and does it."""
    recipient = _by_key(key, UNSUBSCRIBE)
    if request.method == "POST":
        (recipients.resubscribe if "undo" in request.POST else recipients.unsubscribe)(recipient)
    return _private(render(request, "web/reports/unsubscribe.html", {"recipient": recipient}))


def _late(is_late: bool) -> int:
    return 410 if is_late else 200


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "same-origin"
    return response
