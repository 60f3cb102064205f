"""What happened to a topology: two versions beside each other, and its scenarios."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from connectivity import queries
from connectivity.advice import compare_stored
from connectivity.core.comparison.answer import Answer
from connectivity.core.comparison.compare import Comparison
from connectivity.core.comparison.recommendation import feasibility, mix_ahead, recommended
from connectivity.core.tables.diff import RowChange, differences
from connectivity.models import TopologyVersion


@dataclass(frozen=True, slots=True)
class OptionChange:
    """One option in two versions."""

    name: str
    before: Decimal | None  # USD a month; None where it has no total
    after: Decimal | None
    words: tuple[str, str]  # feasibility, before and after
    gained: list[str]  # findings that are new, each as its rule and what it says
    lost: list[str]

    @property
    def change(self) -> Decimal | None:
        if self.before is None or self.after is None:
            return None
        return self.after - self.before

    @property
    def differs(self) -> bool:
        same = self.before == self.after and self.words[0] == self.words[1]
        return not same or bool(self.gained or self.lost)


@dataclass(frozen=True, slots=True)
class VersionChanges:
    """Two versions of a topology: network, bill and feasibility, by today's prices.

    Of documents of reviews alone it has rows and nothing else.
    """

    before: TopologyVersion
    after: TopologyVersion
    rows: list[RowChange]
    options: list[OptionChange]
    recommended: tuple[str, str]
    mix_usd: tuple[Decimal | None, Decimal | None]  # each flow by its own, where that costs less


def version_changes(team_id: int, uid: UUID, old: int, new: int) -> VersionChanges:
    """What differs between two versions, both at the prices and latencies in force.

    Raises:
        TopologyVersion.DoesNotExist: there is none, or it belongs to another team.
    """
    before, after = (queries.version(team_id, uid, number) for number in (old, new))
    rows = differences(before.document, after.document)
    if before.topology.is_reviews:
        return VersionChanges(before, after, rows, [], ("", ""), (None, None))
    compared = [compare_stored(team_id, uid, version=number).comparison for number in (old, new)]
    return VersionChanges(
        before,
        after,
        rows,
        list(_options(*compared)),
        (_best(compared[0]), _best(compared[1])),
        (_mix_usd(compared[0]), _mix_usd(compared[1])),
    )


def _best(comparison: Comparison) -> str:
    best = recommended(comparison)
    return best.option.name if best else "nothing"


def _mix_usd(comparison: Comparison) -> Decimal | None:
    ahead = mix_ahead(comparison)
    return ahead.usd if ahead else None


def _options(before: Comparison, after: Comparison) -> Iterator[OptionChange]:
    old = {answer.option.key: answer for answer in before.answers}
    for answer in after.answers:
        was = old[answer.option.key]
        texts_before, texts_after = _rule_texts(was, before), _rule_texts(answer, after)
        yield OptionChange(
            answer.option.name,
            was.usd,
            answer.usd,
            (_word(was), _word(answer)),
            [text for key, text in texts_after.items() if key not in texts_before],
            [text for key, text in texts_before.items() if key not in texts_after],
        )


def _word(answer: Answer) -> str:
    severities = {hit.rule.severity.value for hit in answer.hits}
    return feasibility(severities, is_feasible=answer.is_feasible)


def _rule_texts(answer: Answer, comparison: Comparison) -> dict[tuple[str, str], str]:
    """By rule and severity: what it says of the first flow that it concerns."""
    details = {}
    for hit in answer.hits:
        rule, row = hit.rule, int(hit.flows[0])
        detail = rule.detail(comparison.case, row)
        details[rule.id, rule.severity.value] = f"{rule.id}, {rule.severity.value}: {detail}"
    return details
