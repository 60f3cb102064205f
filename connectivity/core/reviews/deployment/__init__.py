"""Rolling deployment: whether a leaving pod refuses or cuts requests, and what loses none."""

from connectivity.core.health.evaluation import Severity
from connectivity.core.reviewing.files.alarms import NAME, alarm, resource, text_input
from connectivity.core.reviewing.files.artefacts import terraform_file
from connectivity.core.reviewing.files.holes import Only
from connectivity.core.reviewing.files.kubernetes import budget, container, manifests, pod, workload
from connectivity.core.reviewing.files.timeline import TIMELINE
from connectivity.core.reviewing.inputs import choice, flag, number
from connectivity.core.reviewing.review import (
    Constant,
    Finding,
    Limit,
    LimitKind,
    Review,
    Suggestion,
    Words,
)
from connectivity.core.reviewing.shared import ALB_ERRORS
from connectivity.core.reviewing.sources import (
    ALB_TARGETS,
    K8S_PODS,
    NLB_TARGETS,
    NOTES,
    OURS,
    USERS,
)
from connectivity.core.reviews.deployment.in_manifests import MANIFESTS

ROLLOUT = workload(
    "Deployment",
    pod(
        container(
            lifecycle={"preStop": {"sleep": {"seconds": "[[advised_prestop_seconds]]"}}},
            readinessProbe={"httpGet": {"path": "/ready", "port": 8000}, "periodSeconds": 5},
        ),
        terminationGracePeriodSeconds="[[advised_grace_seconds]]",
    ),
    replicas="[[max(1, ceil(replicas))]]",
    strategy={"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
)
TARGETS = resource(
    "aws_lb_target_group",
    "app",
    name=NAME,
    vpc_id=text_input("vpc_id", "The VPC of the pods"),
    target_type="ip",
    protocol="[['HTTP' if path == 'alb-ip' else 'TCP']]",
    port=8000,
    deregistration_delay="[[advised_deregistration_delay_seconds]]",
)
REFUSED = Words(
    "New requests reach a leaving pod for {stop_new_seconds} s; it accepts them for "
    "{accepts_until_seconds} s.",
    "Set a preStop hook that sleeps {advised_prestop_seconds} s.",
    K8S_PODS,
    "No request is refused during a rollout.",
)
DELAYED = Words(
    "A load balancer closes what still runs after the deregistration delay.",
    "Set deregistration_delay.timeout_seconds to {advised_deregistration_delay_seconds}.",
    ALB_TARGETS,
    "No request is cut by the load balancer.",
)
ALB = {"LoadBalancer": text_input("load_balancer", "As its metrics call it: app/name/id")}
NLB = {"LoadBalancer": text_input("load_balancer", "As its metrics call it: net/name/id")}
FEW = "[[max(1, ceil(60 * requests_per_second * replicas / 1000))]]"
"""1 in 1,000 of a minute's requests: ours."""


REVIEW = Review(
    key="deployment",
    title="Rolling deployment",
    about="Whether a pod that leaves refuses new requests or cuts running ones, and the settings "
    "that lose none.",
    inputs=(
        choice("path", "how requests reach the pods", ("service", "alb-ip", "nlb-ip")),
        number("prestop_seconds", "sleep of the preStop hook", 0),
        number("grace_seconds", "terminationGracePeriodSeconds", 30, (1, 3600)),
        choice("on_sigterm", "what the program does at SIGTERM", ("drain", "exit", "ignore")),
        number("endpoint_seconds", "until every node has taken the pod out", 5, (0, 60)),
        number("lb_stop_seconds", "until the load balancer sends nothing new"),
        number("deregistration_delay_seconds", "of the target group", 300),
        number(
            "longest_request_seconds",
            "the longest request that must not be cut",
            within=(0.001, 3600),
            required=True,
        ),
        number("requests_per_second", "of one pod", required=True, load=True),
        number("replicas", "pods of the deployment", 1),
        flag("long_lived_connections", "clients keep connections open"),
        flag("closes_connections", "the pod ends them with GOAWAY or Connection: close"),
    ),
    constants={
        "ALB_STOP": Constant(20, "s until an ALB sends nothing new, at most the delay", OURS),
        "NLB_STOP": Constant(120, "s until an NLB sends nothing new to IP targets", USERS),
        "MARGIN": Constant(5, "s of margin", OURS),
        "COMFORT": Constant(0.9, "of a time that may be used", OURS),
    },
    helpers={
        "advised_delay": "ceil(max(longest_request_seconds + MARGIN, "
        "longest_request_seconds / COMFORT))",
        "stop_by_advice": "endpoint_seconds + (lb_stop_seconds if is_given(lb_stop_seconds)"
        " else 0 if path == 'service'"
        " else min(advised_delay, ALB_STOP) if path == 'alb-ip' else NLB_STOP)",
    },
    numbers={
        "stop_new_seconds": "endpoint_seconds + (lb_stop_seconds if is_given(lb_stop_seconds)"
        " else 0 if path == 'service'"
        " else min(deregistration_delay_seconds, ALB_STOP) if path == 'alb-ip' else NLB_STOP)",
        "sigterm_seconds": "min(prestop_seconds, grace_seconds)",
        "kill_seconds": "sigterm_seconds if on_sigterm == 'exit' else grace_seconds",
        "accepts_until_seconds": "grace_seconds if on_sigterm == 'ignore' else sigterm_seconds",
        "refused_per_pod": "requests_per_second * max(0, stop_new_seconds - accepts_until_seconds)",
        "cut_per_pod": "requests_per_second * max(0, min(stop_new_seconds, accepts_until_seconds)"
        " - (kill_seconds - longest_request_seconds))",
        "lost_per_rollout": "(refused_per_pod + cut_per_pod) * replicas",
        "advised_deregistration_delay_seconds": "None if path == 'service' else advised_delay",
        "advised_prestop_seconds": "ceil(max(stop_by_advice + MARGIN, stop_by_advice / COMFORT))",
        "advised_grace_seconds": "ceil(max("
        "advised_prestop_seconds + longest_request_seconds + MARGIN, "
        "(stop_by_advice + longest_request_seconds) / COMFORT))",
    },
    limits=(
        Limit(
            "prestop",
            load="stop_new_seconds",
            limit="accepts_until_seconds",
            when="path == 'service'",
            kind=LimitKind.TIME,
            words=REFUSED,
        ),
        Limit(
            "prestop",
            load="stop_new_seconds",
            limit="accepts_until_seconds",
            when="path != 'service'",
            kind=LimitKind.TIME,
            words=REFUSED._replace(
                step="Set a preStop hook that sleeps {advised_prestop_seconds} s, and "
                "deregistration_delay.timeout_seconds to {advised_deregistration_delay_seconds}."
            ),
        ),
        Limit(
            "grace",
            load="min(stop_new_seconds, accepts_until_seconds) + longest_request_seconds",
            limit="kill_seconds",
            kind=LimitKind.TIME,
            words=Words(
                "The pod is gone {kill_seconds} s after its deletion at the latest; the last "
                "request may run longer.",
                "Set terminationGracePeriodSeconds to {advised_grace_seconds}; the preStop hook is "
                "part of it.",
                K8S_PODS,
                "No request is cut during a rollout.",
            ),
        ),
        Limit(
            "deregistration",
            load="longest_request_seconds",
            limit="deregistration_delay_seconds",
            when="path == 'alb-ip'",
            kind=LimitKind.TIME,
            words=DELAYED,
        ),
        Limit(
            "deregistration",
            load="longest_request_seconds",
            limit="deregistration_delay_seconds",
            when="path == 'nlb-ip'",
            kind=LimitKind.TIME,
            words=DELAYED._replace(
                cause="A load balancer closes what still runs after the deregistration delay; a "
                "Network Load Balancer where connection termination on deregistration is on.",
                source=NLB_TARGETS,
            ),
        ),
    ),
    findings=(
        Finding(
            "ignore",
            Severity.WARNING,
            when="on_sigterm == 'ignore'",
            detail="SIGTERM is ignored; the pod is killed after {grace_seconds} s.",
            words=Words(
                "The first process of a container gets no default action for SIGTERM, and a shell "
                "passes it to nobody.",
                "Start the program with exec or an init such as tini, and drain at SIGTERM.",
                NOTES,
            ),
        ),
        Finding(
            "exit",
            Severity.WARNING,
            when="on_sigterm == 'exit' and cut_per_pod > 0",
            detail="{cut_per_pod} requests of each pod are cut.",
            words=Words(
                "The program ends at SIGTERM with requests running.",
                "Stop accepting at SIGTERM, answer what runs, then end.",
                NOTES,
            ),
        ),
        Finding(
            "order",
            Severity.CRITICAL,
            when="prestop_seconds >= grace_seconds",
            detail="preStop takes {prestop_seconds} s of {grace_seconds} s.",
            words=Words(
                "The preStop hook uses up the grace period; after it the pod has 2 s.",
                "Set terminationGracePeriodSeconds to {advised_grace_seconds}: more than preStop "
                "and the longest request together.",
                K8S_PODS,
            ),
        ),
        Finding(
            "long-lived",
            Severity.WARNING,
            when="long_lived_connections and not closes_connections",
            detail="Clients keep their connections to a leaving pod.",
            words=Words(
                "A connection that is open keeps sending requests to the pod that leaves.",
                "Send GOAWAY, or Connection: close, while preStop runs.",
                NOTES,
            ),
        ),
    ),
    artefacts=(
        manifests(
            "pod.yaml",
            "A pod that takes requests until nobody sends any, and ends after the longest one. "
            "sleep needs Kubernetes 1.30; before it, exec: [sleep, …].",
            "kubectl rollout restart under load loses no request; deployment-timeline.csv says "
            "what is lost today.",
            ROLLOUT,
            budget(),
        ),
        terraform_file(
            "main.tf",
            "The deregistration delay of the target group, and an alarm on requests that fail. The "
            "pods' namespace has the label elbv2.k8s.aws/pod-readiness-gate-inject: enabled, so "
            "that a new pod is ready once the load balancer sends to it.",
            "terraform plan; an existing group is imported first.",
            (
                Only("advised_deregistration_delay_seconds <= 3600", TARGETS),
                Only(
                    "path == 'alb-ip'",
                    alarm(
                        "HTTPCode_ELB_5XX_Count",
                        ALB,
                        "More than 1 in 1,000 requests were refused or cut, as in a rollout.",
                        namespace="AWS/ApplicationELB",
                        threshold=FEW,
                        minutes=1,
                    ),
                ),
                Only(
                    "path == 'nlb-ip'",
                    alarm(
                        "TCP_Target_Reset_Count",
                        NLB,
                        "More connections were refused or cut than 1 in 1,000 requests, as in a "
                        "rollout.",
                        namespace="AWS/NetworkELB",
                        threshold=FEW,
                        minutes=1,
                    ),
                ),
            ),
            when="path != 'service'",
        ),
        TIMELINE,
    ),
    metrics=ALB_ERRORS,
    suggestions=(
        Suggestion(
            "service",
            "is_given(requests_per_second)",
            "It answers {requests_per_second} requests a second, also while it is rolled out.",
        ),
    ),
    manifests=MANIFESTS,
)
