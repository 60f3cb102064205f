"""What a job does, by its kind: from its arguments to its result, and how far it is meanwhile."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings

from advisor.jobs.planning import Progress, besides_with_progress, plan_with_progress
from advisor.teams.team_lookup import BESIDES_JOB, known_besides
from connectivity.advice import compare_document
from connectivity.aws_latency import fetch_from_aws
from connectivity.core.as_json.amounts import AHEAD, EXPLANATION, FRONTIERS, PLAN, RATES, STEPS
from connectivity.core.as_json.comparison import plain, plan_answer
from connectivity.core.as_json.outlook import ahead
from connectivity.core.as_json.plan import plan_again, unasked
from connectivity.core.as_json.plan_besides import Besides
from connectivity.core.as_json.plan_parts import with_earlier
from connectivity.core.comparison.compare import Comparison
from connectivity.health.accounts.aws_accounts import account_of, asking_anew, check
from costmodel.fetching import fetch_prices


def _compared(team_id: int, arguments: dict[str, Any], progress: Progress) -> Comparison:
    return compare_document(
        team_id,
        arguments["document"],
        options=arguments["options"],
        prices=arguments["price_list"],
        latencies=arguments.get("latencies"),
        progress=progress,
    )


def _compare(team_id: int, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    comparison = _compared(team_id, arguments, progress)
    include = arguments["include"]
    more = ahead(comparison) if AHEAD in include else {}
    plan = unasked(comparison)
    if PLAN in include and plan is None:
        plan = plan_with_progress(comparison, progress)
    answer = plain(comparison, include=include, plan=plan) | more
    return answer | {"topology_version": arguments["topology_version"]}


def _asked(arguments: dict[str, Any]) -> Besides:
    include, explain = arguments["include"], arguments["explain"]
    return Besides(
        tuple(explain or ()) if EXPLANATION in include else None,
        FRONTIERS in include,
        RATES in include,
        arguments["days_per_step"] if STEPS in include else None,
    )


def _plan(team_id: int, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    comparison = _compared(team_id, arguments, progress)
    more = _asked(arguments)
    most, seconds = arguments["max_objects"], arguments["time_limit_s"]
    plan = plan_with_progress(comparison, progress, most, seconds, more)
    version = {"topology_version": arguments["topology_version"]}
    return plan_answer(comparison, plan) | version


def _besides(team_id: int, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """What is asked for besides a plan that is known, with what an earlier job gave."""
    comparison = _compared(team_id, arguments, progress)
    known = plan_again(comparison, arguments["assignment"], arguments["gap_usd"])
    parts = besides_with_progress(comparison, known, _asked(arguments), progress)
    return with_earlier(known_besides(team_id, arguments["after"], arguments["view"]), parts)


def _fetch_prices(team_id: int, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    row = fetch_prices(arguments["regions"], settings.AWS_PRICES_URL, progress=progress)
    counts = {name: row.counts.get(name) for name in ("read", "kept", "skipped")}
    return {"price_list": row.name} | counts


def _check_account(team_id: int, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """What each Region of an account refuses, and the statement that would allow it."""
    row = account_of(team_id, UUID(arguments["account"]))
    with asking_anew().round() as asking:
        checks = check(row, asking, progress)
    return {
        "account": str(row),
        "regions": [
            {
                "region": region_check.region,
                "problem": region_check.problem,
                "refused": region_check.refused,
                "troubles": [
                    {
                        "action": note.action,
                        "headline": note.trouble.headline,
                        "duty": note.trouble.duty.value,
                        "steps": list(note.trouble.steps),
                    }
                    for note in region_check.troubles
                ],
                "statement": (
                    json.dumps(region_check.statement, indent=2) if region_check.refused else ""
                ),
            }
            for region_check in checks
        ],
    }


KINDS: dict[str, Callable[[int, dict[str, Any], Progress], dict[str, Any]]] = {
    "compare": _compare,
    "plan": _plan,
    BESIDES_JOB: _besides,
    "fetch-prices": _fetch_prices,
    "check-account": _check_account,
    "aws-latency": lambda team_id, _, progress: fetch_from_aws(team_id, progress),
}
