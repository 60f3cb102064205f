"""The registry of connectivity options: every module here, each with its OPTION.

To add an option, add a file. Nothing else names it.
"""

from importlib import import_module
from pkgutil import iter_modules

from connectivity.core.option_parts.registry import Options

OPTIONS = Options(import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
