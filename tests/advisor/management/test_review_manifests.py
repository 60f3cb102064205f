"""Kubernetes manifests at the command line: read, asked, given beside, and patched."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command

from tests.manifests import SHOP, service, text_of, workload

pytestmark = pytest.mark.django_db

GIVEN = {
    "version": 1,
    "name": "known",
    "reviews": {"deployment": {"longest_request_seconds": 20}, "dns": {"lookups_per_second": None}},
}


@pytest.fixture
def web(tmp_path: Path) -> Path:
    path = tmp_path / "web.yaml"
    path.write_text(text_of(workload(spec__replicas=3), service()))
    return path


def run(*arguments: Any) -> str:
    out = io.StringIO()
    call_command("review", *map(str, arguments), stdout=out)
    return out.getvalue()


def answered(*arguments: Any) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(run(*arguments, "--format", "json"))
    return plain


def refused(capsys: pytest.CaptureFixture[str], *arguments: Any) -> list[str]:
    with pytest.raises(SystemExit, match="2"):
        run(*arguments)
    return capsys.readouterr().err.splitlines()


def reading(answer: dict[str, Any], review: str, name: str) -> dict[str, Any]:
    (entry,) = (
        each
        for each in answer["manifests"]["readings"]
        if (each["review"], each["input"]) == (review, name)
    )
    return dict(entry)


def test_a_table_says_what_breaks_what_was_read_and_what_is_to_be_given(web: Path) -> None:
    told = run(web)
    assert (
        "deployment/web: Rolling deployment\n  First to break: prestop, which is exceeded." in told
    )
    assert "More is told with longest_request_seconds, requests_per_second." in told
    assert re.search(r"kubernetes/web +replicas +3 +\S+web.yaml:18 spec.replicas\n", told)
    assert re.search(r"grace_seconds +30 .*Seconds \(by default, not set: Kubernetes", told)
    assert re.search(r"--set deployment/web.longest_request_seconds= +the longest.* grace\n", told)
    assert re.search(r"--set kubernetes.nodes= ", told)
    assert (
        "poddisruptionbudget-web.yaml\n    kubernetes/web: A drain takes one pod at a time." in told
    )


def test_the_sample_as_helm_prints_it_tells_no_secret() -> None:
    told = run(SHOP) + run(SHOP, "--format", "json")
    assert "hunter2" not in told
    assert "aHVudGVyMg" not in told
    assert "1 Secret" in told
    assert "tcp-timeouts/shop-web: the ALB closes what is silent for 120 s" in told


def test_every_reading_has_its_source(web: Path) -> None:
    answer = answered(web, "--set", "deployment/web.grace_seconds=45")
    replicas = reading(answer, "kubernetes/web", "replicas")
    assert (replicas["value"], replicas["from"], replicas["line"]) == (3, "manifest", 18)
    assert (replicas["field"], replicas["object"]) == ("spec.replicas", "Deployment web")
    grace = reading(answer, "deployment/web", "grace_seconds")
    assert (grace["value"], grace["from"]) == (45, "given")
    assert grace["note"] == "in place of 30"
    sysctl = reading(answer, "listen-backlog/web", "somaxconn")
    assert (sysctl["from"], sysctl["template"]) == ("default", None)


def test_inputs_are_given_beside_the_manifests_and_behind_set(web: Path, tmp_path: Path) -> None:
    beside = tmp_path / "known.yaml"
    beside.write_text(yaml.safe_dump(GIVEN))
    answer = answered(web, beside, "--set", "deployment/web.requests_per_second=50",
                      "--set", "deployment.on_sigterm=exit", "--only", "deployment")  # fmt: skip
    (review,) = answer["reviews"]
    inputs = review["inputs"]
    assert (inputs["longest_request_seconds"], inputs["requests_per_second"]) == (20, 50)
    assert inputs["on_sigterm"] == "exit"
    assert answer["manifests"]["worklist"] == []
    assert {entry["review"] for entry in answer["manifests"]["readings"]} == {"deployment/web"}


def test_set_gives_inputs_of_a_document_too(tmp_path: Path) -> None:
    path = tmp_path / "reviews.json"
    path.write_text(json.dumps({"version": 1, "name": "n", "reviews": {"dns/a": {}, "dns/b": {}}}))
    answer = answered(path, "--set", "dns.lookups_per_second=400", "--set", "dns/b.ndots=1")
    assert [review["inputs"]["ndots"] for review in answer["reviews"]] == [5, 1]


def test_the_worklist_is_a_document_to_fill_in(web: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(web, "--out", out)
    worklist = (out / "worklist.yaml").read_text()
    asked = answered(web)["manifests"]["worklist"]
    assert answered(web, out / "worklist.yaml")["manifests"]["worklist"] == asked
    filled = worklist.replace("longest_request_seconds:", "longest_request_seconds: 3")
    (out / "worklist.yaml").write_text(filled)
    left = [entry["set"] for entry in answered(web, out / "worklist.yaml")["manifests"]["worklist"]]
    assert "deployment/web.longest_request_seconds" not in left
    assert len(left) == len(asked) - 1


def test_patches_are_written_with_a_kustomization(tmp_path: Path) -> None:
    out = tmp_path / "out"
    burst = ["burst_connections=9000", "accept_per_second=100"]
    options = [part for each in burst for part in ("--set", f"listen-backlog/shop-web.{each}")]
    run(SHOP, "--set", "deployment.longest_request_seconds=20", *options, "--out", out)
    kustomization = yaml.safe_load((out / "patches" / "kustomization.yaml").read_text())
    assert kustomization["resources"] == [
        "manifests.yaml",
        "poddisruptionbudget-shop-shop-web.yaml",
    ]
    patches = [entry["path"] for entry in kustomization["patches"]]
    assert "deployment-shop-shop-web.yaml" in patches
    unsafe = out / "patches" / "deployment-shop-shop-web-unsafe-sysctls.yaml"
    assert unsafe.name not in patches
    content = yaml.safe_load(unsafe.read_text())["spec"]["template"]["spec"]
    names = [entry["name"] for entry in content["securityContext"]["sysctls"]]
    assert {"net.core.somaxconn", "net.ipv4.tcp_keepalive_time"} <= set(names)
    assert content["terminationGracePeriodSeconds"] == 55
    assert "kubectl kustomize patches" in (out / "README.md").read_text()


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    data = io.TextIOWrapper(io.BytesIO(SHOP.read_bytes()))
    monkeypatch.setattr("sys.stdin", data)
    assert answered("-")["manifests"]["workloads"][0]["file"] == "standard input"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (
            "apiVersion: v1\nkind: Service\n",
            "bad.yaml, document 1, line 1: Service, metadata.name:",
        ),
        ("apiVersion: v1\nkind: [\n", "bad.yaml, document 1, line 3, column 1: is not YAML here: "),
        (
            "apiVersion: v1\nkind: Widget\n",
            "manifests: hold no Deployment, StatefulSet or",
        ),
    ],
)
def test_bad_manifests_are_refused_with_file_document_and_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, place: str
) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    (problem,) = refused(capsys, tmp_path / "bad.yaml")
    assert place in problem


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "grace"], "set: 'grace' has no value: deployment/web.requests_per_second=50"),
        (["--set", "deployment/web.grace_seconds="], "has no value"),
        (
            ["--set", "deployment/api.grace_seconds=3"],
            "set: 'deployment/api' is not in",
        ),
        (["no-such-file.yaml"], "no-such-file.yaml: No such file or directory"),
    ],
)
def test_what_is_given_wrongly_is_refused(
    web: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert words in refused(capsys, web, *arguments)[0]


def test_a_file_beside_that_is_no_document_of_reviews_is_refused_by_its_name(
    web: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    beside = tmp_path / "known.yaml"
    beside.write_text("version: 1\nname: n\nreviews: {dns: 5}\n")
    (problem,) = refused(capsys, web, beside)
    assert problem.endswith("known.yaml: reviews.dns: is not a mapping of inputs")


def test_several_documents_of_reviews_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text(json.dumps(GIVEN))
    (problem,) = refused(capsys, tmp_path / "a", tmp_path / "b")
    assert problem.endswith("one document at a time; only manifests may be several files")
