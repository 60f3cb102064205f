"""What holds of every review, whatever it computes."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from connectivity.core.as_json.reviews import plain_reviews
from connectivity.core.problems import DocumentRefused
from connectivity.core.reviewed_document import ReviewedDocument
from connectivity.core.reviewing import formula as formula_module
from connectivity.core.reviewing.answer import Answer, answer
from connectivity.core.reviewing.formula import UNKNOWN, Formula
from connectivity.core.reviewing.keepalive import INTERVALS
from connectivity.core.reviewing.limits import LimitKind, MeasuredLimit
from connectivity.core.reviewing.review import Review, Words
from connectivity.core.reviewing.tables import Tables, recorded_instance_types
from connectivity.core.reviews import REVIEWS
from tests.connectivity.core.reviewing.given_inputs import inputs_of, odd_value_of

TABLES = Tables(recorded_instance_types())
ARITHMETIC = {0, 1, 2, 4, 8, 60, 1000, 1024, 1e9, None}
"""What a formula may say by itself: units, pairs, halves. Everything else has a source."""
CONTRACT = {0.375, 86_400, 10_000_000, INTERVALS}
"""And what the contract of the reviews says: half of a warning, what is beyond sense, advice."""

IN_FILES = {
    3: "three times the program's time is silence: ours",
    10: "s of nginx's timeouts and of an imitated body: ours",
    30: "half of a minute's queries: of a unit test",
    5.25: "GB a minute of 0.7 Gbps: of a unit test",
    6: "GB a minute of 0.8 Gbps: of a unit test",
    65: "s of TIME_WAIT: SHORT_TIME_WAIT of the review",
    86_400: "s: kube-proxy's own tcpEstablishedTimeout",
    6000: "s: the longest idle timeout of a Network Load Balancer",
    432_000: "s: the longest TcpEstablishedTimeout",
    100: "connections of an address: ours",
    255: "the largest tcp_retries2",
    256: "buffers of nginx for an answer: ours",
    4096: "slow clients, and bytes of a buffer of nginx",
    8192: "bytes: nginx's own client_body_buffer_size",
    65_536: "LimitNOFILE at least: ours",
    1_048_576: "a MiB; and files of a process, fs.nr_open of Linux",
    2**31 - 1: "the largest uint32 that protobuf's JSON takes everywhere",
}
"""Figures of the files that are no advised numbers."""

every_review = pytest.mark.parametrize("review", REVIEWS.values(), ids=list(REVIEWS))


def confirmed(review: Review, inputs: dict[str, Any]) -> Answer:
    return answer(review, inputs, TABLES, confirmed=[entry.name for entry in review.inputs])


@every_review
@given(data=st.data())
def test_the_working_shown_is_the_working(review: Review, data: st.DataObject) -> None:
    told = confirmed(review, data.draw(inputs_of(review)))
    for step in told.working:
        if step.value is not None:
            assert Formula(step.filled).value({UNKNOWN: None}) == pytest.approx(
                step.value, nan_ok=True
            )


@every_review
@given(data=st.data())
def test_more_load_never_gives_more_headroom(review: Review, data: st.DataObject) -> None:
    inputs = data.draw(inputs_of(review))
    more = data.draw(st.floats(1, 100))
    loads = {entry.name for entry in review.inputs if entry.is_load}
    heavier = {name: value * more if name in loads else value for name, value in inputs.items()}
    before, after = (used(confirmed(review, given)) for given in (inputs, heavier))
    for limit, share in before.items():
        if limit in after and limit != "clash count":  # its bound grows with the connections
            assert after[limit] >= share * (1 - 1e-9)


def used(told: Answer) -> dict[str, float]:
    return {f"{limit.stated.what} {limit.stated.kind}": limit.used for limit in told.limits}


@every_review
@given(data=st.data())
def test_limits_and_their_findings_agree(review: Review, data: st.DataObject) -> None:
    told = confirmed(review, data.draw(inputs_of(review)))
    ids = [finding.id for finding in told.findings]
    assert len(ids) == len(set(ids))
    for limit in told.limits:
        assert (f"{review.key}-{limit.stated.what}" in ids) == (limit.severity is not None)
        if limit.used > 1.000001:
            assert limit.severity is limit.stated.ceiling
        if limit.used <= (0.75 if limit.stated.kind is LimitKind.COUNT else 0.9):
            assert limit.severity is None
    loaded = [limit for limit in told.limits if limit.load > 0]
    assert (told.first is None) == (not loaded)
    if told.first:
        assert told.first.used >= max(limit.used for limit in loaded) - 1e-9


@every_review
@given(data=st.data())
def test_whatever_is_given_is_answered_or_refused(review: Review, data: st.DataObject) -> None:
    anything = st.one_of(
        st.none(), st.booleans(), st.text("a0 .-\0é", max_size=5), st.integers(), st.floats()
    )
    entry = data.draw(st.sampled_from(review.inputs))
    inputs = {**data.draw(inputs_of(review)), entry.name: data.draw(anything)}
    try:
        told = answer(review, inputs, TABLES)
    except DocumentRefused as error:
        places = {problem.path.partition(f"reviews.{review.key}")[0] for problem in error.problems}
        event("refused" if places == {""} else "refused without a place")
    else:
        event("asked" if told.questions else "answered")
        assert bool(told.questions) != bool(told.numbers)


@every_review
@given(data=st.data())
def test_a_confirmed_value_however_odd_is_told_with_its_files_or_refused(
    review: Review, data: st.DataObject
) -> None:
    try:
        told = confirmed(review, data.draw(inputs_of(review, odd_value_of)))
    except DocumentRefused:
        event("refused")
    else:
        event("answered")
        assert json.loads(json.dumps(plain_reviews(ReviewedDocument("", (told,))), allow_nan=False))


@pytest.mark.parametrize(
    ("key", "inputs"),
    [
        ("ebs", {"volume_type": "gp2", "size_gib": 1396.98, "iops": 1000}),
        ("ebs", {"volume_type": "gp3", "size_gib": 100, "iops": 9, "provisioned_iops": 3500.5}),
        ("nlb", {"connections": 1, "connections_per_second": 0.3001, "targets": 0.5}),
    ],
)
def test_a_fraction_is_answered_with_its_files(key: str, inputs: dict[str, Any]) -> None:
    told = confirmed(REVIEWS[key], inputs)
    assert f"{key}-main.tf" in {file.name for file in told.files}


@pytest.mark.parametrize(
    ("key", "inputs"),
    [
        (
            "conntrack",
            {"connections_per_second": 1e155, "connection_seconds": 3e150, "memory_gib": 8},
        ),
        (
            "accelerator",
            {
                "connections_accelerator": 1e-45,
                "connections_direct": 1e-45,
                "accelerator_per_second": 1e-45,
                "direct_per_second": 1e-45,
                "tolerated_per_day": 1e300,
            },
        ),
        (
            "slow-clients",
            {
                "workers": 1e-60,
                "requests_per_second": 1e290,
                "service_seconds": 1,
                "slow_bytes_per_second": 1,
            },
        ),
    ],
)
def test_what_is_beyond_every_number_is_refused(key: str, inputs: dict[str, Any]) -> None:
    with pytest.raises(DocumentRefused, match="beyond every number"):
        confirmed(REVIEWS[key], inputs)


@every_review
def test_every_figure_of_a_formula_has_a_source(review: Review) -> None:
    texts = [*review.helpers.values(), *review.numbers.values(), *review.asks_when]
    texts += [side for limit in review.limits for side in (limit.load, limit.limit, limit.when)]
    texts += [finding.when for finding in review.findings]
    texts += [finding.graver[1] for finding in review.findings if finding.graver]
    assert set(numbers_in(texts)) <= ARITHMETIC | CONTRACT
    for constant in review.constants.values():
        assert constant.means
        assert constant.source
    for words in words_of(review):
        assert words.cause.endswith(".")
        assert words.step.endswith(".")
        assert words.source


def test_every_figure_of_a_file_is_known() -> None:
    core = Path(formula_module.__file__).parents[1]
    sources = [*core.glob("reviews/**/*.py"), *core.glob("reviewing/files/*.py")]
    holes = re.findall(r"\[\[(.+?)\]\]", "".join(path.read_text() for path in sources))
    figures = {float(figure) for hole in holes for figure in re.findall(r"\b[\d.]+\b", hole)}
    assert figures - ARITHMETIC == IN_FILES.keys()


def numbers_in(texts: list[str]) -> Iterator[Any]:
    for text in texts:
        for node in ast.walk(ast.parse(text, mode="eval")):
            if isinstance(node, ast.Constant) and not isinstance(node.value, str):
                yield node.value


def words_of(review: Review) -> Iterator[Words]:
    yield from (limit.words for limit in review.limits)
    yield from (finding.words for finding in review.findings)


@every_review
def test_names_in_formulas_and_sentences_are_known(review: Review) -> None:
    inputs = {entry.name for entry in review.inputs}
    known = inputs | {f"states_{name}" for name in inputs} | set(review.given_names)
    for lookup in review.lookups:
        known |= set(lookup(dict.fromkeys(inputs), TABLES))
    for name, formula in review.formulas.items():
        assert formula.names <= known, name
        known.add(name)
    known |= {f"used_{limit.what.replace('-', '_')}" for limit in review.limits}
    for limit in review.limits:
        for side in (limit.load, limit.limit, limit.when):
            assert review.formula(side).names <= known
    for finding in review.findings:
        assert review.formula(finding.when).names <= known
        assert review.formula(finding.graver[1] if finding.graver else "True").names <= known


@pytest.mark.parametrize(
    ("load", "limit", "at", "headroom"),
    [(0, 0, None, 1), (5, 0, 0, None), (50, 200, 4, 0.75), (300, 200, 2 / 3, -0.5)],
)
def test_a_limit_of_nothing_and_no_load(
    load: float, limit: float, at: float | None, headroom: float | None
) -> None:
    stated = REVIEWS["nat"].limits[1]
    measured = MeasuredLimit(stated, load, limit)
    assert measured.at == (None if at is None else pytest.approx(at))
    assert measured.headroom == (None if headroom is None else pytest.approx(headroom))
