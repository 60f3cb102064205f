"""Which objects belong to which workload, and which of its containers serves."""

from typing import Any

import pytest

from connectivity.core.reviewing.deployed.workload import Workload
from tests.manifests import (
    budget,
    ingress,
    problems,
    review,
    scaler,
    service,
    settings,
    workload,
)

OTHER = {"metadata": {"name": "other"}}


def binding(name: str) -> dict[str, Any]:
    spec = {
        "serviceRef": {"name": name, "port": 80},
        "targetGroupARN": "arn:aws:x",
        "targetType": "ip",
    }
    metadata = {"name": "web"}
    version = "elbv2.k8s.aws/v1beta1"
    return {"apiVersion": version, "kind": "TargetGroupBinding", "metadata": metadata, "spec": spec}


def linked(*manifests: Any) -> Workload:
    (only,) = review(*manifests).workloads
    return only


def test_what_leads_to_its_services_is_its_own_and_nothing_else() -> None:
    web = linked(workload(), service(), ingress(), ingress() | OTHER, binding("web"))
    assert [each.name for each in web.ingresses] == ["web", "other"]
    assert len(web.bindings) == 1
    far = service(selector={"app": "api"}) | OTHER
    web = linked(workload(), service() | OTHER, ingress(), binding("web"), far)
    assert web.ingresses == web.bindings == ()


def test_a_binding_alone_leaves_the_way_of_requests_open() -> None:
    told = review(workload(), service(), binding("web"))
    assert "path" not in settings(told, "deployment")
    (asked,) = (each for each in told.wanted if each.name == "deployment/web.path")
    assert asked.input.words == ("service", "alb-ip", "nlb-ip")


def test_a_default_backend_leads_to_a_service_too() -> None:
    to_web = ingress(rules=None, defaultBackend={"service": {"name": "web"}})
    assert len(linked(workload(), service(), to_web).ingresses) == 1


def test_a_scaler_scales_what_it_names_by_kind_and_name() -> None:
    assert len(linked(workload(), scaler(maxReplicas=9)).scalers) == 1
    assert linked(workload("StatefulSet"), scaler(maxReplicas=9)).scalers == ()
    assert linked(workload(metadata__name="api"), scaler(maxReplicas=9)).scalers == ()


def test_a_budget_without_a_selector_is_of_no_pods_and_with_an_empty_one_of_all() -> None:
    assert linked(workload(), budget(selector=None)).budgets == ()
    assert len(linked(workload(), budget(selector={})).budgets) == 1


@pytest.mark.parametrize(
    ("ports", "annotation", "expected"),
    [
        ([{"port": 8080}], None, (1, False)),
        ([{"port": 80, "targetPort": 8080}], None, (1, False)),
        ([{"port": 80, "targetPort": "http"}], None, (1, False)),
        ([{"port": 80, "targetPort": "admin"}], None, (0, True)),
        ([{"port": 80, "targetPort": "admin"}], "app", (1, False)),
        ([{"port": 80, "targetPort": "admin"}], "nobody", (0, True)),
    ],
)
def test_the_container_that_serves(ports: Any, annotation: str | None, expected: Any) -> None:
    containers = [
        {"name": "shipper", "image": "x", "ports": [{"name": "logs", "containerPort": 24224}]},
        {"name": "app", "image": "x", "ports": [{"name": "http", "containerPort": 8080}]},
    ]
    manifest = workload(pod__containers=containers)
    key = "kubectl.kubernetes.io/default-container"
    metadata = {"labels": {"app": "web"}, "annotations": {key: annotation} if annotation else {}}
    manifest["spec"]["template"]["metadata"] = metadata
    web = linked(manifest, service(ports=ports))
    assert (web.container, web.is_guessed) == expected


def test_one_container_is_no_guess() -> None:
    web = linked(workload(), service(ports=[{"port": 80, "targetPort": "admin"}]))
    assert (web.container, web.is_guessed) == (0, False)


@pytest.mark.parametrize("names", [["a", "a"], ["a", None], [None]])
def test_containers_have_names_of_their_own(names: list[Any]) -> None:
    containers = [{"image": "x"} | ({"name": name} if name else {}) for name in names]
    (problem,) = problems(workload(pod__containers=containers))
    assert problem.endswith("spec.template.spec.containers: need names of their own")


def labels(*names: tuple[str, str]) -> list[str]:
    told = review(
        *(workload(metadata__name=name, metadata__namespace=space or None) for space, name in names)
    )
    return [each.label for each in told.workloads]


def test_no_two_workloads_bear_one_label() -> None:
    named = labels(("", "b.web"), ("a", "web"), ("b", "web"))
    assert named == ["b.web", "a.web", "Deployment.b.web"]
    alike = labels(("", "a.b"), ("a", "b"), ("c", "a.b"), ("c", "b"))
    assert alike == ["Deployment.a.b.1", "Deployment.a.b.2", "c.a.b", "c.b"]


def test_a_hundred_workloads_are_reviewed() -> None:
    many = [workload(metadata__name=f"w{i}", container__ports=None) for i in range(100)]
    assert len(review(*many).workloads) == 100


def test_parameters_of_another_class_say_nothing() -> None:
    own: Any = {"controller": "ingress.k8s.aws/alb", "parameters": {"name": "own"}}
    manifests: Any = [
        {"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "spec": own},
        {
            "apiVersion": "elbv2.k8s.aws/v1beta1",
            "kind": "IngressClassParams",
            "spec": {"targetType": "ip"},
        },
    ]
    for name, manifest in zip(("own", "x"), manifests, strict=True):
        manifest["metadata"] = {"name": name}
    told = review(workload(), service(), ingress(ingressClassName="own"), *manifests)
    assert "path" not in settings(told, "deployment")
    del own["parameters"]
    told = review(workload(), service(), ingress(ingressClassName="own"), *manifests)
    assert settings(told, "deployment")["path"] == "service"


def test_only_some_reviews_are_read_for() -> None:
    told = review(workload(), only=["dns"])
    assert [read.review.key for read in told.read] == ["dns"]
    assert {each.name for each in told.wanted} == {"dns.lookups_per_second"}
