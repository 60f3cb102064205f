"""Values of which some are missing: what rests on a missing input is left out, and nothing else."""

from collections.abc import Collection, Mapping
from typing import Any

from connectivity.core.reviewing.formula import Formula, Known, Value


class Awaits(LookupError):
    """A value rests on inputs that are missing. Carries their names."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(names)))
        self.names = names


class Partial(dict[str, Any]):
    """Values by name. To read one that rests on a missing input raises `Awaits`.

    So a choice or a condition that never looks at the missing input is still computed.

    >>> known = Partial({"replicas": 3, "delay": None}, ["delay"])
    >>> known.compute("half", Formula("replicas / 2"))
    >>> known.compute("wait", Formula("2 * delay"))
    >>> known["half"], known.get("wait"), sorted(known.awaited)
    (1.5, None, ['delay', 'wait'])
    """

    def __init__(self, values: Mapping[str, Value], missing: Collection[str]) -> None:
        super().__init__({name: value for name, value in values.items() if name not in missing})
        self.awaited = {name: frozenset({name}) for name in missing}

    def __missing__(self, name: str) -> Value:
        if name in self.awaited:
            raise Awaits(self.awaited[name])
        raise KeyError(name)

    def compute(self, name: str, formula: Formula) -> None:
        """Add what a formula gives; where it awaits inputs, what reads it awaits them, too."""
        try:
            self[name] = formula.value(self)
        except Awaits as error:
            self.awaited[name] = error.names

    def alias(self, name: str, of: str) -> None:
        """Add a second name of a value."""
        if of in self.awaited:
            self.awaited[name] = self.awaited[of]
        else:
            self[name] = self[of]

    def with_values(self, values: Mapping[str, Value]) -> "Partial":
        """These and more values; what awaits, still does."""
        more = Partial({**self, **values}, ())
        more.awaited = {**self.awaited}
        return more


def awaited_by(formula: Formula, known: Known) -> frozenset[str]:
    """The missing inputs that a formula would have to read; none where it can be computed.

    Raises:
        ArithmeticError, ValueError: it cannot be computed in any case.
    """
    try:
        formula.value(known)
    except Awaits as error:
        return error.names
    return frozenset()
