"""Many AWS accounts on loopback: STS, EC2, ELBv2 and CloudWatch over HTTP, with their faults.

moto has neither faults nor paging. Answers are written by moto's serializers from botocore's
models, so that they are what AWS may answer; whose account is asked stands in the access key that
AssumeRole gave, and the Region in the signature.
"""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model

from tests.doubles.http_server import http_server

SERVICES = {"sts": "sts", "ec2": "ec2", "elasticloadbalancing": "elbv2", "monitoring": "cloudwatch"}
CREDENTIAL = re.compile(r"Credential=(?P<key>\w+)/\d+/(?P<region>[\w-]+)/(?P<service>\w+)/")
OWN_KEY = "AKIAWORKER"
METRICS = {
    "AWS/NATGateway": (
        "NatGatewayId",
        "nat-{account}",
        ("ErrorPortAllocation", "PacketsDropCount", "PacketsInFromSource", "BytesInFromSource"),
    ),
    "AWS/EBS": ("VolumeId", "vol-{account}", ("VolumeStalledIOCheck", "VolumeIdleTime")),
    "AWS/NetworkELB": (
        "LoadBalancer",
        "net/orders/{account}",
        ("NewFlowCount", "TCP_ELB_Reset_Count", "PortAllocationErrorCount"),
    ),
}


class Fault(NamedTuple):
    """What comes instead of an answer."""

    code: str = ""
    message: str = "no"
    status: int = 400
    hangs_s: float = 0  # before anything is answered
    drips: bool = False  # a byte a second, for as long as it hangs
    times: int = 1_000_000  # then it is over


class Asked(NamedTuple):
    """One request."""

    at: float
    account: str
    region: str
    operation: str
    about: str  # what it names


@dataclass
class AwsAccounts:
    """The double: faults by account, operation and what is asked about; empty means any."""

    url: str = ""
    faults: dict[tuple[str, str, str], Fault] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    is_over: threading.Event = field(default_factory=threading.Event)

    def fail(self, fault: Fault, account: str = "", operation: str = "", about: str = "") -> None:
        self.faults[account, operation, about] = fault

    def count(self, operation: str) -> int:
        return sum(asked.operation == operation for asked in self.asked)

    def fault_of(self, asked: Asked) -> Fault | None:
        for key, fault in self.faults.items():
            account, operation, about = key
            fits = account in ("", asked.account) and operation in ("", asked.operation)
            if fits and about in asked.about and fault.times:
                self.faults[key] = fault._replace(times=fault.times - 1)
                return fault
        return None


@contextmanager
def aws_accounts() -> Iterator[AwsAccounts]:
    """The double, for as long as it is needed."""
    double = AwsAccounts()

    class Handler(_Handler):
        aws = double

    with http_server(Handler) as port:
        double.url = f"http://127.0.0.1:{port}"
        try:
            yield double
        finally:
            double.is_over.set()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    aws: AwsAccounts

    def setup(self) -> None:
        super().setup()
        self.aws.connections += 1

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: tests look at what was asked."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        signed = CREDENTIAL.search(self.headers.get("Authorization", ""))
        if signed is None:
            self._send(403, b"not signed", "text/plain")
            return
        service = SERVICES[signed["service"]]
        operation, arguments = _request(self.headers.get("X-Amz-Target", ""), body)
        account = arguments.get("RoleArn", ":::::").split(":")[4] or signed["key"].removeprefix(
            "ASIA"
        )
        asked = Asked(time.time(), account, signed["region"], operation, json.dumps(arguments))
        self.aws.asked.append(asked)
        fault = self.aws.fault_of(asked)
        if fault is not None and fault.hangs_s:
            self._hang(fault)
            return
        if fault is not None:
            self._send(fault.status, *_error(service, fault))
            return
        answer = _answer(operation, account, signed["region"], arguments)
        self._send(200, *_serialized(service, operation, answer))

    def _hang(self, fault: Fault) -> None:
        self.close_connection = True
        if not fault.drips:
            self.aws.is_over.wait(fault.hangs_s)
            return
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            for _ in range(int(fault.hangs_s)):
                self.wfile.write(b" ")
                self.wfile.flush()
                if self.aws.is_over.wait(1):
                    return
        except OSError:
            return

    def _send(self, status: int, body: bytes, kind: str) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # whoever asked has gone


def _request(target: str, body: bytes) -> tuple[str, dict[str, Any]]:
    if target:
        return target.split(".")[-1], json.loads(body or b"{}")
    fields = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    return fields.pop("Action", ""), fields


def _error(service: str, fault: Fault) -> tuple[bytes, str]:
    if service == "cloudwatch":
        document = {"__type": fault.code, "message": fault.message}
        return json.dumps(document).encode(), "application/x-amz-json-1.0"
    error = f"<Error><Code>{fault.code}</Code><Message>{fault.message}</Message></Error>"
    if service == "ec2":
        text = f"<Response><Errors>{error}</Errors><RequestID>1</RequestID></Response>"
    else:
        text = f"<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>"
    return text.encode(), "text/xml"


_lock = threading.Lock()


def _serialized(service: str, operation: str, answer: dict[str, Any]) -> tuple[bytes, str]:
    with _lock:
        model = get_service_model(service).operation_model(operation)
    protocol = "json" if service == "cloudwatch" else model.service_model.protocol
    written = get_serializer_class(service, protocol)(model).serialize(answer)
    body = written["body"]
    return body.encode() if isinstance(body, str) else body, written["headers"]["Content-Type"]


def _answer(operation: str, account: str, region: str, arguments: dict[str, Any]) -> dict[str, Any]:
    if operation == "GetMetricData":
        return {"MetricDataResults": [_result(query, arguments) for query in _queries(arguments)]}
    if operation == "ListMetrics":
        return {"Metrics": list(_listed(account, arguments["Namespace"]))}
    if operation == "AssumeRole":
        expires = datetime.now(UTC) + timedelta(hours=1)
        keys = {"AccessKeyId": f"ASIA{account}", "SecretAccessKey": "s", "SessionToken": "t"}
        user = {"AssumedRoleId": "AROA:x", "Arn": f"arn:aws:sts::{account}:assumed-role/Reader/x"}
        return {"Credentials": keys | {"Expiration": expires}, "AssumedRoleUser": user}
    return _described(account, region, arguments).get(operation, {})


def _queries(arguments: dict[str, Any]) -> list[dict[str, Any]]:
    return list(arguments["MetricDataQueries"])


def _result(query: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
    stat = query["MetricStat"]
    name, period = stat["Metric"]["MetricName"], stat["Period"]
    start, end = (int(arguments[name]) for name in ("StartTime", "EndTime"))
    moments = range(-(-start // period) * period, end, period)
    value = 100.0 if name.startswith(("Packets", "Bytes", "NewFlow")) else 0.0
    return {
        "Id": query["Id"],
        "Label": name,
        "Timestamps": [datetime.fromtimestamp(moment, UTC) for moment in moments],
        "Values": [value for _ in moments],
        "StatusCode": "Complete",
    }


def _listed(account: str, namespace: str) -> Iterator[dict[str, Any]]:
    dimension, value, names = METRICS.get(namespace, ("", "", ()))
    for name in names:
        dimensions = [{"Name": dimension, "Value": value.format(account=account)}]
        yield {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions}


def _described(account: str, region: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """A NAT gateway, a volume, an NLB with two groups, and a Gateway Load Balancer, unwatched."""
    az = f"{region}a"
    elb = f"arn:aws:elasticloadbalancing:{region}:{account}"
    balancers = [
        {
            "LoadBalancerArn": f"{elb}:loadbalancer/{path}/{account}",
            "LoadBalancerName": path.split("/")[1],
            "Type": type,
            "VpcId": "vpc-1",
            "AvailabilityZones": [{"ZoneName": az}, {"ZoneName": f"{region}b"}],
        }
        for type, path in (("network", "net/orders"), ("gateway", "gwy/shop"))
    ]
    groups = [
        {
            "TargetGroupArn": f"{elb}:targetgroup/{name}/{account}",
            "TargetGroupName": name,
            "Protocol": protocol,
            "TargetType": "ip",
            "LoadBalancerArns": [balancers[protocol == "GENEVE"]["LoadBalancerArn"]],
        }
        for name, protocol in (("blue", "TCP"), ("green", "TCP"), ("shop", "GENEVE"))
    ]
    listener = {"ListenerArn": f"{elb}:listener/net/orders/{account}/1", "Port": 443}
    routes = {"VpcId": "vpc-1", "Associations": [{"Main": True}]}
    target = {"Target": {"Id": "10.0.0.1"}, "TargetHealth": {"State": "healthy"}}
    return {
        "DescribeNatGateways": {
            "NatGateways": [
                {"NatGatewayId": f"nat-{account}", "VpcId": "vpc-1", "SubnetId": "subnet-1"}
            ]
        },
        "DescribeSubnets": {
            "Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "AvailabilityZone": az}]
        },
        "DescribeRouteTables": {
            "RouteTables": [routes | {"Routes": [{"NatGatewayId": f"nat-{account}"}]}]
        },
        "DescribeVolumes": {
            "Volumes": [
                {"VolumeId": f"vol-{account}", "VolumeType": "gp3", "Size": 8,
                 "Attachments": [{"InstanceId": "i-1"}]}
            ]
        },
        "DescribeLoadBalancers": {"LoadBalancers": balancers},
        "DescribeTargetGroups": {"TargetGroups": groups},
        "DescribeListeners": {"Listeners": [listener | {"Protocol": "TCP"}]},
        "DescribeTargetHealth": {"TargetHealthDescriptions": [target]},
    }  # fmt: skip
