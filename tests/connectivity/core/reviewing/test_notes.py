"""The published notes, point by point: what docs/notes.md names as carrying a point is there."""

import re

from connectivity.core.health.kinds import KINDS
from connectivity.core.options import OPTIONS
from connectivity.core.reviews import REVIEWS
from tests.conftest import ROOT

POINTS = 15
TEXT = (ROOT / "docs" / "notes.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\d+)\. .+?\n(.+?)(?=^## )", TEXT, re.M | re.S))
ROWS = re.findall(r"^\| (?!point )(.+?) \| (.+) \|$", TEXT, re.M)


def carriers() -> set[str]:
    """Reviews, their limits, findings and files; rules of health; options; the command."""
    findings = {
        f"{review.key}-{id}"
        for review in REVIEWS.values()
        for id in (
            *(limit.what for limit in review.limits),
            *(finding.id for finding in review.findings),
            *(artefact.name for artefact in review.artefacts),
        )
    }
    rules = {rule.id for kind in KINDS.values() for rule in kind.rules}
    return {*REVIEWS, *findings, *rules, *(option.key for option in OPTIONS), "manage.py compare"}


def test_whatever_is_named_as_carrying_a_point_is_there() -> None:
    named = [name for _, carried in ROWS for name in re.findall(r"`(.+?)`", carried)]
    assert set(named) - carriers() == set()
    assert REVIEWS.keys() <= set(named)


def test_every_point_has_what_carries_it() -> None:
    assert list(SECTIONS) == [str(point) for point in range(1, POINTS + 1)]
    assert all("| point | carried by |" in section for section in SECTIONS.values())
    assert [point for point, carried in ROWS if "`" not in carried] == []
