"""One option's answer for a topology, and which of several answers is the best."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from connectivity.core.latency.worst_p99 import Headlines
from connectivity.core.network.topology import Account
from connectivity.core.option_parts.option import Option
from connectivity.core.rules.rule import Hit
from costmodel.core.bill import Bill
from costmodel.core.charges import Bools
from costmodel.core.price_list import Key
from costmodel.core.units import cents, cents_of_parts


@dataclass(frozen=True)
class Answer:
    """One option, as if every flow used it."""

    option: Option
    hits: tuple[Hit, ...]
    is_stopped: Bools  # per flow: it has a hard finding
    bill: Bill | None  # None where the option cannot carry the flows at all
    objects: dict[str, int]
    operations_usd: Decimal
    heads: Headlines
    is_allowed: bool  # every flow's options name it

    @cached_property
    def is_feasible(self) -> bool:
        """No flow has a hard finding."""
        return not self.is_stopped.any()

    @property
    def feasible_flows(self) -> int:
        """How many flows have no hard finding."""
        return int((~self.is_stopped).sum())

    @cached_property
    def usd(self) -> Decimal | None:
        """A month, rounded once; None where a price is missing or the flows cannot be carried."""
        exact = None if self.bill is None else self.bill.usd
        return None if exact is None else cents(exact)

    @cached_property
    def total_usd(self) -> Decimal | None:
        """With operations, to the cent."""
        exact = None if self.bill is None else self.bill.usd
        return None if exact is None else cents(exact + self.operations_usd)

    @property
    def is_candidate(self) -> bool:
        """It may be recommended: feasible, allowed by every flow, and with a total."""
        return self.is_feasible and self.is_allowed and self.usd is not None

    @property
    def order(self) -> tuple[int, Decimal, int]:
        """Feasible and priced by cost, then feasible with gaps, then not feasible."""
        total = self.total_usd
        if self.is_feasible and total is not None:
            return 0, total, self.option.order
        return 1 if self.is_feasible else 2, Decimal(0), self.option.order

    @cached_property
    def prices_asked(self) -> frozenset[Key]:
        """What its bill asked a price list for."""
        lines, gaps = (self.bill.lines, self.bill.gaps) if self.bill else ((), ())
        bought = {(line.price.name, line.region, line.to_region) for line in lines}
        return frozenset(bought.union(gap.key for gap in gaps))

    @property
    def object_count(self) -> int:
        """Resources to manage, of every kind together."""
        return sum(self.objects.values())

    def payers(self, accounts: Sequence[Account]) -> dict[str, Decimal]:
        """What each account pays, in cents that add up to `usd`; nobody pays an unknown total.

        Args:
            accounts: of the topology, which the payers of a bill are indices of.
        """
        if self.bill is None or self.bill.gaps:
            return {}
        exact = {accounts[payer].id: usd for payer, usd in self.bill.by_payer().items()}
        return cents_of_parts(exact)

    def unknown_payers(self, accounts: Sequence[Account]) -> list[str]:
        """The accounts that pay something of which the price is missing."""
        gaps = self.bill.gaps if self.bill else ()
        payers = {payer for gap in gaps for payer in gap.payers}
        return [accounts[payer].id for payer in sorted(payers)]


Totals = Sequence[tuple[Answer, Decimal]]  # with cost and operations, to the cent


def best_of(answers: Iterable[Answer]) -> Answer | None:
    """The feasible, priced and allowed answer of least cost and operations; None without any.

    Equal to the cent: the smaller worst p99 if the difference is beyond noise, then fewer
    objects, then the contract's order.
    """
    return best_at(totals(answers))


def totals(answers: Iterable[Answer]) -> Totals:
    """What may be recommended, with what it costs."""
    known = ((answer, answer.total_usd) for answer in answers if answer.is_candidate)
    return [(answer, usd) for answer, usd in known if usd is not None]


def best_at(candidates: Totals) -> Answer | None:
    """The one of some candidates that `best_of` would take if these were their totals."""
    steps = narrowed(candidates)
    return min(steps[-1][1], key=lambda step: step.option.order) if steps else None


def narrowed(candidates: Totals) -> list[tuple[str, list[Answer]]]:
    """What each criterion leaves of some candidates, the cost first."""
    if not candidates:
        return []
    least = min(usd for _, usd in candidates)
    cheap = [answer for answer, usd in candidates if usd == least]
    fast = [
        answer for answer in cheap if not any(is_slower(answer, other) for other in cheap)
    ] or cheap
    fewest = min(answer.object_count for answer in fast)
    few = [answer for answer in fast if answer.object_count == fewest]
    return [("cost", cheap), ("a smaller p99", fast), ("fewer resources to manage", few)]


def is_slower(answer: Answer, other: Answer) -> bool:
    """One's worst p99 is larger than the other's, beyond noise.

    Where no p99 is known but the overheads over a single VPC are, these are compared. What is not
    known at all is not slower than anything.
    """
    ours, theirs = answer.heads.worst, other.heads.worst
    pairs = ((ours.us, theirs.us), (ours.overhead_us, theirs.overhead_us))
    for ours_us, yours in pairs:
        if ours_us is not None and yours is not None:
            return ours_us - yours > max(ours.noise_us, theirs.noise_us)
    return False
