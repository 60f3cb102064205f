"""The registry of health rules: the RULES of every module here, by the kind of resource.

To add rules for a kind, add a file. Nothing else names it. A team may change threshold, n and m.
"""

from importlib import import_module
from pkgutil import iter_modules

from connectivity.core.health.judging import HealthRule

RULES: tuple[HealthRule, ...] = tuple(
    rule
    for module in iter_modules(__path__)
    for rule in import_module(f"{__name__}.{module.name}").RULES
)
