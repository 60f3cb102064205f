"""Files of patches: what they are called, what they hold, and how they are applied."""

import pytest
import yaml

from connectivity.core.reviewed_manifests.patching import joined, text_of
from tests.manifests import review, service, workload

BY_ZONE = {"topologyKey": "z"}
BURST = {"burst_connections": 9000, "accept_per_second": 100, "backlog": 512}


@pytest.fixture
def files() -> dict[str, str]:
    web = workload(metadata__namespace="shop", spec__replicas=2)
    told = review(web, service(), given={"listen-backlog": BURST})
    return {patch.file_name: text_of(patch) for patch in told.patches}


def test_each_object_has_a_file_and_what_is_unsafe_one_of_its_own(files: dict[str, str]) -> None:
    assert list(files) == [
        "deployment-shop-web.yaml",
        "poddisruptionbudget-shop-web.yaml",
        "deployment-shop-web-unsafe-sysctls.yaml",
    ]
    told = review(workload(), given={"listen-backlog": BURST})
    assert [patch.file_name for patch in told.patches] == [
        "deployment-web.yaml",
        "deployment-web-unsafe-sysctls.yaml",
    ]


def test_a_patch_names_its_object_its_reasons_and_its_command(files: dict[str, str]) -> None:
    text = files["deployment-shop-web.yaml"]
    head = [line for line in text.splitlines() if line.startswith("#")]
    assert head[0].startswith("# dns/web: A lookup is 2 queries in place of 10.")
    name = "deployment-shop-web.yaml"
    assert head[-1] == f"# kubectl patch deployment web --namespace shop --patch-file {name}"
    patch = yaml.safe_load(text)
    assert (patch["apiVersion"], patch["kind"]) == ("apps/v1", "Deployment")
    assert patch["metadata"] == {"name": "web", "namespace": "shop"}
    new = files["poddisruptionbudget-shop-web.yaml"]
    assert "# kubectl apply --filename poddisruptionbudget-shop-web.yaml" in new
    (alone, *_) = review(workload(spec__replicas=2)).patches
    assert "# kubectl patch deployment web --patch-file deployment-web.yaml" in text_of(alone)
    assert yaml.safe_load(text_of(alone))["metadata"] == {"name": "web"}


def test_an_unsafe_patch_has_all_of_the_safe_one(files: dict[str, str]) -> None:
    safe = yaml.safe_load(files["deployment-shop-web.yaml"])["spec"]["template"]["spec"]
    unsafe = yaml.safe_load(files["deployment-shop-web-unsafe-sysctls.yaml"])
    spec = unsafe["spec"]["template"]["spec"]
    added = {"name": "net.core.somaxconn", "value": "16384"}
    assert spec["securityContext"]["sysctls"] == [*safe["securityContext"]["sysctls"], added]
    assert spec["dnsConfig"] == safe["dnsConfig"]
    assert spec["topologySpreadConstraints"] == safe["topologySpreadConstraints"]


def test_nothing_stands_behind_an_anchor(files: dict[str, str]) -> None:
    assert "&id" not in "".join(files.values())


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}),
        ({"a": 1}, {"a": {"b": 2}}, {"a": {"b": 2}}),
        ({"a": {"b": 1}}, {"a": None}, {"a": None}),
        ({"a": [{"name": "x"}]}, {"a": 1}, {"a": 1}),
        ({"a": 1}, {"a": [{"name": "x"}]}, {"a": [{"name": "x"}]}),
        ([BY_ZONE], [{"topologyKey": "h"}], [BY_ZONE, {"topologyKey": "h"}]),
        ([{"name": "z", "m": 1}], [{"name": "z", "n": 2}], [{"name": "z", "m": 1, "n": 2}]),
        (["a"], ["a", "b"], ["a", "b"]),
        ([{"b": 1}], [{"b": 1}], [{"b": 1}, {"b": 1}]),
    ],
)  # fmt: skip
def test_patches_of_one_object_are_joined(before: object, after: object, expected: object) -> None:
    assert joined(before, after) == expected
