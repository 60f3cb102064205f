"""However much is wrong with a document, it is said in a hundred lines, and soon."""

import json
from time import process_time
from typing import Any

import pytest

from connectivity.core.problems import DocumentRefused, Problem, Problems, did_you_mean, it_can_be
from connectivity.core.registered_document import parse, topology
from connectivity.core.scenarios.what_if import what_if
from connectivity.core.tables.schema import table_of
from connectivity.core.tables.spreadsheet import pasted
from tests.factories import document, flow, topology_of, vpc


def problems_of(doc: Any) -> list[Problem]:
    with pytest.raises(DocumentRefused) as refused:
        topology(doc)
    return refused.value.problems


def test_the_last_of_a_hundred_says_how_many_more_there_are() -> None:
    problems = problems_of(document(*(flow(name=f"f{i}", to="nowhere") for i in range(250))))
    assert len(problems) == 100
    assert problems[98].path == "flows[98].to"
    assert str(problems[99]) == (
        "problems: 151 more are not listed; fix these first, then try again"
    )


def test_a_hundred_problems_are_all_listed() -> None:
    problems = problems_of(document(*(flow(name=f"f{i}", to="nowhere") for i in range(100))))
    assert [problem.path for problem in problems] == [f"flows[{i}].to" for i in range(100)]


def test_what_is_refused_again_keeps_its_count() -> None:
    """A door may refuse with the problems of another refusal."""
    first = DocumentRefused([Problem(f"line {i}", "is wrong") for i in range(5_000)])
    assert DocumentRefused(first.problems).problems[-1].problem.startswith("4,901 more")


def test_values_that_cannot_be_are_counted_too() -> None:
    data = b'{"version": 1, "x-values": [' + b",".join([b"NaN"] * 3_000) + b"]}"
    with pytest.raises(DocumentRefused) as refused:
        parse(data)
    problems = refused.value.problems
    assert (problems[0].path, len(problems)) == ("x-values[0]", 100)
    assert "more are not listed" in problems[-1].problem


@pytest.mark.parametrize(
    ("key", "value"),
    [("to", "service-{}x"), ("from", "vpc-{}x"), ("gb_per_month", "{}"), ("gb_per_mnth", 1)],
)
def test_a_fault_in_every_flow_takes_about_as_long_as_none(key: str, value: Any) -> None:
    """5,000 flows, 1,000 names that are near to what they say: not a second, instead of minutes."""
    vpcs = [vpc(f"vpc-{i}", "111111111111", f"10.{i // 256}.{i % 256}.0/24") for i in range(1_000)]
    services = [{"name": f"service-{i}", "vpc": f"vpc-{i}", "port": 443} for i in range(1_000)]
    number = value if isinstance(value, int) else None
    flows = [
        flow(
            **{"name": f"f{i}", "from": "vpc-1", "to": "service-2"}
            | {key: number or value.format(i)}
        )
        for i in range(5_000)
    ]
    begin = process_time()
    problems = problems_of(document(*flows, vpcs=vpcs, services=services))
    assert process_time() - begin < 3
    assert len(json.dumps(problems)) < 20_000


def test_one_wrong_list_is_said_shortly() -> None:
    vpcs = [vpc(f"v{i}", "111111111111", f"10.{i}.0.0/16") for i in range(200)]
    peering = {"kind": "peering", "id": "pcx-1", "between": ["Ω", "Ψ"]}
    problems = problems_of(
        document(flow(**{"from": "v1", "to": "v2"}), vpcs=vpcs, services=[], connections=[peering])
    )
    assert problems[0].problem.endswith(" and 180 others")
    many = [f"o{i}" for i in range(5_000)]
    problems = problems_of(document(flow(options=many)))
    assert len(json.dumps(problems)) < 50_000


def test_more_policies_than_anybody_has_are_refused() -> None:
    policy = {"forbid": "vpc-peering", "between": ["prod", "dev"]}
    (problem,) = problems_of(document(policies=[policy] * 1_001))
    assert str(problem) == "policies: has 1,001 entries; at most 1,000 are read"


def test_a_problem_that_quotes_what_it_was_given_is_short() -> None:
    refused = DocumentRefused([Problem("x" * 1_000, "y" * 10_000), Problem("a", "b" * 600)])
    assert [(len(path), len(problem)) for path, problem in refused.problems] == [
        (600, 600),
        (1, 600),
    ]
    assert refused.problems[0].problem.endswith("y…")
    assert refused.problems[1].problem.endswith("b")


def test_a_long_key_is_cut_in_its_place() -> None:
    (problem,) = problems_of(document(flow(**{"k" * 100_000: 1})))
    assert len(problem.path) < 300


def test_a_pasted_table_and_a_what_if_are_bounded_too() -> None:
    with pytest.raises(DocumentRefused) as refused:
        pasted(table_of("flows"), "\t".join(f"colunm{i}" for i in range(3_000)))
    assert len(refused.value.problems) == 100
    asked = [(f"gb:nobody{i}", "1") for i in range(300)]
    problems = what_if(topology_of(), asked).problems
    assert (len(problems), problems[-1].path) == (100, "problems")


def test_a_near_name_is_offered_among_thousands() -> None:
    names = [f"vpc-{i}" for i in range(900)] + ["orders-api"]
    assert did_you_mean("order-api", names) == "; did you mean 'orders-api'?"
    assert did_you_mean("Ω", names) == ""
    begin = process_time()
    for i in range(3):
        did_you_mean(f"{'x' * 190}{i}", (f"{'x' * 195}{n}" for n in range(100_000)))
    assert process_time() - begin < 1


def test_there_are_at_most_twenty_choices_in_a_sentence() -> None:
    assert it_can_be("?", [str(i) for i in range(25)]).endswith("and 5 others")


def test_an_offer_is_looked_for_only_where_it_is_shown() -> None:
    asked: list[int] = []
    problems = Problems()
    for i in range(150):
        problems.note("x", "is wrong", lambda i=i: asked.append(i) or "!")  # type: ignore[misc,func-returns-value]
    assert len(asked) == 100
    assert problems.listed[0].problem == "is wrong!"
