"""Health rules as a team wants them: its own numbers, and those that it turned off."""

from dataclasses import replace
from typing import NamedTuple

from connectivity.core.health.evaluation import HealthRule
from connectivity.core.health.kinds import KINDS
from connectivity.core.problems import DocumentRefused, Problem
from connectivity.models import RuleSetting as RuleSetting


class Rules(NamedTuple):
    """What a team judges by."""

    health: dict[str, HealthRule]
    off: frozenset[str]


class Numbers(NamedTuple):
    """What a team wants of a rule; None: as it is."""

    is_on: bool
    threshold: float | None
    n: int | None
    m: int | None
    reason: str


def rules_of(team_id: int) -> Rules:
    rules = {rule.id: rule for kind in KINDS.values() for rule in kind.rules}
    own = RuleSetting.objects.filter(team_id=team_id)
    off = set()
    for setting in own:
        if not setting.is_on:
            off.add(setting.rule)
        if setting.rule in rules:
            rules[setting.rule] = _changed(rules[setting.rule], setting)
    return Rules(rules, frozenset(off))


def own_settings(team_id: int) -> dict[str, RuleSetting]:
    """What a team set, by the rule."""
    return {row.rule: row for row in RuleSetting.objects.filter(team_id=team_id)}


def _changed(rule: HealthRule, own: RuleSetting) -> HealthRule:
    numbers = {
        name: value for name in ("threshold", "n", "m") if (value := getattr(own, name)) is not None
    }
    return replace(rule, **numbers)


def set_rule(team_id: int, id: str, wish: Numbers, author_id: int | None) -> RuleSetting | None:
    """A rule with a team's own numbers; None where that is as it was by default.

    Raises:
        LookupError: there is no such rule.
        DocumentRefused: the numbers make no rule.
    """
    standard = next((rule for kind in KINDS.values() if (rule := kind.rule(id))), None)
    if standard is None:
        raise LookupError(f"no health rule is called {id[:40]!r}")
    setting = RuleSetting.objects.filter(team_id=team_id, rule=id)
    if isinstance(standard, HealthRule):
        n = standard.n if wish.n is None else wish.n
        m = standard.m if wish.m is None else wish.m
        if not 1 <= n <= m <= 60:
            raise DocumentRefused([Problem("n", f"{n} of {m} points; 1 ≤ n ≤ m ≤ 60 is needed")])
        wanted = standard.threshold if wish.threshold is None else wish.threshold
        is_standard = (wanted, n, m) == (standard.threshold, standard.n, standard.m)
    else:
        is_standard = True
        if any(number is not None for number in (wish.threshold, wish.n, wish.m)):
            raise DocumentRefused(
                [Problem("threshold", f"{id} has no thresholds; it is on or off")]
            )
    if wish.is_on and is_standard:
        setting.delete()
        return None
    if not wish.reason.strip():
        raise DocumentRefused([Problem("reason", "give a reason, for people who read it later")])
    row, _ = RuleSetting.objects.update_or_create(
        team_id=team_id, rule=id, defaults={**wish._asdict(), "author_id": author_id}
    )
    return row
