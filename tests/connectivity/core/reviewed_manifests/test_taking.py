"""Which field of which manifest gives which input of a review."""

from typing import Any

import pytest

from tests.manifests import (
    LABELS,
    budget,
    ingress,
    node,
    problems,
    review,
    scaler,
    service,
    settings,
    workload,
)

ZONE = "topology.kubernetes.io/zone"
SYSCTLS = "pod__securityContext__sysctls"
NLB = "service.beta.kubernetes.io/aws-load-balancer-"
ALB = "alb.ingress.kubernetes.io/"
OF_NLB = {f"{NLB}type": "external", f"{NLB}nlb-target-type": "ip"}
BALANCED = {"type": "LoadBalancer"}


def sysctls(**values: str) -> list[dict[str, str]]:
    return [{"name": f"net.{name.replace('__', '.')}", "value": v} for name, v in values.items()]


def hook(*command: str) -> dict[str, Any]:
    return {"container__lifecycle__preStop": {"exec": {"command": list(command)}}}


def alb_class(controller: str, **parameters: str) -> list[dict[str, Any]]:
    """An Ingress class called own, and its parameters."""
    named = {"kind": "IngressClassParams", "name": "parameters"}
    spec = {"controller": controller, "parameters": named}
    own = {"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass",
           "metadata": {"name": "own"}, "spec": spec}  # fmt: skip
    more = {"apiVersion": "elbv2.k8s.aws/v1beta1", "kind": "IngressClassParams",
            "metadata": {"name": "parameters"}, "spec": parameters}  # fmt: skip
    return [own, more]


def of(key: str, expected: dict[str, Any], *manifests: Any) -> Any:
    return pytest.param(key, expected, manifests, id=f"{key} {expected}")


READ = [
    of("deployment", {"grace_seconds": 30, "prestop_seconds": 0, "replicas": 1}, workload()),
    of("deployment", {"grace_seconds": 90}, workload(pod__terminationGracePeriodSeconds=90)),
    of("deployment", {"prestop_seconds": 20},
       workload(container__lifecycle__preStop={"sleep": {"seconds": 20}})),
    of("deployment", {"prestop_seconds": 15}, workload(**hook("sleep", "15"))),
    of("deployment", {"prestop_seconds": 12}, workload(**hook("/bin/sh", "-c", "sleep 12"))),
    of("deployment", {"prestop_seconds": 9},
       workload(**hook("/bin/sh", "-c", "sleep 9 && nginx -s quit"))),
    of("deployment", {"prestop_seconds": None}, workload(**hook("/drain.sh"))),
    of("deployment", {"replicas": 4}, workload(spec__replicas=4)),
    of("deployment", {"replicas": 12}, workload(spec__replicas=4),
       scaler(minReplicas=2, maxReplicas=12)),
    of("deployment", {"replicas": None}, workload("DaemonSet")),
    of("deployment", {"path": "service"}, workload(), service()),
    of("deployment", {"path": "nlb-ip", "deregistration_delay_seconds": 300},
       workload(), service(OF_NLB, **BALANCED)),
    of("deployment", {"path": "nlb-ip"}, workload(), service({f"{NLB}type": "nlb-ip"}, **BALANCED)),
    of("deployment", {"path": "service"}, workload(), service(OF_NLB)),
    of("deployment", {"path": "service"},
       workload(), service(OF_NLB | {f"{NLB}nlb-target-type": "instance"}, **BALANCED)),
    of("deployment", {"path": "service"},
       workload(), service(loadBalancerClass="service.k8s.aws/nlb", **BALANCED)),
    of("deployment", {"path": None}, workload(), service(**BALANCED)),
    of("deployment", {"path": "alb-ip", "deregistration_delay_seconds": 40},
       workload(), service(),
       ingress({f"{ALB}target-type": "ip",
                f"{ALB}target-group-attributes": "a.b=1, deregistration_delay.timeout_seconds=40"},
               ingressClassName="alb")),
    of("deployment", {"path": "alb-ip", "deregistration_delay_seconds": 50},
       workload(),
       service({f"{ALB}target-group-attributes": "deregistration_delay.timeout_seconds=50"}),
       ingress({f"{ALB}target-type": "ip", "kubernetes.io/ingress.class": "alb",
                f"{ALB}target-group-attributes": "deregistration_delay.timeout_seconds=40"})),
    of("deployment", {"path": "alb-ip"},
       workload(), service(), ingress({f"{ALB}target-type": "ip"}, ingressClassName="internal"),
       {"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass",
        "metadata": {"name": "internal"}, "spec": {"controller": "ingress.k8s.aws/alb"}}),
    of("deployment", {"path": "nlb-ip"},
       workload(), service(loadBalancerClass="eks.amazonaws.com/nlb", **BALANCED)),
    of("deployment", {"path": "alb-ip"},
       workload(), service(), ingress({f"{ALB}target-type": "instance"}, ingressClassName="own"),
       *alb_class("ingress.k8s.aws/alb", targetType="ip")),
    of("deployment", {"path": "service"},
       workload(), service(), ingress(ingressClassName="own"), *alb_class("ingress.k8s.aws/alb")),
    of("deployment", {"path": None},
       workload(), service(), ingress(ingressClassName="own"), *alb_class("eks.amazonaws.com/alb")),
    of("deployment", {"path": None},
       workload(), service(), ingress(ingressClassName="own"),
       alb_class("ingress.k8s.aws/alb")[0]),
    of("deployment", {"path": "service"}, workload(), service(), ingress(ingressClassName="alb")),
    of("deployment", {"path": "service"},
       workload(), service(), ingress({f"{ALB}target-type": "ip"}, ingressClassName="nginx")),
    of("deployment", {"long_lived_connections": True},
       workload(), service(ports=[{"port": 80, "appProtocol": "grpc"}])),
    of("deployment", {"long_lived_connections": True},
       workload(), service({f"{ALB}backend-protocol-version": "GRPC"}),
       ingress(ingressClassName="alb")),
    of("deployment", {"long_lived_connections": True},
       workload(), service(ports=[{"name": "grpc-api", "port": 80}])),
    of("deployment", {"long_lived_connections": True},
       workload(container__readinessProbe={"grpc": {"port": 80}}), service()),
    of("deployment", {"long_lived_connections": None},
       workload(), service(ports=[{"name": "http", "port": 80}])),
    of("listen-backlog", {"somaxconn": 4096, "abort_on_overflow": False, "backlog": None},
       workload()),
    of("listen-backlog", {"somaxconn": 8192, "abort_on_overflow": True},
       workload(**{SYSCTLS: sysctls(core__somaxconn="8192", ipv4__tcp_abort_on_overflow="1")})),
    of("listen-backlog", {"somaxconn": None, "abort_on_overflow": None},
       workload(pod__hostNetwork=True)),
    of("listen-backlog", {"backlog": 512},
       workload(container__args=["gunicorn", "--backlog", "512", "app"])),
    of("listen-backlog", {"backlog": 64},
       workload(container__command=["sh", "-c", "exec /usr/bin/uvicorn --backlog=64 'a b'"])),
    of("listen-backlog", {"backlog": None},
       workload(container__args=["server", "--backlog", "512"])),
    of("slow-clients", {"workers": 8, "instances": 2, "worker_timeout_seconds": 45},
       workload(spec__replicas=2,
                container__args=["gunicorn", "-w4", "--threads=2", "-t", "45", "app"])),
    of("slow-clients", {"workers": None},
       workload(container__args=["gunicorn", "-w", "4", "-k", "gevent"])),
    of("slow-clients", {"buffer": "nginx"},
       workload(), service(), ingress(ingressClassName="nginx")),
    of("slow-clients", {"buffer": "none"},
       workload(), service(),
       ingress({"nginx.ingress.kubernetes.io/proxy-request-buffering": "off"},
               ingressClassName="nginx")),
    of("slow-clients", {"buffer": None}, workload(), service()),
    of("dns", {"ndots": 5, "cluster_search_domains": 3, "host_search_domains": 1}, workload()),
    of("dns", {"ndots": 2},
       workload(pod__dnsConfig={"options": [{"name": "ndots", "value": "2"}]})),
    of("dns", {"ndots": 1, "cluster_search_domains": 0, "host_search_domains": 1},
       workload(pod__dnsPolicy="None", pod__dnsConfig={"searches": ["corp.example.com"]})),
    of("dns", {"cluster_search_domains": 4, "host_search_domains": 2},
       workload(pod__dnsConfig={"searches": ["db.svc.cluster.local", "corp.example.com"]})),
    of("dns", {"ndots": None, "cluster_search_domains": 0}, workload(pod__dnsPolicy="Default")),
    of("dns", {"ndots": None}, workload(pod__hostNetwork=True)),
    of("dns", {"ndots": 5},
       workload(pod__hostNetwork=True, pod__dnsPolicy="ClusterFirstWithHostNet")),
    of("dns", {"coredns_replicas": 3, "node_local": True}, workload(),
       workload(metadata__name="coredns", spec__replicas=3),
       workload("DaemonSet", metadata__name="node-local-dns")),
    of("tcp-timeouts", {"keepalive_seconds": 7200, "interval_seconds": 75, "probes": 9,
                        "retries2": 15, "path_timeout_seconds": None,
                        "stateful_replicas": None, "zone_bound_volumes": None}, workload()),
    of("tcp-timeouts", {"keepalive_seconds": 60, "interval_seconds": 10, "probes": 3},
       workload(**{SYSCTLS: sysctls(ipv4__tcp_keepalive_time="60", ipv4__tcp_keepalive_intvl="10",
                                    ipv4__tcp_keepalive_probes="3")})),
    of("tcp-timeouts", {"path_timeout_seconds": 600},
       workload(),
       service(OF_NLB | {f"{NLB}listener-attributes.TCP-80": "tcp.idle_timeout.seconds=600",
                         f"{NLB}listener-attributes.TCP-81": "tcp.idle_timeout.seconds=900"},
               **BALANCED)),
    of("tcp-timeouts", {"stateful_replicas": 3, "zone_bound_volumes": True},
       workload("StatefulSet", spec__replicas=3,
                spec__volumeClaimTemplates=[{"metadata": {"name": "data"}}])),
    of("tcp-timeouts", {"stateful_replicas": None, "zone_bound_volumes": False},
       workload("StatefulSet", spec__replicas=2)),
    of("kubernetes", {"replicas": 2, "min_available": None, "max_unavailable": None},
       workload(spec__replicas=9), scaler(minReplicas=2, maxReplicas=12)),
    of("kubernetes", {"replicas": 1}, workload(spec__replicas=9), scaler(maxReplicas=12)),
    of("kubernetes", {"min_available": 2}, workload(spec__replicas=3), budget(minAvailable="50%")),
    of("kubernetes", {"max_unavailable": 1},
       workload(spec__replicas=3), budget(maxUnavailable="25%")),
    of("kubernetes", {"min_available": 1}, workload(), budget()),
    of("kubernetes", {"min_available": 7}, workload(),
       budget(minAvailable=7, selector={"matchExpressions": [
           {"key": "app", "operator": "In", "values": ["web"]},
           {"key": "tier", "operator": "DoesNotExist"}]})),
    of("kubernetes", {"min_available": None}, workload(),
       budget(minAvailable=7, selector={"matchExpressions": [
           {"key": "app", "operator": "NotIn", "values": ["web"]}]})),
    of("kubernetes", {"zones": 1}, workload(
        pod__nodeSelector={ZONE: "eu-west-1a"})),
    of("kubernetes", {"zones": 2}, workload(
        pod__affinity__nodeAffinity__requiredDuringSchedulingIgnoredDuringExecution={
            "nodeSelectorTerms": [{"matchExpressions": [
                {"key": ZONE, "operator": "In", "values": ["a", "b"]}]}]})),
    of("kubernetes", {"zones": 2, "nodes": 3, "instance_type": "m5.large", "max_pods": 17},
       workload(), node("a", "eu-west-1a"), node("b", "eu-west-1b", pods="17"),
       node("c", "eu-west-1b")),
    of("kubernetes", {"instance_type": None},
       workload(), node("a", "z"), node("b", "z", "c5.large")),
    of("kubernetes", {"prefix_delegation": True, "warm_enis": 2, "external_snat": None}, workload(),
       workload("DaemonSet", metadata__name="aws-node", container__env=[
           {"name": "ENABLE_PREFIX_DELEGATION", "value": "true"},
           {"name": "WARM_ENI_TARGET", "value": "2"},
           {"name": "AWS_VPC_K8S_CNI_EXTERNALSNAT", "valueFrom": {"fieldRef": {}}}])),
    of("nlb", {"listener": "tcp", "idle_timeout_seconds": 350, "targets": 4, "cross_zone": False,
               "target_type": "ip", "preserve_client_ip": None},
       workload(spec__replicas=4), service(OF_NLB, **BALANCED)),
    of("nlb", {"listener": "tls", "cross_zone": True, "preserve_client_ip": False},
       workload(), service(OF_NLB | {
           f"{NLB}ssl-cert": "arn:aws:acm:eu-west-1:111122223333:certificate/x",
           f"{NLB}attributes": "load_balancing.cross_zone.enabled=true",
           f"{NLB}target-group-attributes": "preserve_client_ip.enabled=false"}, **BALANCED)),
    of("nlb", {"cross_zone": False}, workload(), service(OF_NLB | {
        f"{NLB}cross-zone-load-balancing-enabled": "false",
        f"{NLB}attributes": "load_balancing.cross_zone.enabled=true"}, **BALANCED)),
    of("nlb", {"listener": "udp", "target_type": "instance", "targets": None},
       workload(), service({f"{NLB}type": "external"},
                           ports=[{"port": 53, "protocol": "UDP"}], **BALANCED)),
]  # fmt: skip


@pytest.mark.parametrize(("key", "expected", "manifests"), READ)
def test_a_field_gives_its_input(key: str, expected: dict[str, Any], manifests: Any) -> None:
    read = settings(review(*manifests), key)
    assert {name: read.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("manifests", "reviews"),
    [
        ([workload()], "deployment dns kubernetes listen-backlog slow-clients tcp-timeouts"),
        ([workload(container__ports=None)], "dns kubernetes tcp-timeouts"),
        (
            [workload(container__ports=None), service()],
            "deployment dns kubernetes listen-backlog slow-clients tcp-timeouts",
        ),
        ([workload("DaemonSet", container__ports=None)], "dns tcp-timeouts"),
        ([workload(container__ports=None), service(selector=None)], "dns kubernetes tcp-timeouts"),
    ],
)
def test_which_reviews_follow(manifests: Any, reviews: str) -> None:
    told = review(*manifests)
    assert " ".join(answer.review.key for answer in told.document.answers) == reviews


@pytest.mark.parametrize(
    ("manifests", "place", "words"),
    [
        ([workload(pod__terminationGracePeriodSeconds="30")], "Seconds", "is a text, not a whole"),
        ([workload(spec__replicas=-1)], "spec.replicas", "is -1; it is 0 to"),
        ([workload(spec__replicas=True)], "spec.replicas", "is True, not a whole number"),
        ([workload(pod__containers=[])], "spec.containers", "is empty: a workload has a container"),
        ([workload(pod__containers="x")], "spec.containers", "is a text, not a list"),
        ([workload(pod__securityContext=[1])], "securityContext", "is a list, not a mapping"),
        ([workload(pod__hostNetwork="yes please")], "hostNetwork", "is a text, not true or false"),
        (
            [workload(**{SYSCTLS: [{"name": "net.core.somaxconn", "value": 4096}]})],
            "sysctls[0].value",
            "is 4096, not a text; write it in quotes",
        ),
        (
            [workload(**{SYSCTLS: sysctls(core__somaxconn="many")})],
            "sysctls[0].value",
            'is no whole number in quotes, such as "4096"',
        ),
        ([workload(), budget(minAvailable="half")], "minAvailable", "is neither a whole number"),
        (
            [workload(), service({f"{ALB}target-group-attributes": "delay"}),
             ingress({f"{ALB}target-type": "ip"}, ingressClassName="alb")],
            f'annotations["{ALB}target-group-attributes"]',
            "is no list of attributes such as a.b=1,c.d=2",
        ),
        ([workload(), service(OF_NLB | {f"{NLB}nlb-target-type": "pod"}, **BALANCED)],
         "nlb-target-type", "is neither ip nor instance"),
        ([workload(), service(ports=[{"port": [80]}])], "ports[0].port", "is a list, neither"),
    ],
)  # fmt: skip
def test_what_kubernetes_would_not_take_is_refused_with_its_place(
    manifests: Any, place: str, words: str
) -> None:
    (problem,) = problems(*manifests)
    assert problem.startswith("web.yaml, document ")
    where, _, sentence = problem.partition(": ")[2].partition(": ")
    assert place in where
    assert sentence.startswith(words)


def test_a_guessed_container_is_told_and_a_named_port_decides() -> None:
    containers = [{"name": name, "image": "x"} for name in ("shipper", "app")]
    (read, *_) = review(workload(pod__containers=containers), service()).read
    assert (read.workload.container, read.workload.is_guessed) == (0, True)
    containers[1]["ports"] = [{"name": "http", "containerPort": 8080}]  # type: ignore[assignment]
    told = review(
        workload(pod__containers=containers), service(ports=[{"port": 80, "targetPort": "http"}])
    )
    assert (told.read[0].workload.container, told.read[0].workload.is_guessed) == (1, False)


def test_workloads_of_one_name_bear_as_much_as_tells_them_apart() -> None:
    told = review(
        workload(metadata__namespace="a"),
        workload(metadata__namespace="b"),
        workload("StatefulSet", metadata__namespace="b"),
        workload(metadata__name="api"),
    )
    assert [each.label for each in told.workloads] == [
        "a.web",
        "Deployment.b.web",
        "api",
        "StatefulSet.b.web",
    ]


def test_the_later_of_two_objects_of_one_name_is_taken_as_kubectl_does() -> None:
    told = review(workload(spec__replicas=2), workload(spec__replicas=5))
    assert settings(told, "kubernetes")["replicas"] == 5
    assert len(told.workloads) == 1


def test_other_namespaces_and_other_labels_are_not_its_own() -> None:
    elsewhere = {"metadata": {"name": "web", "namespace": "other"}}
    told = review(
        workload(metadata__namespace="shop"),
        service() | elsewhere,
        budget(minAvailable=1) | elsewhere,
        budget(minAvailable=1, selector={"matchLabels": {"app": "api"}}),
    )
    assert told.workloads[0].services == told.workloads[0].budgets == ()
    near = review(workload(metadata__namespace="shop"), service())
    assert len(near.workloads[0].services) == 1  # charts leave the namespace out


@pytest.mark.parametrize(
    ("manifests", "words"),
    [
        ([workload(spec__strategy={"type": "Recreate"})], "Recreate ends every pod"),
        ([workload()], "without a readinessProbe"),
        ([workload()], "without a memory limit"),
        ([workload(**hook("/drain.sh"))], "no patch changes this preStop hook"),
        (
            [workload(spec__replicas=2), budget(), budget() | {"metadata": {"name": "b"}}],
            "more than",
        ),
        (
            [workload(pod__hostNetwork=True, **{SYSCTLS: sysctls(core__somaxconn="1")})],
            "Kubernetes refuses sysctls",
        ),
        (
            [workload(), service(), ingress(ingressClassName="alb")],
            "the ALB closes what is silent for 60 s",
        ),
    ],
)
def test_what_no_input_takes_is_remarked(manifests: Any, words: str) -> None:
    remarks = [remark.says for read in review(*manifests).read for remark in read.remarks]
    assert any(words in says for says in remarks)


def test_a_sound_workload_has_no_remarks() -> None:
    sound = workload(
        container__readinessProbe={"tcpSocket": {"port": 80}},
        container__resources={"limits": {"memory": "64Mi"}},
    )
    assert not any(read.remarks for read in review(sound, service()).read)
    assert LABELS == {"app": "web"}
