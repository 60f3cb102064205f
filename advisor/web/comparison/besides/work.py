"""The job that finds out what is asked for besides the plan of a view, as its address names it."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from advisor.jobs import runner
from advisor.models import Job, User
from advisor.teams import team_lookup
from advisor.teams.team_lookup import BESIDES_JOB
from advisor.text.formatting import listed
from advisor.web.comparison.plan_work import PlanWork, view_key
from advisor.web.comparison.view_state import Links
from connectivity.core.as_json.amounts import EXPLANATION, FRONTIERS, PLAN_PARTS, RATES, STEPS
from connectivity.core.as_json.plan_parts import MIGRATION
from connectivity.core.as_json.values import Plain

PART_WORDS = {
    "besides": "Comparing the options of each flow",
    RATES: "Looking for the rates below which missing prices enter the plan",
    FRONTIERS: "Computing the trade-offs",
    EXPLANATION: "Explaining the flows",
}
UNPROVEN = "unproven"
KEYS = {STEPS: MIGRATION}  # what a part is called in an answer, where it differs


@dataclass(frozen=True)
class BesidesWork(PlanWork):
    """The job, as the page tells of it."""

    @property
    def doing(self) -> str:
        """Which part it computes."""
        return PART_WORDS.get((self.so_far or {}).get("part", ""), PART_WORDS["besides"])

    @property
    def so_much(self) -> str:
        """What it has found out, in words after others; empty: nothing yet."""
        known = self.so_far or {}
        points = sum(map(len, known.get(FRONTIERS, {}).values()))
        flows = len(known.get(EXPLANATION, ()))
        counts = {"point": points, "explained flow": flows}
        words = [f"{n} {name}{'s' if n > 1 else ''}" for name, n in counts.items() if n]
        return f"; {listed(words)} so far" if words else ""


@dataclass(frozen=True)
class Wanted:
    """What is asked for: parts by name, flows by name."""

    parts: tuple[str, ...]
    flows: tuple[str, ...]
    days: int


def key_of(links: Links, plan: Plain) -> str:
    """What names the inputs of a view and its plan.

    What a few seconds find without a proof is not the same each time: such plans are one, and only
    what is known of a flow with another option is not shown.
    """
    if not plan["proven_optimal"]:
        return f"{view_key(links)}#{UNPROVEN}"
    options = ",".join(each["option"] for each in plan["assignment"])
    return f"{view_key(links)}#{sha256(options.encode()).hexdigest()[:16]}"


def allowed(flows: int) -> list[str]:
    """The parts that may be asked for of so many flows."""
    return [part for part, most in PLAN_PARTS.items() if flows <= most]


def besides_work(user: User, links: Links, plan: Plain) -> BesidesWork | None:
    """The job that the address names, if it is about this very view and plan."""
    uid = links.address.besides
    job = uid and team_lookup.plan_job(user.team_id, uid, BESIDES_JOB)
    if not job or job.view != key_of(links, plan):  # type: ignore[attr-defined]
        return None
    return BesidesWork(job, user.may_edit or user.pk == job.user_id)


def known(team_id: int, links: Links, plan: Plain) -> Plain:
    """What jobs have found out besides a plan, up to the one that the address names."""
    return team_lookup.known_besides(team_id, links.address.besides, key_of(links, plan))


def named(team_id: int, links: Links, plan: Plain | None) -> Plain:
    """The same, of a view that may have no plan, and an address that may name no job."""
    is_named = links.address.besides is not None and plan is not None and plan["assignment"]
    return known(team_id, links, plan) if is_named and plan else {}


def running(team_id: int, links: Links, plan: Plain) -> Job | None:
    """A job of this view and plan that is not done."""
    return team_lookup.unfinished_plan(team_id, key_of(links, plan), BESIDES_JOB)


def start(user: User, links: Links, plan: Plain, wanted: Wanted, back: str) -> Job:
    """Raises what `jobs.start` raises."""
    answered = links.answered
    arguments: dict[str, Any] = {
        "document": answered.what_if.topology.document,
        "topology_version": answered.version.number,
        "options": None,
        "price_list": links.pins["prices"],
        "latencies": links.pins["latencies"],
        "assignment": [each["option"] for each in plan["assignment"]],
        "gap_usd": plan["gap_usd"],
        "include": list(wanted.parts),
        "explain": list(wanted.flows) or None,
        "days_per_step": wanted.days,
        "after": str(links.address.besides or ""),
        "view": key_of(links, plan),
        "back": back,
    }
    return runner.start(BESIDES_JOB, arguments, team_id=user.team_id, user_id=user.pk)


def lacking(parts: Sequence[str], known: Plain) -> list[str]:
    """Those of some parts that are not known yet, or not whole."""
    unfinished = known.get("unfinished", ())
    return [part for part in parts if KEYS.get(part, part) not in known or part in unfinished]
