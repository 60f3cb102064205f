"""What is asked, what stands without it, and what becomes of manifests that nobody would write."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import event, given
from hypothesis import strategies as st

from connectivity.core.as_json.manifests import plain_manifests
from connectivity.core.problems import DocumentRefused
from connectivity.core.reviewed_manifests.answers import ReviewedManifests
from tests.manifests import SHOP, ingress, problems, review, service, text_of, workload

SECRET = "hunter2"
WEB = (workload(spec__replicas=3), service())


def wanted(told: ReviewedManifests, key: str = "") -> dict[str, tuple[str, ...]]:
    return {w.name: w.limits for w in told.wanted if w.name.startswith(key) and w.is_required}


def findings(told: ReviewedManifests, key: str) -> dict[str, str]:
    (answer,) = (each for each in told.document.answers if each.review.key == key)
    return {finding.id: finding.words.step for finding in answer.findings}


def limits(told: ReviewedManifests, key: str) -> list[str]:
    (answer,) = (each for each in told.document.answers if each.review.key == key)
    return [limit.stated.what for limit in answer.limits]


def test_what_no_manifest_says_is_asked_for_by_its_name() -> None:
    told = review(*WEB)
    assert wanted(told, "deployment") == {
        "deployment/web.longest_request_seconds": ("grace",),
        "deployment/web.requests_per_second": (),
    }
    assert wanted(told, "slow-clients") == {
        "slow-clients/web.workers": ("workers",),
        "slow-clients/web.requests_per_second": ("workers",),
        "slow-clients/web.service_seconds": ("workers",),
        "slow-clients/web.slow_bytes_per_second": ("workers",),
    }


def test_what_is_of_the_cluster_is_asked_once_and_given_once() -> None:
    two = (*WEB, workload(metadata__name="api"))
    told = review(*two)
    assert list(wanted(told, "kubernetes")) == [
        "kubernetes.pods_per_node",
        "kubernetes.nodes",
        "kubernetes.subnet_addresses",
    ]
    assert told.wanted[0].reviews == ("deployment/web",)
    cluster = {"pods_per_node": 20, "nodes": 6, "subnet_addresses": 4000}
    given_once = review(*two, given={"kubernetes": cluster})
    assert not wanted(given_once, "kubernetes")
    numbers = [a.numbers for a in given_once.document.answers if a.review.key == "kubernetes"]
    assert [dict(each or {})["replicas_after_zone_loss"] for each in numbers] == [2, 0]


def test_what_is_known_without_it_is_told_and_nothing_else() -> None:
    told = review(*WEB)
    assert limits(told, "deployment") == ["prestop"]
    assert findings(told, "deployment") == {
        "deployment-prestop": "Set a preStop hook that sleeps 10 s."
    }
    assert limits(told, "listen-backlog") == limits(told, "slow-clients") == []
    (backlog,) = (a for a in told.document.answers if a.review.key == "listen-backlog")
    assert dict(backlog.numbers or {})["seconds_to_overflow"] is None  # and not 0, as of no burst
    assert {name for name, value in (backlog.numbers or {}).items() if value is not None} == set()
    assert findings(told, "kubernetes").keys() == {"kubernetes-no-pdb"}
    more = review(*WEB, given={"deployment/web": {"longest_request_seconds": 5}})
    assert limits(more, "deployment") == ["prestop", "grace"]


def test_figures_that_wait_say_what_for() -> None:
    of_alb = {"alb.ingress.kubernetes.io/target-type": "ip"}
    told = review(workload(), service(), ingress(of_alb, ingressClassName="alb"))
    step = findings(told, "deployment")["deployment-prestop"]
    assert step == "Its figures need longest_request_seconds."


def test_an_odd_default_is_asked_about_and_does_not_stop_the_answer() -> None:
    hook = {"preStop": {"httpGet": {"path": "/drain", "port": 80}}}
    told = review(workload(container__lifecycle=hook))
    (asked,) = (each for each in told.wanted if each.name == "deployment/web.prestop_seconds")
    assert (asked.is_required, asked.why) == (
        False,
        "how long this preStop hook takes, the manifest does not say",
    )
    assert limits(told, "deployment") == ["prestop"]
    settled = review(
        workload(container__lifecycle=hook), given={"deployment/web": {"prestop_seconds": 9}}
    )
    assert "deployment/web.prestop_seconds" not in {each.name for each in settled.wanted}


def test_what_is_given_wins_and_its_own_name_before_its_key() -> None:
    given_twice = {"kubernetes": {"replicas": 5}, "kubernetes/web": {"replicas": 7}}
    told = review(*WEB, workload(metadata__name="api"), given=given_twice)
    replicas = [
        answer.given.values["replicas"]
        for answer in told.document.answers
        if answer.review.key == "kubernetes"
    ]
    assert replicas == [7, 5]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"given": {"deployment/wbe": {}}},
            "set: 'deployment/wbe' is not in the document; did",
        ),
        ({"given": {"nat": {"addresses": 1}}}, "set: 'nat' is not in the document"),
        (
            {"given": {"deployment/web": {"replicsa": 2}}},
            "deployment/web.replicsa: is no input of this review; did you mean 'replicas'?",
        ),
        (
            {"given": {"deployment/web": {"requests_per_second": "many"}}},
            "deployment/web.requests_per_second: is 'many', not a number",
        ),
        ({"only": ["nta"]}, "only: 'nta' is not in the document; did you mean 'nat'?"),
    ],
)
def test_what_is_given_wrongly_is_refused_by_its_name(asked: Any, told: str) -> None:
    assert problems(*WEB, **asked)[0].startswith(told)


def test_a_value_of_the_manifest_outside_its_range_is_a_question_and_can_be_confirmed() -> None:
    odd = workload(pod__terminationGracePeriodSeconds=86_400)
    (deployment, *_) = review(odd).document.answers
    assert [question.input for question in deployment.questions] == ["grace_seconds"]
    (deployment, *_) = review(odd, confirmed=["deployment/web.grace_seconds"]).document.answers
    assert not deployment.questions


def test_a_refused_value_of_the_manifest_bears_its_place() -> None:
    (problem,) = problems(workload(spec__replicas=0), given={"kubernetes": {"zones": 0}})
    assert problem == "kubernetes/web.zones: is 0, and divides: give what it is, or leave it out"


def test_without_a_workload_there_is_nothing_to_review() -> None:
    assert problems(service()) == [
        "manifests: hold no Deployment, StatefulSet or DaemonSet: there is nothing to review"
    ]


def test_too_many_workloads_are_refused() -> None:
    many = [workload(metadata__name=f"w{i}") for i in range(101)]
    assert problems(*many) == ["workloads: are 101; at most 100 are reviewed: give one namespace"]


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 2**70),
    st.floats(allow_nan=False),
    st.sampled_from(
        ["", "x", "-1", "100%", "a=b", "1" * 400, "\u00e9\u2028", "no", "{{ x }}", "[[x]]"]
    ),
    st.lists(st.one_of(st.none(), st.integers(), st.text("ab", max_size=2)), max_size=2),
    st.dictionaries(
        st.sampled_from(["name", "key", "value", "seconds"]), st.integers(), max_size=2
    ),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything in a value."""
    pairs: Any = value.items() if isinstance(value, dict) else ()
    pairs = enumerate(value) if isinstance(value, list) else pairs
    return [path, *(each for key, inner in pairs for each in places(inner, (*path, key)))]


OBJECTS = [
    each for each in yaml.safe_load_all(SHOP.read_text()) if each and each["kind"] != "Secret"
]
PLACES = [path for path in places(OBJECTS) if len(path) > 1]


@given(data=st.data())
def test_whatever_stands_in_a_manifest_is_answered_or_refused_and_no_secret_told(
    data: st.DataObject,
) -> None:
    objects = json.loads(json.dumps(OBJECTS))
    for *path, last in data.draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=3)):
        target: Any = objects
        for key in path:
            target = target[key] if isinstance(target, dict | list) and _has(target, key) else None
        if isinstance(target, dict | list) and _has(target, last):
            target[last] = data.draw(JUNK)
    try:
        told = review(text_of(*objects))
    except DocumentRefused as error:
        event("refused")
        words = " ".join(map(str, error.problems))
    else:
        event("answered")
        words = json.dumps(plain_manifests(told, ()), allow_nan=False)
    assert SECRET not in words


def _has(target: Any, key: Any) -> bool:
    if isinstance(target, dict):
        return key in target
    return isinstance(key, int) and key < len(target)
