"""Which of AWS's prices are kept: those of the names that something here is priced by."""

from collections import defaultdict
from collections.abc import Iterable

from costmodel.core.charges import PriceName
from costmodel.core.usage_types import AWS_NAMES, INTER_REGION, PAIR, without_prefix

FREE = "free tier of the whole bill"
NOT_NEEDED = "not a part of connectivity"
MAX_LETTERS = 100  # of a usage type


def offers_of(names: Iterable[PriceName]) -> tuple[str, ...]:
    """The services, as AWS calls them, in whose files prices of these names stand."""
    theirs = {ours: service for (service, _), (ours, _) in AWS_NAMES.items()}
    return tuple(sorted({theirs.get(name.service, name.service) for name in names}))


class Needed:
    """Price names that are asked for, found by what AWS calls them.

    Args:
        asked: the names that models and pages price by.
        held: further names, of prices that a list holds already.
    """

    def __init__(self, asked: Iterable[PriceName], held: Iterable[PriceName] = ()) -> None:
        self._operations: dict[tuple[str, str], set[str]] = defaultdict(set)
        for name in asked:
            self._operations[name.service, name.usage_type].add(name.operation)
        known = frozenset(self._operations)
        for name in held:
            if (name.service, name.usage_type) not in known:
                self._operations[name.service, name.usage_type].add(name.operation)
        self.services = frozenset(service for service, _ in self._operations)

    def why_not(self, service: str, usage: str) -> str | None:
        """Why a price with this usage type is left out, as far as its name tells; None: kept."""
        if len(usage) > MAX_LETTERS:
            return NOT_NEEDED
        if usage.startswith("Global-") or usage.endswith("-Free"):
            return FREE
        name = INTER_REGION.usage_type if PAIR.fullmatch(usage) else without_prefix(usage)
        return None if _ours(service, name) in self._operations else NOT_NEEDED

    def name(self, service: str, usage_type: str, operation: str) -> PriceName:
        """Our name of a price that is kept.

        Where our names leave the operation out, or have the one there is, so does this.
        """
        ours = _ours(service, usage_type)
        operations = self._operations[ours]
        says_nothing = not operation or operations == {""} or ours != (service, usage_type)
        if operation not in operations and len(operations) == 1 and says_nothing:
            (operation,) = operations
        return PriceName(*ours, operation)


def _ours(service: str, usage_type: str) -> tuple[str, str]:
    return AWS_NAMES.get((service, usage_type), (service, usage_type))
