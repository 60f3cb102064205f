"""How collecting goes: accounts, servers, what was refused, what it costs, who is told."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advisor.jobs import runner
from advisor.models import Webhook
from advisor.teams import team_lookup
from advisor.web.health.forms import AccountForm, CapForm, OwnerKeysForm, SourceForm, WebhookForm
from advisor.web.request_helpers import found_or_404, signed_in
from advisor.webhooks.shapes import SHAPES
from advisor.webhooks.signing import is_standard
from connectivity.clients.web import NotAllowed
from connectivity.core.health import iam_role
from connectivity.core.problems import DocumentRefused
from connectivity.health.accounts import account_troubles, aws_accounts
from connectivity.health.accounts.spending import cap_of, set_cap
from connectivity.health.owners import owner_keys, set_owner_keys
from connectivity.health.reading import lookup
from connectivity.health.rounds import prometheus_servers

PRINCIPAL = "ARN-OF-THE-WORKER"  # which AWS refuses until somebody puts the real one there
DELIVERIES = 20


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Everything about collecting, on one page."""
    team_id = signed_in(request).team_id
    return page(request, team_id)


def page(
    request: HttpRequest, team_id: int, new_secret: Webhook | None = None, **forms: Any
) -> HttpResponse:
    """The page; with forms that say what is wrong, or with a secret that is shown this once."""
    context = {
        "accounts": lookup.accounts(team_id),
        "sources": lookup.sources(team_id),
        "places": lookup.places(team_id),
        "troubles": account_troubles.of_team(team_id),
        "cost": lookup.cost(team_id, timezone.now()),
        "webhooks": [
            (row, SHAPES[row.shape], is_standard(row.secret))
            for row in team_lookup.webhooks(team_id)
        ],
        "deliveries": team_lookup.listed_deliveries(team_id, DELIVERIES),
        "account_form": AccountForm(),
        "source_form": SourceForm(),
        "webhook_form": WebhookForm(),
        "owner_form": OwnerKeysForm(initial={"owner_keys": ", ".join(owner_keys(team_id))}),
        "cap_form": CapForm(initial={"cap_usd": cap_of(team_id)}),
        "now": timezone.now(),
    }
    context |= {"new_secret": new_secret, **forms}
    status = 400 if forms else 200
    response = render(request, "web/health/collection.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def add_account(request: HttpRequest) -> HttpResponse:
    team_id, form = signed_in(request).team_id, AccountForm(request.POST)
    if form.is_valid():
        try:
            row = aws_accounts.add_account(team_id, form.wish())
        except DocumentRefused as error:
            show_problems(form, error)
        else:
            messages.success(request, f"{row} is added. Create the role below, and check it.")
            return redirect("health-account", row.uid)
    return page(request, team_id, account_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@found_or_404
def account(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One account: the role that it must have, and its Regions."""
    row = aws_accounts.account_of(signed_in(request).team_id, uid)
    form = AccountForm(
        request.POST or None,
        initial={
            "account": row.account,
            "name": row.name,
            "regions": ", ".join(row.regions),
            "role_arn": row.role_arn,
            "contact": row.contact,
        },
    )
    form.fields["account"].disabled = True
    if request.method == "POST" and form.is_valid():
        try:
            aws_accounts.change_account(row, form.wish())
        except DocumentRefused as error:
            show_problems(form, error)
        else:
            messages.success(request, f"{row.name} is saved; collection starts within a minute.")
            return redirect("health-account", row.uid)
    principal = settings.AWS_WORKER_ARN or PRINCIPAL
    context = {
        "row": row,
        "form": form,
        "principal": principal,
        "is_example": not settings.AWS_WORKER_ARN,
        "can_check": aws_accounts.can_be_asked(row),
        "actions": iam_role.actions(),
        "cloudformation": iam_role.cloudformation(principal, row.external_id),
        "terraform": iam_role.terraform(principal, row.external_id),
    }
    return render(request, "web/health/account.html", context)


@require_POST
@found_or_404
def check(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Try each permission, as a job: AWS may take its time."""
    user = signed_in(request)
    row = aws_accounts.account_of(user.team_id, uid)
    job = runner.start(
        "check-account", {"account": str(row.uid)}, team_id=user.team_id, user_id=user.pk
    )
    return redirect("job", job.uid)


@require_POST
@found_or_404
def remove_account(request: HttpRequest, uid: UUID) -> HttpResponse:
    row = aws_accounts.account_of(signed_in(request).team_id, uid)
    aws_accounts.remove_account(row)
    messages.success(request, f"{row} is no longer monitored. Delete its role in AWS as well.")
    return redirect("health-collection")


@require_POST
def add_source(request: HttpRequest) -> HttpResponse:
    team_id, form = signed_in(request).team_id, SourceForm(request.POST)
    if form.is_valid():
        try:
            data = form.cleaned_data
            row = prometheus_servers.add_source(
                team_id, data["name"], data["url"], settings.OUTBOUND_HOSTS
            )
        except DocumentRefused as error:
            show_problems(form, error)
        except NotAllowed as error:
            form.add_error("url", str(error))
        else:
            messages.success(request, f"{row.name} is queried within a minute.")
            return redirect("health-collection")
    return page(request, team_id, source_form=form)


@require_POST
@found_or_404
def remove_source(request: HttpRequest, uid: UUID) -> HttpResponse:
    row = prometheus_servers.remove_source(signed_in(request).team_id, uid)
    messages.success(request, f"{row.name} is no longer queried.")
    return redirect("health-collection")


@require_POST
def cap(request: HttpRequest) -> HttpResponse:
    team_id, form = signed_in(request).team_id, CapForm(request.POST)
    if not form.is_valid():
        return page(request, team_id, cap_form=form)
    set_cap(team_id, form.cleaned_data["cap_usd"])
    messages.success(
        request, f"The cap for CloudWatch requests is {form.cleaned_data['cap_usd']} USD a month."
    )
    return redirect("health-collection")


@require_POST
def owners(request: HttpRequest) -> HttpResponse:
    team_id, form = signed_in(request).team_id, OwnerKeysForm(request.POST)
    if form.is_valid():
        try:
            set_owner_keys(team_id, form.keys())
        except DocumentRefused as error:
            show_problems(form, error)
        else:
            messages.success(request, "Owners are read from these tags.")
            return redirect("health-collection")
    return page(request, team_id, owner_form=form)


@require_safe
@found_or_404
def role(request: HttpRequest, uid: UUID, kind: str) -> HttpResponse:
    """The role as a file for CloudFormation or Terraform."""
    row = aws_accounts.account_of(signed_in(request).team_id, uid)
    principal = settings.AWS_WORKER_ARN or PRINCIPAL
    make = {"json": iam_role.cloudformation, "tf": iam_role.terraform}.get(kind)
    if make is None:
        raise Http404(f"there is no role template in the format {kind[:10]!r}")
    response = HttpResponse(make(principal, row.external_id), content_type="text/plain")
    name = f"connectivity-advisor-reader-{row.account}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def show_problems(form: Any, error: DocumentRefused) -> None:
    for place, problem in error.problems:
        form.add_error(place if place in form.fields else None, problem)
