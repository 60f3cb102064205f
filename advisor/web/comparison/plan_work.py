"""The job that plans the many flows of a view, as its address names it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from advisor.jobs import runner
from advisor.models import Job, User
from advisor.teams import team_lookup
from advisor.web.comparison.planning import is_planned
from advisor.web.comparison.view_state import Address, Links
from connectivity.core.as_json.amounts import PLANS
from connectivity.core.as_json.values import Plain
from connectivity.core.plan.steps.migration import DAYS

UNFINISHED = (Job.State.QUEUED, Job.State.RUNNING)


@dataclass(frozen=True)
class PlanWork:
    """A job that plans, as a page tells of it."""

    job: Job
    may_cancel: bool

    @property
    def is_unfinished(self) -> bool:
        return self.job.state in UNFINISHED

    @property
    def so_far(self) -> dict[str, Any] | None:
        """What is known of the plan; None before it is begun."""
        known: dict[str, Any] | None = self.job.so_far
        return known

    @property
    def usd(self) -> Decimal | None:
        return self._money("objective_usd")

    @property
    def gap(self) -> Decimal | None:
        return self._money("gap_usd")

    def _money(self, key: str) -> Decimal | None:
        text = self.so_far and self.so_far[key]
        return Decimal(text) if text else None

    @property
    def percent(self) -> int:
        return self.job.done * 100 // self.job.total if self.job.total else 0

    @property
    def result(self) -> Plain | None:
        """The plan, once it is there."""
        return self.job.result if self.job.state == Job.State.DONE else None


def work_of(user: User, address: Address) -> PlanWork | None:
    """The job that an address names, whatever it plans; None where there is none any more."""
    job = address.plan and team_lookup.plan_job(user.team_id, address.plan)
    if not job:
        return None
    return PlanWork(job, user.may_edit or user.pk == job.user_id)


def work_of_view(user: User, links: Links) -> PlanWork | None:
    """The same if it plans this very view: these inputs, prices and latencies."""
    work = work_of(user, links.address)
    is_of_view = work is not None and work.job.view == view_key(links)  # type: ignore[attr-defined]
    return work if is_of_view else None


def plan_by_job(team_id: int, links: Links) -> Plain | None:
    """The plan that a job made of this very view, where its address names one that is done."""
    job = links.address.plan and team_lookup.plan_job(team_id, links.address.plan)
    if not job or job.view != view_key(links):  # type: ignore[attr-defined]
        return None
    return PlanWork(job, may_cancel=False).result


def running_for(team_id: int, links: Links) -> Job | None:
    """A job that plans this very view and is not done."""
    return team_lookup.unfinished_plan(team_id, view_key(links))


def can_be_started(links: Links) -> bool:
    """There is something to plan, and not with the page."""
    comparison = links.answered.comparison
    flows = len(comparison.case.flows)
    return 1 < flows <= PLANS.most and not is_planned(comparison)


def start(user: User, links: Links, seconds: int) -> Job:
    """Raises what `runner.start` raises."""
    answered = links.answered
    arguments = {
        "document": answered.what_if.topology.document,
        "topology_version": answered.version.number,
        "options": None,
        "price_list": links.pins["prices"],
        "latencies": links.pins["latencies"],
        "max_objects": None,
        "time_limit_s": seconds,
        "include": [],
        "explain": None,
        "days_per_step": DAYS,
        "view": view_key(links),
        "back": links.here,
    }
    return runner.start("plan", arguments, team_id=user.team_id, user_id=user.pk)


def view_key(links: Links) -> str:
    """What names the inputs of a view."""
    return f"{links.address.uid}?{urlencode(sorted({**links.pins, **links.values}.items()))}"
