"""The registry of options, and what documents may name because of it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from types import ModuleType
from typing import overload

from connectivity.core.network.topology import Vocabulary
from connectivity.core.option_parts.option import Option, Standing
from connectivity.core.rules.rule import Rule
from connectivity.core.rules.vpc_and_connection import FLOW_RULES, VPC_RULES


class Options(Sequence[Option]):
    """Every option in its order, each the OPTION of a module."""

    def __init__(self, modules: Iterable[ModuleType]) -> None:
        self._put(())
        for module in modules:
            self.add(module)

    def add(self, module: ModuleType) -> None:
        """Register a module's OPTION.

        Raises:
            ValueError: another option has its key, its name or its place.
        """
        new: Option = module.OPTION
        for option in self:
            if {option.key, option.name, option.order} & {new.key, new.name, new.order}:
                raise ValueError(f"{new.key}: {option.key} has its key, name or order already")
        self._put((*self._modules, module))

    def remove(self, module: ModuleType) -> None:
        """Forget a module's OPTION; nothing where it is not registered."""
        self._put(tuple(each for each in self._modules if each is not module))

    def _put(self, modules: tuple[ModuleType, ...]) -> None:
        self._modules = tuple(sorted(modules, key=lambda module: module.OPTION.order))
        self._options: tuple[Option, ...] = tuple(module.OPTION for module in self._modules)
        self.vocabulary = self._vocabulary()

    @property
    def modules(self) -> tuple[ModuleType, ...]:
        """Where the options are, for what else stands beside them."""
        return self._modules

    @property
    def by_key(self) -> dict[str, Option]:
        """Every option by its key, in their order."""
        return {option.key: option for option in self._options}

    @property
    def rules(self) -> Iterator[Rule]:
        """Every rule that does not come from a document: the common ones, then the options'."""
        return chain(FLOW_RULES, VPC_RULES, *(option.rules for option in self._options))

    def _vocabulary(self) -> Vocabulary:
        kinds = {kind for option in self._options for kind in option.makes}
        standings = {option.key: option.standing for option in self._options}
        return Vocabulary(
            options=tuple(standings),
            offered=tuple(k for k, v in standings.items() if v is not Standing.BASELINE),
            usual=frozenset(k for k, v in standings.items() if v is Standing.USUAL),
            objects=tuple(kind.key for kind in sorted(kinds, key=lambda kind: kind.order)),
            quotas=tuple(sorted({rule.limit.id for rule in self.rules if rule.limit})),
        )

    @overload
    def __getitem__(self, index: int) -> Option: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Option]: ...
    def __getitem__(self, index: int | slice) -> Option | Sequence[Option]:
        return self._options[index]

    def __len__(self) -> int:
        return len(self._options)
