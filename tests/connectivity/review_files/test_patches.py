"""Patches of manifests: Kubernetes takes what they make, and it passes the reviews that advised."""

import shutil
import subprocess
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml
from hypothesis import given
from hypothesis import strategies as st

from connectivity.core.health.evaluation import Severity
from connectivity.core.reviewed_manifests.answers import ReviewedManifests
from connectivity.core.reviewed_manifests.patching import Patched, text_of
from tests.manifests import SHOP, budget, fully_given, ingress, review, service, workload
from tests.manifests import text_of as file_of
from tests.strategic_merge import patched

RELEASES = ("1.29.0", "1.37.0")
GIVEN = {
    "deployment": {"longest_request_seconds": 20, "requests_per_second": 50},
    "listen-backlog": {"burst_connections": 3000, "accept_per_second": 100, "backlog": 4096},
    "dns": {"lookups_per_second": 100},
    "kubernetes": {"nodes": 6, "pods_per_node": 20, "subnet_addresses": 4000},
    "slow-clients": {
        "workers": 8,
        "requests_per_second": 20,
        "service_seconds": 0.05,
        "slow_bytes_per_second": 5000,
    },
    "nlb": {"connections": 900, "connections_per_second": 10, "keepalive_seconds": 60},
}
Manifest = dict[str, Any]


def after(text: str, patches: list[Patched]) -> list[Manifest]:
    """All objects of a file with the patches merged into them, and the new ones."""
    objects = [each for each in yaml.safe_load_all(text) if each]
    for patch in patches:
        content = yaml.safe_load(text_of(patch))
        if patch.is_new:
            objects.append(content)
            continue
        (index,) = [i for i, each in enumerate(objects) if place(each) == place(content)]
        objects[index] = patched(objects[index], content)
    return objects


def place(manifest: Manifest) -> tuple[str, str, str]:
    metadata = manifest["metadata"]
    return manifest["kind"], metadata.get("namespace", ""), metadata["name"]


def require_valid(objects: list[Manifest]) -> None:
    for each in objects:
        for release in RELEASES:
            kubernetes_validate.validate(each, release, strict=True)


def grave(told: ReviewedManifests) -> set[str]:
    return {
        finding.id
        for answer in told.document.answers
        for finding in answer.findings
        if finding.severity is not Severity.ADVICE or finding.id in CURED
    }


def test_the_patched_sample_is_valid_and_passes_its_reviews() -> None:
    text = SHOP.read_text()
    told = review(text, given=GIVEN)
    before = grave(told)
    assert before >= {
        "deployment-prestop",
        "dns-ndots",
        "kubernetes-no-pdb",
        "kubernetes-pdb",
        "tcp-timeouts-idle",
    }
    objects = after(text, list(told.patches))
    require_valid(objects)
    again = review(file_of(*objects), given=GIVEN)
    assert again.patches == ()
    assert grave(again) == {
        "deployment-long-lived",  # the program's to mend
        "nlb-mixup",  # a choice between two
        "tcp-timeouts-zone-volume",
    }


def test_what_stood_there_still_stands() -> None:
    text = SHOP.read_text()
    objects = {place(each): each for each in after(text, list(review(text, given=GIVEN).patches))}
    pod = objects["Deployment", "shop", "shop-web"]["spec"]["template"]["spec"]
    sysctls = {entry["name"]: entry["value"] for entry in pod["securityContext"]["sysctls"]}
    assert sysctls["net.ipv4.ip_local_port_range"] == "1024 65000"
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert [container["name"] for container in pod["containers"]] == ["log-shipper", "web"]
    assert pod["containers"][1]["env"][0] == {"name": "DATABASE_PASSWORD", "value": "hunter2"}
    annotations = objects["Ingress", "shop", "shop"]["metadata"]["annotations"]
    attributes = annotations["alb.ingress.kubernetes.io/target-group-attributes"].split(",")
    assert attributes == [
        "deregistration_delay.timeout_seconds=25",
        "slow_start.duration_seconds=30",
    ]
    options = objects["StatefulSet", "shop", "shop-stream"]["spec"]["template"]["spec"]["dnsConfig"]
    assert {"name": "single-request-reopen"} in options["options"]


def test_no_patch_quotes_the_environment() -> None:
    told = review(SHOP.read_text(), given=GIVEN)
    assert not any("hunter2" in text_of(patch) for patch in told.patches)


def test_kubectl_merges_as_our_test_does(tmp_path: Path) -> None:
    kubectl = shutil.which("kubectl")
    text = SHOP.read_text()
    for patch in review(text, given=GIVEN).patches if kubectl else ():
        if not patch.is_new:
            (target,) = [
                each for each in yaml.safe_load_all(text) if each and place(each) == place_of(patch)
            ]
            (tmp_path / "target.yaml").write_text(yaml.safe_dump(target))
            (tmp_path / "patch.yaml").write_text(text_of(patch))
            command = [str(kubectl), "patch", "--local", "--output=yaml"]
            files = ["--filename=target.yaml", "--patch-file=patch.yaml"]
            merged = subprocess.run(
                [*command, *files], cwd=tmp_path, capture_output=True, check=True
            )
            assert yaml.safe_load(merged.stdout) == patched(target, yaml.safe_load(text_of(patch)))


def place_of(patch: Patched) -> tuple[str, str, str]:
    return patch.object.kind, patch.object.namespace, patch.object.name


HOOKS = st.sampled_from(
    [
        None,
        {"sleep": {"seconds": 5}},
        {"exec": {"command": ["sleep", "40"]}},
        {"exec": {"command": ["/bin/bash", "-c", "sleep 2"]}},
    ]
)
OPTIONS = st.sampled_from(
    [None, {"options": [{"name": "ndots", "value": "3"}]}, {"searches": ["a.b"]}]
)
NLB = "service.beta.kubernetes.io/aws-load-balancer-"
ALB = "alb.ingress.kubernetes.io/"
DELAYS = st.sampled_from(["", "deregistration_delay.timeout_seconds=7", "stickiness.enabled=true"])


def fronts(delay: str) -> Iterator[list[Manifest]]:
    """What may stand in front of the pods."""
    attributes = {"target-group-attributes": delay} if delay else {}
    yield []
    yield [service()]
    of_alb = {f"{ALB}{key}": value for key, value in {"target-type": "ip", **attributes}.items()}
    yield [service(), ingress(of_alb, ingressClassName="alb")]
    of_nlb = {"type": "external", "nlb-target-type": "ip", **attributes}
    yield [service({f"{NLB}{key}": value for key, value in of_nlb.items()}, type="LoadBalancer")]


@st.composite
def estates(draw: st.DrawFn) -> list[Manifest]:
    fields: dict[str, Any] = {
        "spec__replicas": draw(st.integers(1, 9)),
        "pod__terminationGracePeriodSeconds": draw(st.sampled_from([None, 1, 60, 900])),
        "container__lifecycle": {"preStop": draw(HOOKS)},
        "pod__dnsConfig": draw(OPTIONS),
        "pod__securityContext": draw(st.sampled_from([None, {"sysctls": [
            {"name": "net.ipv4.tcp_syncookies", "value": "1"}]}])),
    }  # fmt: skip
    kept = {key: value for key, value in fields.items() if value not in (None, {"preStop": None})}
    kind = draw(st.sampled_from(["Deployment", "StatefulSet"]))
    front = draw(st.sampled_from(list(fronts(draw(DELAYS)))))
    bounds = draw(st.sampled_from([None, {"minAvailable": "100%"}, {"maxUnavailable": 0}]))
    budgets = [budget(**bounds)] if bounds else []
    return deepcopy([workload(kind, **kept), *front, *budgets])


CURED = {
    "deployment-prestop",
    "deployment-grace",
    "deployment-deregistration",
    "deployment-order",
    "dns-ndots",
    "kubernetes-no-pdb",
    "kubernetes-pdb",
    "listen-backlog-queue",
    "tcp-timeouts-idle",
}


@given(estate=estates(), longest=st.sampled_from([0.2, 3, 45, 600]))
def test_whatever_is_advised_passes_its_own_review(estate: list[Manifest], longest: float) -> None:
    known = {**GIVEN, "deployment": {"longest_request_seconds": longest, "requests_per_second": 5}}
    told = fully_given(known, *estate)
    objects = after(file_of(*estate), list(told.patches))
    kubernetes_validate.validate(objects[0], RELEASES[-1], strict=True)
    again = fully_given(known, file_of(*objects))
    assert not grave(again) & CURED
    assert again.patches == ()


def test_a_host_network_gets_no_sysctls_and_a_hook_of_its_own_form_stays() -> None:
    hook = {"exec": {"command": ["/drain.sh", "--fast"]}}
    own = workload(pod__hostNetwork=True, container__lifecycle={"preStop": hook})
    told = fully_given(GIVEN, own)
    texts = "".join(text_of(patch) for patch in told.patches)
    assert "sysctls" not in texts
    assert "preStop" not in texts
    assert "terminationGracePeriodSeconds" not in texts


def test_a_patch_waits_for_what_is_not_given() -> None:
    told = review(workload(), service())
    assert "terminationGracePeriodSeconds" not in "".join(map(text_of, told.patches))
    more = review(workload(), service(), given={"deployment": GIVEN["deployment"]})
    assert "terminationGracePeriodSeconds: 35" in "".join(map(text_of, more.patches))
