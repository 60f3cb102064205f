"""What docs/settings.md says that can be set, and what of it a deployment passes on."""

import re
from collections.abc import Mapping

from advisor.environment.secret_files import FROM_FILES
from tests.conftest import ROOT

SECRETS = {"SECRET_KEY", *FROM_FILES}


def settings() -> set[str]:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([A-Z_]+)`", text, re.M))


def not_passed_on(environment: Mapping[str, object]) -> set[str]:
    """Settings of which neither the value nor the file is given, and unknown ones."""
    given = {name.removesuffix("_FILE") for name in environment}
    wanted = {name.removesuffix("_FILE") for name in settings()}
    return given ^ wanted
