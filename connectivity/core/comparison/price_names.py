"""Every name by which something here asks for a price: what an import of AWS's files must keep.

A name is a constant of the module that prices by it, alone or inside a table; there is no second
list of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType

from connectivity.core import health
from connectivity.core.option_parts import data_transfer
from connectivity.core.options import OPTIONS
from costmodel.core.charges import OwnRate, PriceName


def _modules(options: Iterable[ModuleType]) -> Iterator[ModuleType]:
    yield data_transfer
    for module in (*options, *_of(health)):
        yield module
        yield from _of(module)


def _of(package: ModuleType) -> Iterator[ModuleType]:
    """The modules of a package; a module that is none has none."""
    for module in walk_packages(getattr(package, "__path__", ()), f"{package.__name__}."):
        yield import_module(module.name)


def _names(value: object) -> Iterator[PriceName]:
    if isinstance(value, PriceName):
        yield value
    elif isinstance(value, Mapping):
        yield from _all(value.values())
    elif isinstance(value, tuple | frozenset):
        yield from _all(value)


def _all(values: Iterable[object]) -> Iterator[PriceName]:
    for value in values:
        yield from _names(value)


@lru_cache(maxsize=4)
def _every(options: tuple[ModuleType, ...]) -> tuple[PriceName, ...]:
    """Looked for once, until other options are registered."""
    return tuple(name for module in _modules(options) for name in _all(vars(module).values()))


def price_names() -> frozenset[PriceName]:
    """The names that AWS's files may have a price of."""
    every = (name for name in _every(OPTIONS.modules) if not name.is_input)
    return frozenset(name for name in every if not isinstance(name, OwnRate))


def other_rates() -> frozenset[PriceName]:
    """What somebody else asks for, or AWS under a name that the reader alone knows."""
    return frozenset(name for name in _every(OPTIONS.modules) if isinstance(name, OwnRate))
