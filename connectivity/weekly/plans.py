"""Plans of the week: which others became cheaper, which can no longer be built, and what is not
known."""

from dataclasses import dataclass
from datetime import datetime

from connectivity.core.report_schedule import Period
from connectivity.kept_plans import lookup
from connectivity.kept_plans.told import Told, told
from connectivity.models import PlanNews
from connectivity.weekly.links import Link

MOST = 20  # of a list; the rest is counted


@dataclass(frozen=True)
class ToldPlan:
    """What a topology's plan was told of."""

    name: str
    link: Link
    at: datetime
    told: Told


@dataclass(frozen=True)
class NotPlanned:
    """A topology of whose plan nothing can be said."""

    name: str
    link: Link
    why: str


@dataclass(frozen=True)
class Plans:
    """What is known of the plans of topologies with more than one flow.

    Attributes:
        known: how many topologies have a plan that the team knows.
        waiting: how many were not planned since their inputs changed.
        beyond: how many are not planned, since the team has too many.
    """

    known: int
    news: list[ToldPlan]
    more_news: int
    not_planned: list[NotPlanned]
    more_not_planned: int
    waiting: int
    beyond: int

    @property
    def cheaper(self) -> int:
        return sum(row.told.what == "cheaper" for row in self.news)

    @property
    def blocked(self) -> int:
        return sum(row.told.what == "blocked" for row in self.news)


def plans(team_id: int, period: Period) -> Plans:
    rows = [_told(row) for row in lookup.news_between(team_id, period.begin, period.end)]
    rows.sort(key=lambda row: (row.told.what != "blocked", -(row.told.saves_usd or 0)))
    kept = lookup.kept_plans(team_id)
    dark = kept.exclude(problem="")
    return Plans(
        known=kept.exclude(design={}).count(),
        news=rows[:MOST],
        more_news=max(0, len(rows) - MOST),
        not_planned=[
            NotPlanned(row.topology.name, Link("topology", row.topology.uid), row.problem)
            for row in dark[:MOST]
        ],
        more_not_planned=max(0, dark.count() - MOST),
        waiting=lookup.waiting(team_id),
        beyond=lookup.beyond(team_id),
    )


def _told(row: PlanNews) -> ToldPlan:
    link = Link("topology", row.topology.uid)
    return ToldPlan(row.topology.name, link, row.at, told(row.content))
