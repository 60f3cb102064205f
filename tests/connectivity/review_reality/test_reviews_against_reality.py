"""What reviews predict, counted in networks that the tests make. benchmarks/review_reality.py does
the same at full size.

What the kernel of this machine does not give is told at the end of the run, and not shown.
"""

import shutil
from collections.abc import Callable

import pytest

from tests.conftest import NOT_SHOWN
from tests.connectivity.review_reality import namespaces
from tests.connectivity.review_reality.kernel import (
    accept_queues,
    dead_peers,
    lookups,
    tracked_connections,
)
from tests.connectivity.review_reality.namespaces import NEEDS, PATH, lack
from tests.connectivity.review_reality.programs import rollouts, worker_pools
from tests.connectivity.review_reality.rows import Row

SUBJECTS: dict[Callable[[], list[Row]], tuple[tuple[str, ...], tuple[str, ...]]] = {
    rollouts: ((), ()),
    dead_peers: ((), ("interfaces",)),
    worker_pools: (("nginx", "curl"), ("switching users",)),
    tracked_connections: (("nft",), ("tracking",)),
    accept_queues: (("ss", "prometheus-node-exporter"), ()),
    lookups: ((), ("interfaces",)),
}
"""The programs and the needs of each. The longest first."""

pytestmark = pytest.mark.local


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.__name__)
def test_a_review_says_what_is_counted(
    subject: Callable[[], list[Row]], record_property: Callable[[str, object], None]
) -> None:
    programs, needs = SUBJECTS[subject]
    for program in ("unshare", "ip", *programs):
        if not shutil.which(program, path=PATH):
            pytest.skip(f"{program} is not installed")
    if reason := lack(*needs):
        record_property(NOT_SHOWN, f"{subject.__name__}: {reason}")
        return
    rows = subject()
    assert len(rows) > 2
    assert [row for row in rows if not row.agrees] == []


def test_what_is_lacking_is_named_in_the_words_of_the_program_that_was_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert NEEDS.keys() >= {need for _, needs in SUBJECTS.values() for need in needs}
    monkeypatch.setitem(NEEDS, "network", "true")
    monkeypatch.setitem(NEEDS, "anything else", "echo Operation not permitted >&2; exit 1")
    monkeypatch.setattr(namespaces, "enter", lambda: ())
    assert lack() == ""
    assert lack("anything else") == "no anything else here: Operation not permitted"


def test_rows_that_differ_are_noticed() -> None:
    assert Row("", 100, 105, 0.05).agrees
    assert not Row("", 100, 94, 0.05).agrees
    assert not Row("", 0, 1).agrees
    assert Row("", 3, 6, 1.4, is_least=True).agrees
    assert not Row("", 3, 2.9, 1.4, is_least=True).agrees
