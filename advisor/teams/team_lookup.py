"""What pages and API show of a team: members, jobs, links, reports, webhooks, its log."""

from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.fields.json import KT
from django.utils import timezone

from advisor.models import (
    ApiToken,
    AuditEntry,
    Invitation,
    Job,
    Membership,
    Recipient,
    Report,
    ShareLink,
    Team,
    User,
    Webhook,
    WebhookDelivery,
)
from connectivity.core.as_json.plan_parts import stopped_at, with_earlier
from connectivity.core.as_json.values import Plain
from connectivity.kept_plans import lookup as kept_plans
from connectivity.models import PlanNews

BESIDES_JOB = "plan-besides"  # the kind of jobs of what is asked for besides a plan
MAX_BEFORE = 10  # jobs in a row that did not come to their end
SEARCHED = ("object_repr", "actor__username", "event", "remote_addr")  # of an entry of the log


def team(team_id: int) -> Team:
    return Team.objects.get(pk=team_id)


def members(team_id: int) -> QuerySet[Membership]:
    return Membership.objects.filter(team_id=team_id).select_related("user")


def memberships(user: User) -> QuerySet[Membership]:
    """The teams of a person, by their names."""
    return Membership.objects.filter(user=user).select_related("team").order_by("team__name")


def open_invitations(team_id: int) -> list[Invitation]:
    rows = Invitation.objects.filter(team_id=team_id, ended_at=None).select_related("author")
    return [invitation for invitation in rows if invitation.is_open]


def tokens(user: User) -> QuerySet[ApiToken]:
    """A person's API tokens, those of other teams too."""
    return user.auth_token_set.order_by("name")


def jobs(team_id: int) -> QuerySet[Job]:
    """The newest first, without their large columns."""
    return Job.objects.filter(team_id=team_id).defer("arguments", "result")


def job(team_id: int, uid: UUID) -> Job:
    """Raises: Job.DoesNotExist: there is none, or it is another team's."""
    return Job.objects.get(team_id=team_id, uid=uid)


def plan_job(team_id: int, uid: UUID, kind: str = "plan") -> Job | None:
    """A job that plans, or one of what is asked for besides, without its large columns; `view` is
    what it is about."""
    rows = jobs(team_id).filter(uid=uid, kind=kind)
    return rows.annotate(view=KT("arguments__view")).first()


def unfinished_plan(team_id: int, view: str, kind: str = "plan") -> Job | None:
    """The job of a team about a view that is queued or running; None: there is none."""
    unfinished = [Job.State.QUEUED, Job.State.RUNNING]
    rows = jobs(team_id).filter(kind=kind, state__in=unfinished, arguments__view=view)
    return rows.first()


def known_besides(team_id: int, uid: UUID | str | None, view: str) -> Plain:
    """What a job about a view has made known besides its plan, with what those before it did.

    One that did not come to its end counts as far as it came.
    """
    known: Plain = {}
    for _ in range(MAX_BEFORE):
        if not uid:
            break
        rows = Job.objects.filter(team_id=team_id, uid=uid, kind=BESIDES_JOB, arguments__view=view)
        job = rows.annotate(after=KT("arguments__after")).defer("arguments").first()
        if job is None:
            break
        known = with_earlier(job.result or stopped_at(job.so_far or {}), known)
        uid = None if job.result else job.after
    return known


def job_states(team_id: int) -> dict[str, int]:
    """How many jobs are in each state."""
    return dict(Job.objects.filter(team_id=team_id).values_list("state").annotate(Count("pk")))


def oldest_queued_at(team_id: int) -> datetime | None:
    """Since when the job that waits longest waits."""
    queued = Job.objects.filter(team_id=team_id, state=Job.State.QUEUED)
    oldest: datetime | None = queued.aggregate(since=Min("created_at"))["since"]
    return oldest


def open_links(team_id: int) -> QuerySet[ShareLink]:
    """The links that still lead somewhere, without the documents of their versions."""
    rows = ShareLink.objects.filter(team_id=team_id, revoked_at=None, expires_at__gt=timezone.now())
    return rows.select_related("author", "version__topology").defer("version__document")


def links_of(team_id: int, topology: UUID) -> QuerySet[ShareLink]:
    """Every link to a version of a topology."""
    rows = ShareLink.objects.filter(team_id=team_id, version__topology__uid=topology)
    return rows.select_related("version", "author")


def reports(team_id: int) -> QuerySet[Report]:
    """The reports that are kept, the newest first."""
    return Report.objects.filter(team_id=team_id)


def report(team_id: int, uid: UUID) -> Report:
    """Raises: Report.DoesNotExist: there is none, or it is another team's."""
    return Report.objects.get(team_id=team_id, uid=uid)


def recipients(team_id: int) -> QuerySet[Recipient]:
    """Who gets the report, who was asked, and who no longer wants it."""
    return Recipient.objects.filter(team_id=team_id, removed_at=None)


def willing_recipients(team_id: int) -> QuerySet[Recipient]:
    """Who gets the report."""
    return Recipient.objects.willing().filter(team_id=team_id)


def webhooks(team_id: int) -> QuerySet[Webhook]:
    return Webhook.objects.filter(team_id=team_id, ended_at=None)


def webhook_deliveries(team_id: int) -> QuerySet[WebhookDelivery]:
    """What the webhooks that are in use were told, the newest first."""
    rows = WebhookDelivery.objects.filter(webhook__team_id=team_id, webhook__ended_at=None)
    return rows.select_related("webhook", "change__incident__resource", "event__finding__resource")


def listed_deliveries(team_id: int, most: int) -> list[tuple[WebhookDelivery, PlanNews | None]]:
    """The newest deliveries, each with what it tells of a plan."""
    rows = list(webhook_deliveries(team_id)[:most])
    unnamed = [(row.uid, row.webhook.uid) for row in rows if row.change is None]
    news = kept_plans.news_by_id(team_id, unnamed)
    return [(row, news.get(row.uid)) for row in rows]


def webhook_delivery_states(team_id: int) -> dict[str, int]:
    """How many deliveries are in each state, those of ended webhooks included."""
    rows = WebhookDelivery.objects.filter(webhook__team_id=team_id).order_by()
    return dict(rows.values_list("state").annotate(Count("pk")))


def log(team_id: int, words: Iterable[str] = ()) -> QuerySet[AuditEntry]:
    """The entries of the audit log in which every word occurs, the latest first."""
    entries = AuditEntry.objects.filter(team_id=team_id)
    for word in words:
        places = (Q(**{f"{column}__icontains": word}) for column in SEARCHED)
        entries = entries.filter(reduce(or_, places))
    return entries.select_related("actor", "content_type")  # type: ignore[no-any-return]
