"""Our double of AWS over HTTP: what boto3 gets of it."""

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from connectivity.core.health.series import metric
from tests.doubles.aws_http import KEY_OF, served
from tests.estate import NOW, REGION, Aws

ACCOUNT = "111122223333"


def client(service: str, url: str) -> Any:
    keys = {"aws_access_key_id": KEY_OF.format(ACCOUNT), "aws_secret_access_key": "x"}
    once = Config(retries={"max_attempts": 0})
    return boto3.client(service, region_name=REGION, endpoint_url=url, config=once, **keys)


def test_what_an_account_has_comes_back_through_each_protocol() -> None:
    aws = Aws()
    series = metric("AWS/EBS", "BurstBalance", VolumeId="vol-1")
    aws.clouds[ACCOUNT].put(series, NOW, 5)
    aws.clouds["444455556666"].put(series, NOW, 6)
    aws.found[ACCOUNT] |= {
        "DescribeVolumes": {"Volumes": [{"VolumeId": "vol-1", "Size": 8}]},
        "DescribeLoadBalancers": {"LoadBalancers": [{"LoadBalancerName": "orders"}]},
        "ListAccelerators": {"Accelerators": [{"Name": "front"}]},
    }
    with served(aws) as url:
        volumes = client("ec2", url).describe_volumes()["Volumes"]
        balancers = client("elbv2", url).describe_load_balancers()["LoadBalancers"]
        accelerators = client("globalaccelerator", url).list_accelerators()["Accelerators"]
        metrics = client("cloudwatch", url).list_metrics(Namespace="AWS/EBS")["Metrics"]
    assert volumes == [{"VolumeId": "vol-1", "Size": 8}]
    assert balancers == [{"LoadBalancerName": "orders"}]
    assert accelerators == [{"Name": "front"}]
    dimensions = [{"Name": "VolumeId", "Value": "vol-1"}]
    assert metrics == [
        {"Namespace": "AWS/EBS", "MetricName": "BurstBalance", "Dimensions": dimensions}
    ]


@pytest.mark.parametrize(
    ("service", "call"),
    [
        ("ec2", "describe_volumes"),
        ("elbv2", "describe_load_balancers"),
        ("globalaccelerator", "list_accelerators"),
        ("cloudwatch", "list_metrics"),
    ],
)
def test_what_is_refused_says_its_code(service: str, call: str) -> None:
    aws = Aws()
    aws.denied[ACCOUNT] = {"DescribeVolumes", "DescribeLoadBalancers", "ListAccelerators"}
    aws.clouds[ACCOUNT].denied = True
    with served(aws) as url, pytest.raises(ClientError) as refused:
        getattr(client(service, url), call)()
    assert refused.value.response["Error"]["Code"] in ("UnauthorizedOperation", "AccessDenied")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_an_answer_that_the_model_does_not_allow_is_none() -> None:
    aws = Aws()
    aws.found[ACCOUNT]["DescribeVolumes"] = {"Volumes": [{"VolumeName": "data"}]}
    with served(aws) as url, pytest.raises(BotoCoreError):
        client("ec2", url).describe_volumes()
