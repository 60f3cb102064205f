"""How much one request computes: what is answered at once, what is a job, what is refused."""

import pytest

from connectivity.core.as_json.amounts import (
    ACCOUNTS,
    BOUNDS,
    COMPARISON,
    is_long,
    require_answerable,
)
from connectivity.core.document import validation as documents
from connectivity.core.problems import DocumentRefused
from connectivity.core.registered_document import topology
from tests.conftest import ROOT
from tests.factories import document, flow

BOUNDED = [("", COMPARISON), *BOUNDS.items()]


def with_flows(count: int) -> dict[str, object]:
    """So many single flows, all but one of them in one list."""
    return document(flow(), flow(name="g", **{"from": ["clients"] * (count - 1)}))


@pytest.mark.parametrize(("include", "bound"), BOUNDED)
def test_what_takes_long_is_a_job(include: str, bound: tuple[int, int]) -> None:
    asked = [include] if include else []
    assert not is_long(with_flows(bound[0]), asked)
    assert is_long(with_flows(bound[0] + 1), asked)


@pytest.mark.parametrize(("include", "bound"), BOUNDED)
def test_what_is_too_much_is_refused_with_its_count_and_what_to_do(
    include: str, bound: tuple[int, int]
) -> None:
    asked = [include] if include else []
    require_answerable(with_flows(bound[1]), asked)
    with pytest.raises(DocumentRefused) as refused:
        require_answerable(with_flows(bound[1] + 1), asked)
    (problem,) = refused.value.problems
    assert problem.path == ("include" if include else "flows")
    assert f"{bound[1] + 1:,}" in problem.problem
    assert "run manage.py compare" in problem.problem


def test_many_accounts_are_a_job_and_too_many_refused() -> None:
    def with_accounts(count: int) -> dict[str, object]:
        return document(accounts=[{}] * count)

    assert not is_long(with_accounts(ACCOUNTS.at_once))
    assert is_long(with_accounts(ACCOUNTS.at_once + 1))
    require_answerable(with_accounts(ACCOUNTS.most))
    with pytest.raises(
        DocumentRefused, match="accounts: has 10,001 entries; a server accepts up to"
    ):
        require_answerable(with_accounts(ACCOUNTS.most + 1))


def test_no_list_of_consumers_makes_more_flows_than_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(documents, "MAX_FLOWS", 2)
    assert len(topology(document(flow(), flow(name="g"))).flows) == 2
    with pytest.raises(DocumentRefused) as refused:
        topology(with_flows(3))
    assert [problem.path for problem in refused.value.problems] == ["flows"]
    assert "expand to 3 flows" in refused.value.problems[0].problem


@pytest.mark.parametrize(
    "value", [None, 5, [], {}, {"accounts": 5}, {"flows": 5}, {"flows": [5, {"from": 5}]}]
)
def test_what_is_no_document_is_not_long(value: object) -> None:
    assert not is_long(value)


def test_the_document_s_page_has_the_table() -> None:
    page = (ROOT / "docs" / "document.md").read_text()
    assert f"| accounts | {ACCOUNTS.at_once:,} | {ACCOUNTS.most:,} |" in page
    for include, bound in BOUNDED:
        name = f"`?include={include}`" if include else "the comparison"
        assert f"| {name} | {bound.at_once:,} | {bound.most:,} |" in page
