"""The product's configuration of the server, with the small application and changes."""

import json
import os

from advisor.observability import readiness
from advisor.server import *  # noqa: F403
from advisor.serving import deadlines, worker

wsgi_app = "tests.advisor.serving.app"
_changed = json.loads(os.environ.get("CHANGED", "{}"))
deadlines.SECONDS.update(
    (deadlines.Phase[name], value) for name, value in _changed.pop("SECONDS", {}).items()
)
for _name in [name for name in _changed if name.isupper()]:
    setattr(worker, _name, _changed.pop(_name))
globals().update(_changed)


def post_worker_init(worker: object) -> None:
    """It needs nothing."""
    readiness.watch.groups = ()


def when_ready(server: object) -> None:
    """The product's pages are not loaded."""
