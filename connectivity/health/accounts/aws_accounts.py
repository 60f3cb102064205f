"""Accounts and servers that are watched: adding, checking, removing."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from connectivity.clients import AwsError
from connectivity.clients.aws_errors import Refused
from connectivity.clients.cloudwatch import fetch, listed
from connectivity.clients.demo import accounts as demo_accounts
from connectivity.clients.describing import describe
from connectivity.clients.sessions import Clients
from connectivity.core.health.iam_role import statement
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.request_planning import Call, Window
from connectivity.core.health.resource import Describe
from connectivity.core.health.series import Series, Tier, metric
from connectivity.core.health.troubles import Note
from connectivity.core.network.regions import AZ_PREFIXES
from connectivity.core.problems import DocumentRefused, Problem, did_you_mean
from connectivity.health.accounts.aws_access import Asking, access_to
from connectivity.health.lifecycle.retirement import retire
from connectivity.models import AwsAccount, Collection, Resource

DISCOVER = "discover"
TASKS = (DISCOVER, *(tier.value for tier in Tier))
MAX_TEXT = 100
GLOBAL_REGION = "us-west-2"  # where Global Accelerator's API is
EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)  # STS, AssumeRole, ExternalId
ROLE = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/[\w+=,.@/-]{1,128}", re.ASCII)


class Wish(NamedTuple):
    """An account that somebody wants to be watched."""

    account: str
    name: str
    regions: tuple[str, ...]
    role_arn: str = ""
    external_id: str = ""  # made by us without one
    contact: str = ""  # who owns what no tag names an owner of


def add_account(
    team_id: int, wish: Wish, *, is_demo: bool = False, uses_own: bool = False
) -> AwsAccount:
    """Watch an account; its first discovery is due at once, or when its role is named.

    With `uses_own`, which only whoever runs this installation may say, the worker's own credentials
    are used where no role is named, if they belong to the account.

    Raises:
        DocumentRefused: with every problem.
    """
    problems = list(_problems(wish))
    if problems:
        raise DocumentRefused(problems)
    own = {"external_id": wish.external_id} if wish.external_id else {}
    try:
        with transaction.atomic():
            row = AwsAccount.objects.create(
                team_id=team_id,
                account=wish.account,
                name=wish.name or wish.account,
                regions=sorted(set(wish.regions)),
                role_arn=wish.role_arn,
                contact=wish.contact,
                is_demo=is_demo,
                uses_own=uses_own,
                **own,
            )
            _schedule(row)
    except IntegrityError as error:
        problem = Problem("account", f"{wish.account} is monitored already")
        raise DocumentRefused([problem]) from error
    return row


def change_account(row: AwsAccount, wish: Wish) -> None:
    """Another name, other Regions, or the role that was made meanwhile.

    Raises:
        DocumentRefused: with every problem.
    """
    problems = list(_problems(wish._replace(account=row.account)))
    if problems:
        raise DocumentRefused(problems)
    with transaction.atomic():
        is_new_role = row.role_arn != wish.role_arn
        row.name, row.role_arn = wish.name or row.account, wish.role_arn
        row.regions, row.contact = sorted(set(wish.regions)), wish.contact
        row.save(update_fields=["name", "role_arn", "regions", "contact"])
        if is_new_role:
            end_pause(row)
        Collection.objects.filter(account=row).exclude(region__in=row.regions).delete()
        left = Resource.objects.filter(account=row).exclude(region__in=row.regions)
        retire(left, "its Region is no longer monitored")
        _schedule(row)


def _problems(wish: Wish) -> Iterable[Problem]:
    if not re.fullmatch("[0-9]{12}", wish.account):
        yield Problem("account", f"{wish.account[:20]!r} is not a 12-digit account ID")
    for name, text in (("name", wish.name), ("contact", wish.contact)):
        if not text.isprintable() or len(text) > MAX_TEXT:
            yield Problem(name, f"has up to {MAX_TEXT} visible characters")
    if wish.external_id and not EXTERNAL_ID.fullmatch(wish.external_id):
        yield Problem("external_id", _external_id_problem(wish.external_id))
    if not wish.regions:
        yield Problem("regions", "name at least one Region, for instance us-east-1")
    for region in wish.regions:
        if region not in AZ_PREFIXES:
            near = did_you_mean(region, AZ_PREFIXES)
            yield Problem("regions", f"{region[:MAX_TEXT]!r} is not a known Region{near}")
    yield from _role_problems(wish)


def _external_id_problem(text: str) -> str:
    remedy = "write 2 to 1,224 letters, digits and _+=,.@:/- , or leave it out: one is generated"
    if not 2 <= len(text) <= 1_224:
        return f"{text[:20]!r} has {len(text):,} characters; {remedy}"
    strange = next(c for c in text if not EXTERNAL_ID.fullmatch(c * 2))
    return f"{text[:MAX_TEXT]!r} contains {strange!r}, which AWS does not accept; {remedy}"


def _role_problems(wish: Wish) -> Iterable[Problem]:
    match = ROLE.fullmatch(wish.role_arn)
    if wish.role_arn and not match:
        form = "arn:aws:iam::123456789012:role/Name"
        yield Problem("role_arn", f"{wish.role_arn[:60]!r} is not the ARN of a role, like {form}")
    elif match and match[1] != wish.account:
        yield Problem("role_arn", f"the role belongs to account {match[1]}, not to {wish.account}")


def _schedule(row: AwsAccount) -> None:
    """A line for each Region and rhythm, once we can get in.

    Discovery is due at once; it brings the others forward when it knows what to ask for.
    """
    if not can_be_asked(row):
        return
    now = timezone.now()
    for region in row.regions:
        for task in TASKS:
            Collection.objects.get_or_create(
                account=row,
                region=region,
                task=task,
                defaults={
                    "team_id": row.team_id,
                    "due_at": now if task == DISCOVER else now + timedelta(hours=1),
                },
            )


def end_pause(row: AwsAccount) -> None:
    """Ask it again at once, after something was put right."""
    AwsAccount.objects.filter(pk=row.pk).update(
        failures=0, paused_until=None, trouble="", trouble_text=""
    )
    Collection.objects.filter(account=row).exclude(problem="").update(due_at=timezone.now())


def can_be_asked(row: AwsAccount) -> bool:
    """Whether there is a way in: a role, or credentials that we may use."""
    return bool(row.role_arn) or row.is_demo or row.uses_own


def account_of(team_id: int, uid: UUID) -> AwsAccount:
    """Raises: AwsAccount.DoesNotExist: there is none, or it belongs to another team."""
    return AwsAccount.objects.get(team_id=team_id, uid=uid, removed_at=None)


def remove_account(row: AwsAccount) -> None:
    """Stop watching. What was found stays readable in the findings' history."""
    with transaction.atomic():
        Collection.objects.filter(account=row).delete()
        row.removed_at = timezone.now()
        row.save(update_fields=["removed_at"])
        retire(Resource.objects.filter(account=row), "its account is no longer monitored")


def add_demo(team_id: int) -> list[AwsAccount]:
    """The made-up estate, for a team that has never watched anything."""
    if AwsAccount.objects.filter(team_id=team_id).exists():
        return []
    return [
        add_account(
            team_id,
            Wish(account["account"], account["name"], tuple(account["regions"])),
            is_demo=True,
        )
        for account in demo_accounts()
    ]


class Check(NamedTuple):
    """What an account lets us do in one Region."""

    region: str
    refused: dict[str, str]  # permission: what AWS said
    problem: str  # for which nothing could be asked; empty: none
    troubles: tuple[Note, ...] = ()  # each with its cause

    @property
    def statement(self) -> dict[str, Any]:
        """What the role's policy lacks."""
        return statement(self.refused)


def calls_in(region: str) -> list[Describe]:
    """The Describe calls that are made in a Region; those of global services in one only."""
    every = [call for kind in KINDS.values() for call in kind.calls]
    is_global = region == GLOBAL_REGION
    return [call for call in every if is_global or call.service != "globalaccelerator"]


def asking_anew() -> Asking:
    """With credentials that are taken now: the old know nothing of what an owner has changed."""
    return Asking(Clients(is_fresh=True))


def check(
    row: AwsAccount, asking: Asking, progress: Callable[[int, int], None] = lambda done, total: None
) -> list[Check]:
    """Try each permission once in each Region. Costs one metric for each Region."""
    if not can_be_asked(row):
        return [
            Check(region, {}, "enter the role ARN first: without it no request is made")
            for region in row.regions
        ]
    checks = []
    for number, region in enumerate(row.regions):
        progress(number, len(row.regions))
        checks.append(_check(row, region, asking))
    if row.paused_until and not any(region_check.problem for region_check in checks):
        end_pause(row)
    return checks


def _check(row: AwsAccount, region: str, asking: Asking) -> Check:
    where = f"account {row.account}, {region}"
    described = describe(
        calls_in(region), lambda service: asking.client(access_to(row), service, region), where
    )
    denied = dict(described.refused)
    problem = described.broken_off
    if problem is None:
        problem = _check_metrics(row, region, asking, denied)
    notes = [Note(why.trouble, action, str(why)) for action, why in sorted(denied.items())]
    if problem is not None:
        notes.insert(0, Note(problem.trouble, "", str(problem)))
    refused = {action: str(why) for action, why in denied.items()}
    return Check(region, refused, str(problem or ""), tuple(notes))


def _check_metrics(
    row: AwsAccount, region: str, asking: Asking, denied: dict[str, AwsError]
) -> AwsError | None:
    """Notes which of CloudWatch's calls are denied; returns what else is in the way."""
    where = f"account {row.account}, {region}"
    try:
        cloudwatch = asking.client(access_to(row), "cloudwatch", region)
        for action, ask in (
            ("cloudwatch:ListMetrics", lambda: next(listed(cloudwatch, "AWS/EC2", where), None)),
            ("cloudwatch:GetMetricData", lambda: fetch(cloudwatch, _smallest(row, region, asking))),
        ):
            try:
                ask()
            except Refused as error:
                denied[action] = error
    except AwsError as error:
        return error
    return None


def _smallest(row: AwsAccount, region: str, asking: Asking) -> Call:
    end = asking.now // 300 * 300
    series = Series(row.account, region, metric("AWS/Usage", "CallCount"), ("Sum",), 300, Tier.HOUR)
    return Call(row.account, region, Window(end - 300, end), (series,))


def moment(seconds: float | None) -> datetime | None:
    """Seconds since 1970 as a moment."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
