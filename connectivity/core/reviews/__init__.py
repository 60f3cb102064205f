"""The registry of reviews: the REVIEW of every module here, by its key.

To add a review, add one file. Nothing else names it: documents, commands, API, pages, artefacts and
links from health follow.
"""

from importlib import import_module
from pkgutil import iter_modules

from connectivity.core.reviewing.review import Review

_MODULES = sorted(module.name for module in iter_modules(__path__))
_REVIEWS: list[Review] = [import_module(f"{__name__}.{name}").REVIEW for name in _MODULES]
REVIEWS = {review.key: review for review in _REVIEWS}
