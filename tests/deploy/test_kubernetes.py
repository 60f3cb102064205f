"""deploy/kubernetes: by Kubernetes' own schemas, and by what this product asks of every pod."""

from typing import Any

import kubernetes_validate
import pytest
import yaml

from advisor.environment.variables import refuse
from tests.conftest import ROOT
from tests.deploy import compose, documented

FOLDER = ROOT / "deploy" / "kubernetes"
RELEASES = ("1.29.0", "1.37.0")
TMP = "/tmp"  # noqa: S108  of a container
Object = dict[str, Any]

OBJECTS: list[Object] = [
    each
    for path in sorted(FOLDER.glob("*.yaml"))
    for each in yaml.safe_load_all(path.read_text(encoding="utf-8"))
]
SERVICES = compose.read()["services"]


def of(kind: str) -> dict[str, Object]:
    return {each["metadata"]["name"]: each for each in OBJECTS if each["kind"] == kind}


PODS: dict[str, Object] = {
    each["metadata"]["labels"]["role"]: each["spec"]["template"]
    for each in OBJECTS
    if each["kind"] in ("Deployment", "Job")
}
CONTAINERS = {
    (role, container["name"]): container
    for role, pod in PODS.items()
    for container in (*pod["spec"]["containers"], *pod["spec"].get("initContainers", []))
}


@pytest.mark.parametrize("release", RELEASES)
def test_kubernetes_knows_every_field(release: str) -> None:
    for each in OBJECTS:
        kubernetes_validate.validate(each, release, strict=True)


def test_a_field_that_kubernetes_does_not_know_is_noticed() -> None:
    misspelt = {**of("Service")["web"], "specs": {}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(misspelt, RELEASES[0], strict=True)


def test_the_roles_are_those_of_compose_with_their_very_commands() -> None:
    ours = {name for name, each in SERVICES.items() if "build" in each}
    assert set(PODS) == ours
    for role in ours:
        assert CONTAINERS[role, role]["command"] == SERVICES[role]["command"]


@pytest.mark.parametrize("role", sorted(PODS))
def test_every_pod_is_closed(role: str) -> None:
    pod = PODS[role]["spec"]
    assert pod["automountServiceAccountToken"] is pod["enableServiceLinks"] is False
    context = pod["securityContext"]
    assert context["runAsNonRoot"] is True
    assert context["runAsUser"] == context["fsGroup"] == 10001
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
    assert all(
        set(volume) & {"emptyDir", "secret", "persistentVolumeClaim"} for volume in pod["volumes"]
    )
    labels = PODS[role]["metadata"]["labels"]
    assert labels == {"app": "advisor", "role": role}


@pytest.mark.parametrize("key", sorted(CONTAINERS))
def test_every_container_is_closed_and_bounded(key: tuple[str, str]) -> None:
    container = CONTAINERS[key]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    resources = container["resources"]
    assert set(resources["limits"]) == set(resources["requests"]) == {
        "cpu", "memory", "ephemeral-storage"
    }  # fmt: skip
    assert container["image"] == "registry.example/connectivity-advisor:0.1.0"
    assert container["envFrom"] == [{"configMapRef": {"name": "advisor"}}]
    assert "env" not in container
    mounts = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert mounts == {"/run/secrets/advisor", TMP, "/var/lib/advisor"}


def test_what_lasts_is_watched_and_waits_for_the_migrations() -> None:
    for role, deployment in of("Deployment").items():
        container = CONTAINERS[role, role]
        assert {"startupProbe", "livenessProbe"} <= set(container)
        for name in ("startupProbe", "readinessProbe", "livenessProbe"):
            probe = container.get(name, container["livenessProbe"])
            assert 0 < probe["timeoutSeconds"] <= probe["periodSeconds"] * 3
        assert "migrate --check" in CONTAINERS[role, "migrated"]["command"][-1]
        grace = deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        assert f"{grace}s" == SERVICES[role]["stop_grace_period"]
    for name in ("startupProbe", "livenessProbe"):  # what is away is not mended by a new start
        assert CONTAINERS["web", "web"][name]["httpGet"]["path"] == "/healthz"
    assert CONTAINERS["web", "web"]["readinessProbe"]["httpGet"]["path"] == "/readyz"
    probes = [
        CONTAINERS[role, role]["livenessProbe"]["exec"]["command"][-1]
        for role in ("worker", "background", "beat")
    ]
    assert probes == [
        compose.check_of(SERVICES[role])[-1] for role in ("worker", "background", "beat")
    ]


def test_there_is_one_clock() -> None:
    beat = of("Deployment")["beat"]["spec"]
    assert beat["replicas"] == 1
    assert beat["strategy"] == {"type": "Recreate"}
    for role in ("web", "worker", "background"):
        assert of("Deployment")[role]["spec"]["replicas"] >= 2
        assert of("PodDisruptionBudget")[role]["spec"]["selector"]["matchLabels"]["role"] == role
        spread = PODS[role]["spec"]["topologySpreadConstraints"]
        assert [each["topologyKey"] for each in spread] == [
            "topology.kubernetes.io/zone",
            "kubernetes.io/hostname",
        ]


def test_every_setting_is_passed_on_and_secrets_are_files() -> None:
    data = of("ConfigMap")["advisor"]["data"]
    assert documented.not_passed_on(data) == set()
    assert not set(data) & documented.SECRETS
    refuse({key: value for key, value in data.items() if value})
    secret = of("Secret")["advisor"]["stringData"]
    assert set(secret.values()) == {""}
    files = {value for key, value in data.items() if key.endswith("_FILE")}
    assert files == {f"/run/secrets/advisor/{name}" for name in secret}
    for pod in PODS.values():
        (volume,) = (each for each in pod["spec"]["volumes"] if each["name"] == "secrets")
        assert volume["secret"] == {"secretName": "advisor", "defaultMode": 0o440}


def test_nothing_is_allowed_but_what_is_named() -> None:
    policies = {name: each["spec"] for name, each in of("NetworkPolicy").items()}
    nothing = policies.pop("nothing")
    assert nothing == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    ports = {
        name: {
            port["port"]
            for rule in each.get("egress", each.get("ingress"))
            for port in rule["ports"]
        }
        for name, each in policies.items()
    }
    assert ports == {
        "names": {53}, "data": {5432, 6379}, "web-in": {8000},
        "web-out": {443, 587}, "worker-out": {443, 587},
    }  # fmt: skip
    for name in ("web-out", "worker-out"):
        (rule,) = policies[name]["egress"]
        assert rule["to"][0]["ipBlock"]["except"] == ["169.254.0.0/16"]


def test_the_service_leads_to_web_and_the_ingress_to_the_service() -> None:
    (port,) = of("Service")["web"]["spec"]["ports"]
    assert of("Service")["web"]["spec"]["selector"] == PODS["web"]["metadata"]["labels"]
    (named,) = CONTAINERS["web", "web"]["ports"]
    assert port["targetPort"] == named["name"]
    (path,) = of("Ingress")["web"]["spec"]["rules"][0]["http"]["paths"]
    assert path["backend"]["service"] == {"name": "web", "port": {"name": port["name"]}}
