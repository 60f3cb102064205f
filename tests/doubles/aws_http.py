"""Our double of AWS behind HTTP: boto3's own requests, and answers that AWS's models allow.

Services are told by the requests' signatures, accounts by the credentials that AssumeRole gave.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl

from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator
from moto.core.parse import EC2QueryParser, JSONParser, QueryParser
from moto.core.serialize import EC2Serializer, JSONSerializer, QuerySerializer
from moto.core.utils import get_service_model

from connectivity.clients.sessions import AccountAccess
from tests.doubles.http_server import http_server
from tests.estate import Aws

MODELS = {
    "ec2": "ec2",
    "elasticloadbalancing": "elbv2",
    "globalaccelerator": "globalaccelerator",
    "monitoring": "cloudwatch",
    "sts": "sts",
}
PROTOCOLS: dict[str, tuple[Any, Any]] = {
    "ec2": (EC2QueryParser, EC2Serializer),
    "elbv2": (QueryParser, QuerySerializer),
    "sts": (QueryParser, QuerySerializer),
    "globalaccelerator": (JSONParser, JSONSerializer),
    "cloudwatch": (JSONParser, JSONSerializer),
}
SIGNED = re.compile(r"Credential=(\w+)/\d{8}/([\w-]+)/([\w-]+)/aws4_request")
KEY_OF = "ASIA{}"  # what AssumeRole gives to an account


@contextmanager
def served(aws: Aws) -> Iterator[str]:
    """The address of the double."""

    class Handler(_Handler):
        double = aws

    with http_server(Handler) as port:
        yield f"http://127.0.0.1:{port}"


class _Handler(BaseHTTPRequestHandler):
    double: Aws
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        answer = self._answer(body)
        content = answer["body"]
        content = content.encode() if isinstance(content, str) else content
        self.send_response(answer["status_code"])
        for name, value in answer["headers"].items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _answer(self, body: str) -> Any:
        signed = SIGNED.search(self.headers["Authorization"])
        assert signed, self.headers["Authorization"]
        key, region, signs = signed.groups()
        service, form = MODELS[signs], dict(parse_qsl(body))
        name = form.get("Action") or self.headers["X-Amz-Target"].rpartition(".")[2]
        operation = get_service_model(service).operation_model(name)
        parser, serializer = PROTOCOLS[service]
        asked = parser(operation).parse({"body": body, "values": form})
        try:
            answer = self._said(key.removeprefix("ASIA"), service, region, name, asked)
        except ClientError as error:
            return _refusal(service, error)
        report = ParamValidator().validate(answer, operation.output_shape)
        assert not report.has_errors(), f"{name}: {report.generate_report()}"
        return serializer(operation).serialize(answer)

    def _said(self, account: str, service: str, region: str, name: str, asked: Any) -> Any:
        if service == "sts":
            assert name == "AssumeRole"
            return _role(asked["RoleArn"])
        api = self.double.client(AccountAccess(account), service, region)
        return getattr(api, xform_name(name))(**asked)

    def log_message(self, *_: Any) -> None:
        """Tests are quiet."""


def _refusal(service: str, error: ClientError) -> dict[str, Any]:
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    told = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    bodies = {
        EC2Serializer: f"<Response><Errors>{told}</Errors></Response>",
        QuerySerializer: f"<ErrorResponse>{told}</ErrorResponse>",
        JSONSerializer: json.dumps({"__type": code, "message": message}),
    }
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return {"body": bodies[PROTOCOLS[service][1]], "headers": {}, "status_code": status}


def _role(arn: str) -> dict[str, Any]:
    keys = {"AccessKeyId": KEY_OF.format(arn.split(":")[4]), "SecretAccessKey": "x" * 20}
    return {
        "Credentials": keys | {"SessionToken": "x", "Expiration": datetime(2199, 1, 1, tzinfo=UTC)}
    }
