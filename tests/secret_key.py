"""A secret key of one run, for tests and type checks where nobody gave one.

Both load the settings, which refuse to start without a key. The product itself never comes here.
mypy loads this file as its first plugin, before the one that loads the settings.
"""

import os
import secrets

from mypy.plugin import Plugin


def provide() -> None:
    """Make a key unless the environment has one, or names the file of one."""
    if not os.environ.get("SECRET_KEY") and not os.environ.get("SECRET_KEY_FILE"):
        os.environ["SECRET_KEY"] = secrets.token_urlsafe(50)


def plugin(version: str) -> type[Plugin]:
    """What mypy calls: the key is all that it needs of us."""
    provide()
    return Plugin
