"""The list of resources: what narrows it, what it can be narrowed to, and advice beside it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from connectivity.core.health.evaluation import Saves, Severity
from connectivity.core.health.kinds import KINDS
from connectivity.models import AwsAccount, Finding, PrometheusSource, Resource

ADVICE = Severity.ADVICE.value  # of findings; resources with them stay ok
FORECASTS = [
    rule.id for kind in KINDS.values() for rule in kind.rules if rule.is_forecast
]  # rules whose value is in how many hours something runs out
MAX_OWNERS = 500  # to choose from
RESPONSIBLE = Case(
    When(tagged_owner="", then=Coalesce("account__contact", Value(""))), default="tagged_owner"
)


@dataclass(frozen=True)
class Filter:
    """What a list of resources is narrowed to; empty: everything."""

    kind: str = ""
    state: str = ""  # of the resource, or advice
    text: str = ""  # in its name or ID, or the whole account ID
    account: str = ""  # its ID, or the name of a Prometheus server
    region: str = ""
    owner: str = ""  # who is asked about it, as `Resource.responsible` says
    rule: str = ""  # of which a finding is open


EVERYTHING = Filter()


def resources(team_id: int, wanted: Filter) -> QuerySet[Resource]:
    """The resources that are there: the worst, what is next to run out, then the dearest."""
    equal = {"kind": wanted.kind, "region": wanted.region, "responsible_is": wanted.owner}
    rows = Resource.objects.filter(team_id=team_id, gone_at=None).alias(responsible_is=RESPONSIBLE)
    rows = rows.filter(**{name: value for name, value in equal.items() if value})
    if wanted.state == ADVICE:
        open_advice = _open_advice(team_id).filter(resource=OuterRef("pk"))
        rows = rows.filter(Exists(open_advice))
    elif wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.rule:
        of_rule = Finding.objects.filter(_heard(), rule=wanted.rule, resource=OuterRef("pk"))
        rows = rows.filter(Exists(of_rule))
    if wanted.account:
        rows = rows.filter(Q(account__account=wanted.account) | Q(source__name=wanted.account))
    if wanted.text:
        rows = rows.filter(
            Q(name__icontains=wanted.text)
            | Q(aws_id__icontains=wanted.text)
            | Q(account__account=wanted.text)
        )
    rows = rows.select_related("account", "source").defer("verdicts", "facts", "bill", "tags")
    runs_out = hours_left(_heard(), resource=OuterRef("pk"))
    by_cost = F("usd").desc(nulls_last=True)
    return rows.order_by("-rank", runs_out.asc(nulls_last=True), by_cost, "name", "pk")


def hours_left(*which: Q, **of: OuterRef) -> Subquery:
    """In how many hours something runs out first, by the findings of a row; null: nothing does."""
    rows = Finding.objects.filter(*which, rule__in=FORECASTS, **of).order_by("value")
    return Subquery(rows.values("value")[:1])


def accounts(team_id: int) -> list[tuple[str, str]]:
    """Accounts and servers to choose from: what the filter takes, and what people read."""
    accounts = AwsAccount.objects.filter(team_id=team_id, removed_at=None)[:MAX_OWNERS]
    servers = PrometheusSource.objects.filter(team_id=team_id)[:MAX_OWNERS]
    known = [(row.account, str(row)) for row in accounts]
    return known + [(row.name, row.name) for row in servers]


def owners(team_id: int) -> list[str]:
    """Who is asked about something that is there."""
    rows = Resource.objects.filter(team_id=team_id, gone_at=None).annotate(
        responsible_is=RESPONSIBLE
    )
    names = rows.exclude(responsible_is="").order_by("responsible_is")
    return list(names.values_list("responsible_is", flat=True).distinct()[:MAX_OWNERS])


def regions(team_id: int) -> list[str]:
    """Where something is."""
    rows = Resource.objects.filter(team_id=team_id, gone_at=None).exclude(region="")
    return sorted(rows.order_by().values_list("region", flat=True).distinct())


class Only(NamedTuple):
    """The resource that advice is given to, where it is given to one."""

    uid: UUID
    name: str


class Advice(NamedTuple):
    """One rule of advice, and the resources that it is given to."""

    title: str
    kind: str
    rule: str
    resources: int
    usd: Decimal  # that they cost a month, as far as it is known
    is_saved: bool  # nobody needs them: all of it
    only: Only | None  # where it is given to one


def advice(team_id: int) -> list[Advice]:
    """Open advice by rule: what saves the whole cost first, then the dearest. Muted is not open."""
    by_rule: dict[tuple[str, str], dict[Only, Decimal]] = {}
    resource = "resource__uid", "resource__name", "resource__usd"
    rows = _open_advice(team_id).values_list("resource__kind", "rule", *resource)
    for kind, rule, uid, name, usd in rows:
        by_rule.setdefault((kind, rule), {})[Only(uid, name)] = usd or Decimal(0)
    all_advice = [_advice(*key, costs) for key, costs in by_rule.items()]
    return sorted(all_advice, key=lambda entry: (not entry.is_saved, -entry.usd, entry.title))


def _open_advice(team_id: int) -> QuerySet[Finding]:
    of_team = {"team_id": team_id, "severity": ADVICE, "resource__gone_at": None}
    return Finding.objects.filter(_heard(), **of_team).order_by()


def _heard() -> Q:
    """What is open, and not muted any more."""
    return Q(closed_at=None) & (Q(muted_until=None) | Q(muted_until__lte=timezone.now()))


def _advice(kind: str, rule: str, costs: dict[Only, Decimal]) -> Advice:
    known = KINDS[kind].rule(rule) if kind in KINDS else None
    return Advice(
        known.means if known else rule,
        kind,
        rule,
        len(costs),
        sum(costs.values(), Decimal(0)),
        bool(known and known.effect is Saves.WHOLE_COST),
        next(iter(costs)) if len(costs) == 1 else None,
    )
