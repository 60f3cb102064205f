"""The registry of what is watched: the KIND of every module here, by its key.

To watch another kind of resource, or another rule of one, edit or add one file. Nothing else names
it: calls, permissions, series, rules, pages and money follow. A team may change the numbers of a
rule.
"""

from importlib import import_module
from pkgutil import iter_modules

from connectivity.core.health.resource_type import Kind

_MODULES = sorted(module.name for module in iter_modules(__path__))
KINDS: dict[str, Kind] = {
    kind.key: kind for kind in (import_module(f"{__name__}.{name}").KIND for name in _MODULES)
}
