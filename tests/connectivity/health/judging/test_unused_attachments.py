"""Attachments that carry nothing, from the calls to the finding."""

from datetime import UTC, datetime, timedelta

import pytest

from advisor.models import User
from connectivity.core.health.series import metric
from connectivity.health.rounds import scheduling
from connectivity.models import Finding, Resource
from tests.estate import NOW, Aws, watched

pytestmark = pytest.mark.django_db
ACCOUNT = "111122223333"
LONG_AGO = datetime.fromtimestamp(NOW, UTC) - timedelta(days=60)


def attachment(id: str) -> dict[str, object]:
    return {
        "TransitGatewayAttachmentId": id,
        "TransitGatewayId": "tgw-1",
        "ResourceType": "vpc",
        "ResourceId": f"vpc-{id}",
        "ResourceOwnerId": "444455556666",
        "State": "available",
        "CreationTime": LONG_AGO,
    }


@pytest.fixture
def aws(user: User) -> Aws:
    """A gateway with two attachments, of which CloudWatch lists what one sends."""
    aws = Aws()
    answers = aws.found[ACCOUNT]
    gateway = {"TransitGatewayId": "tgw-1", "OwnerId": ACCOUNT, "CreationTime": LONG_AGO}
    answers["DescribeTransitGateways"] = {"TransitGateways": [gateway]}
    attachments = [attachment("a"), attachment("b")]
    answers["DescribeTransitGatewayAttachments"] = {"TransitGatewayAttachments": attachments}
    sends = metric(
        "AWS/TransitGateway", "BytesIn", TransitGateway="tgw-1", TransitGatewayAttachment="a"
    )
    for minute in range(60):
        aws.clouds[ACCOUNT].put(sends, NOW - 60 * minute, 1e6)
    watched(user.team_id)
    return aws


def test_the_silent_attachment_is_named_with_its_owner(aws: Aws, user: User) -> None:
    scheduling.run_all(user.team_id, aws.asking)
    finding = Finding.objects.get(rule="TGW-UNUSED")
    assert finding.why == "no metric is listed of b (vpc vpc-b of 444455556666)"
    assert Resource.objects.get().state != "critical"


def test_once_it_sends_it_is_no_longer_said(aws: Aws, user: User) -> None:
    scheduling.run_all(user.team_id, aws.asking)
    sends = metric(
        "AWS/TransitGateway", "BytesIn", TransitGateway="tgw-1", TransitGatewayAttachment="b"
    )
    aws.clouds[ACCOUNT].put(sends, NOW, 1e6)
    scheduling.run_all(user.team_id, aws.asking)
    assert Finding.objects.get(rule="TGW-UNUSED").closed_at is not None
