"""The forms that receivers read: the SHAPE of every module here, by its key.

Another receiver is one file. Nothing else names it: forms, checks and deliveries follow.
"""

from importlib import import_module
from pkgutil import iter_modules

from advisor.webhooks.shape import Shape

_MODULES = sorted(module.name for module in iter_modules(__path__))
SHAPES: dict[str, Shape] = {
    shape.key: shape for shape in (import_module(f"{__name__}.{name}").SHAPE for name in _MODULES)
}
STANDARD = SHAPES["standard"]
