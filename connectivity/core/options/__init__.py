"""The registry of connectivity options: every module here, each with its OPTION.

To add an option, add a file. Nothing else names it.
"""

from importlib import import_module
from pkgutil import iter_modules

from connectivity.core.option import Option

OPTIONS: tuple[Option, ...] = tuple(
    sorted(
        (import_module(f"{__name__}.{module.name}").OPTION for module in iter_modules(__path__)),
        key=lambda option: option.rank,
    )
)
