"""What AWS says is told by its cause, over HTTP: whose job it is, and in AWS's own words."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advisor.models import User
from connectivity.clients import sessions
from connectivity.clients.aws_errors import MAX_WORDS, words_of
from connectivity.core.health.troubles import CAUSES, Duty, Trouble
from connectivity.health.accounts import account_troubles
from connectivity.health.accounts.aws_access import Asking
from connectivity.health.accounts.aws_accounts import Wish, add_account, asking_anew, check
from connectivity.health.reading import lookup
from connectivity.health.rounds import scheduling
from connectivity.models import AwsAccount, Collection, Resource
from tests.doubles.aws_accounts import AwsAccounts, Fault, aws_accounts
from tests.doubles.cloudwatch import refused

pytestmark = pytest.mark.django_db
ACCOUNT = "111122223333"
REGION = "us-east-1"
USER = "User: arn:aws:sts::1:assumed-role/Reader/x is not authorized to perform:"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsAccounts]:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with aws_accounts() as double:
        monkeypatch.setenv("AWS_ENDPOINT_URL", double.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAWORKER")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
        monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
        hasty = sessions.CONFIG.merge(sessions.Config(retries={"total_max_attempts": 1}))
        monkeypatch.setattr(sessions, "CONFIG", hasty)
        sessions.forget()
        yield double
        sessions.forget()


def watched(team_id: int, account: str = ACCOUNT) -> AwsAccount:
    role = f"arn:aws:iam::{account}:role/Reader"
    return add_account(team_id, Wish(account, f"account {account[-2:]}", (REGION,), role))


def line(task: str = "discover") -> Collection:
    return Collection.objects.get(task=task)


@pytest.mark.parametrize(
    ("operation", "fault", "trouble"),
    [
        ("AssumeRole", Fault("InvalidClientTokenId", "The security token included in the request "
                             "is invalid.", 403), Trouble.OWN_KEY),
        ("AssumeRole", Fault("ExpiredToken", "The security token included in the request is "
                             "expired", 403), Trouble.OWN_KEY),
        ("AssumeRole", Fault("SignatureDoesNotMatch", "The request signature we calculated does "
                             "not match the signature you provided.", 403), Trouble.OWN_KEY),
        ("AssumeRole", Fault("SignatureDoesNotMatch", "Signature expired: 20261126T100000Z is now "
                             "earlier than 20261126T101500Z", 403), Trouble.CLOCK),
        ("AssumeRole", Fault("RequestTimeTooSkewed", "too large", 403), Trouble.CLOCK),
        ("AssumeRole", Fault("AccessDenied", f"{USER} sts:AssumeRole on resource: arn:aws:iam::2:"
                             "role/Reader", 403), Trouble.TRUST),
        ("AssumeRole", Fault("AccessDenied", f"{USER} sts:AssumeRole on resource: r because no "
                             "identity-based policy allows the sts:AssumeRole action", 403),
         Trouble.OWN_POLICY),
        ("AssumeRole", Fault("AccessDenied", f"{USER} sts:AssumeRole on resource: r because no "
                             "resource-based policy allows the sts:AssumeRole action", 403),
         Trouble.TRUST),
        ("AssumeRole", Fault("ValidationError", "1 validation error detected: Value 'x' at "
                             "'externalId' failed to satisfy constraint"), Trouble.EXTERNAL_ID),
        ("AssumeRole", Fault("Throttling", "Rate exceeded"), Trouble.STS_THROTTLED),
        ("AssumeRole", Fault("RegionDisabledException", "STS is not activated in this region for "
                             "account:1.", 403), Trouble.REGION_OFF),
        ("DescribeVolumes", Fault("AuthFailure", "AWS was not able to validate the provided access "
                                  "credentials", 401), Trouble.REGION_OFF),
        ("DescribeVolumes", Fault("OptInRequired", "You are not subscribed to this service.", 401),
         Trouble.REGION_OFF),
        ("DescribeLoadBalancers", Fault("InvalidClientTokenId", "The security token included in "
                                        "the request is invalid", 403), Trouble.REGION_OFF),
        ("ListMetrics", Fault("UnrecognizedClientException", "The security token included in the "
                              "request is invalid.", 403), Trouble.REGION_OFF),
        ("DescribeVolumes", Fault("RequestExpired", "Request has expired."), Trouble.CLOCK),
        ("DescribeVolumes", Fault("UnauthorizedOperation", "You are not authorized to perform this "
                                  f"operation. {USER} ec2:DescribeVolumes because no "
                                  "identity-based policy allows the ec2:DescribeVolumes action",
                                  403), Trouble.PERMISSION),
        ("DescribeVolumes", Fault("UnauthorizedOperation", f"{USER} ec2:DescribeVolumes with an "
                                  "explicit deny in a service control policy", 403),
         Trouble.ORGANIZATION_POLICY),
        ("DescribeVolumes", Fault("UnauthorizedOperation", f"{USER} ec2:DescribeVolumes because no "
                                  "service control policy allows the ec2:DescribeVolumes action",
                                  403), Trouble.ORGANIZATION_POLICY),
        ("DescribeVolumes", Fault("UnauthorizedOperation", f"{USER} ec2:DescribeVolumes because no "
                                  "permissions boundary allows the ec2:DescribeVolumes action",
                                  403), Trouble.BOUNDARY),
        ("DescribeVolumes", Fault("UnauthorizedOperation", f"{USER} ec2:DescribeVolumes with an "
                                  "explicit deny in a permissions boundary", 403),
         Trouble.BOUNDARY),
        ("ListMetrics", Fault("InternalFailure", "oops", 500), Trouble.AWS_ERROR),
    ],
)  # fmt: skip
def test_each_cause_is_told_with_whose_job_it_is(
    aws: AwsAccounts,
    user: User,
    operation: str,
    fault: Fault,
    trouble: Trouble,
    signed_in: Client,
) -> None:
    watched(user.team_id)
    aws.fail(fault, operation=operation)
    scheduling.run(line().pk)
    (told,) = account_troubles.of_team(user.team_id)
    assert (told.cause, told.accounts) == (trouble, ("account 33 (111122223333)",))
    assert f"{fault.code}: {fault.message}"[:MAX_WORDS] in told.text
    assert (told.actions != ()) == trouble.is_denial or trouble is Trouble.AWS_ERROR
    page = signed_in.get(reverse("health-collection")).content.decode()
    assert trouble.headline.split("'")[0] in page
    assert f"For {trouble.duty.value.split(chr(39))[0]}" in page


def test_our_own_key_is_told_once_not_for_each_account(aws: AwsAccounts, user: User) -> None:
    for number in range(12):
        watched(user.team_id, f"{number:012}")
    aws.fail(Fault("InvalidClientTokenId", "invalid", 403), operation="AssumeRole")
    report = scheduling.run_all(user.team_id)
    (told,) = account_troubles.of_team(user.team_id)
    assert told.cause.duty is Duty.INSTALLATION
    assert (len(told.accounts), told.more) == (10, 2)
    assert sum("InvalidClientTokenId" in note for note in report.notes) == 1
    places = lookup.places(user.team_id)
    assert {problem for place in places for problem in place.problems} == {told.cause.headline}


def test_a_worker_without_credentials_says_so(
    aws: AwsAccounts, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    sessions.forget()
    watched(user.team_id)
    scheduling.run(line().pk)
    (told,) = account_troubles.of_team(user.team_id)
    assert told.cause is Trouble.NO_CREDENTIALS
    assert aws.asked == []


def test_an_endpoint_that_nobody_answers_is_ours_to_mend(
    aws: AwsAccounts, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")  # discard: nobody listens
    watched(user.team_id)
    scheduling.run(line().pk)
    (told,) = account_troubles.of_team(user.team_id)
    assert told.cause is Trouble.UNREACHABLE


def test_every_cause_has_its_words() -> None:
    assert set(CAUSES) == set(Trouble)
    assert all(cause.headline and cause.steps for cause in CAUSES.values())


def test_aws_words_are_kept_on_one_line_and_not_without_end() -> None:
    words = words_of(refused("Odd", "a\nb\0" + "x" * 1_000, "DescribeVolumes"))
    assert words.startswith("Odd: a b x")
    assert len(words) == MAX_WORDS + 1


def test_credentials_and_clients_are_made_once_a_round(aws: AwsAccounts, user: User) -> None:
    watched(user.team_id)
    assert scheduling.take_turn(line().pk) > 1
    assert aws.count("AssumeRole") == 1
    assert aws.connections == 4  # STS, EC2, load balancing, CloudWatch
    again = timezone.now() - timedelta(minutes=1)
    Collection.objects.update(due_at=again)
    scheduling.take_turn(line().pk)
    assert aws.count("AssumeRole") == 1  # kept until they expire


def test_a_check_takes_credentials_anew(aws: AwsAccounts, user: User) -> None:
    row = watched(user.team_id)
    scheduling.run(line().pk)
    aws.fail(Fault("AccessDenied", "no longer", 403), operation="AssumeRole")
    with asking_anew().round() as asking:
        (outcome,) = check(row, asking)
    assert "no longer" in outcome.problem
    assert [note.trouble for note in outcome.troubles] == [Trouble.TRUST]


def test_a_check_that_succeeds_ends_the_pause(aws: AwsAccounts, user: User) -> None:
    row = watched(user.team_id)
    aws.fail(Fault("AccessDenied", "no", 403), operation="AssumeRole")
    scheduling.run(line().pk)
    row.refresh_from_db()
    assert row.paused_until is not None
    assert line().due_at > timezone.now()
    aws.faults.clear()
    with asking_anew().round() as asking:
        check(row, asking)
    row.refresh_from_db()
    assert (row.paused_until, row.failures) == (None, 0)
    assert line().due_at <= timezone.now()


@pytest.mark.parametrize("drips", [False, True])
def test_a_call_ends_however_slowly_it_is_answered(
    aws: AwsAccounts, user: User, drips: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectivity.clients.call_deadline.CALL_S", 1.5)
    monkeypatch.setattr("connectivity.clients.call_deadline.ATTEMPT_S", 1)
    config = sessions.CONFIG.merge(sessions.Config(read_timeout=1 if not drips else 10))
    monkeypatch.setattr(sessions, "CONFIG", config)
    aws.fail(Fault(hangs_s=70, drips=drips), operation="DescribeVolumes")
    watched(user.team_id)
    began = timezone.now()
    scheduling.run(line().pk)
    assert timezone.now() - began < timedelta(seconds=8)
    (told,) = account_troubles.of_team(user.team_id)
    assert told.cause is Trouble.TIMEOUT


def test_what_is_not_watched_is_not_described(aws: AwsAccounts, user: User) -> None:
    watched(user.team_id)
    scheduling.run(line().pk)
    details = [asked for asked in aws.asked if "/shop/" in asked.about]
    assert details == []  # neither the Gateway Load Balancer nor its group
    assert aws.count("DescribeTargetHealth") == 2
    namespaces = [asked.about for asked in aws.asked if asked.operation == "ListMetrics"]
    assert not any("AWS/TransitGateway" in about for about in namespaces)  # there is none


@pytest.mark.parametrize(
    ("fault", "about"),
    [
        (Fault("TargetGroupNotFound", "not found"), "blue"),
        (Fault("Throttling", "Rate exceeded"), "blue"),
        (Fault("AccessDenied", "with an explicit deny in an identity-based policy", 403), "blue"),
    ],
)
def test_a_detail_that_cannot_be_read_costs_that_detail_alone(
    aws: AwsAccounts, user: User, fault: Fault, about: str
) -> None:
    """The load balancer stays as it was; everything else is read."""
    watched(user.team_id)
    asking = Asking(clock=lambda: now.timestamp())
    now = datetime.now(UTC)
    scheduling.run(line().pk, asking)
    known = Resource.objects.get(kind="nlb")
    Resource.objects.exclude(kind="nlb").delete()
    aws.fail(fault, operation="DescribeTargetHealth", about=about)
    now += timedelta(hours=1)
    report = scheduling.run(line().pk, asking)
    assert report is not None
    known.refresh_from_db()
    assert known.gone_at is None
    assert [group["name"] for group in known.facts["groups"]] == ["blue", "green"]
    assert {"nat-gateway", "ebs-volume"} <= set(Resource.objects.values_list("kind", flat=True))
    told = [note.trouble for note in report.troubles] or report.notes
    assert told


def test_a_balancer_that_is_new_and_half_read_waits(aws: AwsAccounts, user: User) -> None:
    """Without its targets it would be called empty."""
    watched(user.team_id)
    aws.fail(Fault("Throttling", "Rate exceeded"), operation="DescribeTargetHealth")
    report = scheduling.run(line().pk)
    assert report is not None
    assert [note.trouble for note in report.troubles] == [Trouble.THROTTLED]
    assert not Resource.objects.filter(kind="nlb").exists()
    assert Resource.objects.filter(kind="nat-gateway").exists()


def test_a_list_that_fails_costs_its_kinds_alone(aws: AwsAccounts, user: User) -> None:
    watched(user.team_id)
    aws.fail(Fault("InternalError", "An internal error", 500), operation="DescribeTargetGroups")
    scheduling.run(line().pk)
    assert {"nat-gateway", "ebs-volume"} == set(Resource.objects.values_list("kind", flat=True))


def test_metrics_of_a_namespace_that_is_not_listed_stay_planned(
    aws: AwsAccounts, user: User
) -> None:
    watched(user.team_id)
    scheduling.run_all(user.team_id)
    nat = Resource.objects.get(kind="nat-gateway")
    planned = nat.series.filter(gone_at=None).count()
    aws.fail(Fault("Throttling", "Rate exceeded"), operation="ListMetrics", about="NATGateway")
    scheduling.run(line().pk, is_asked_for=True)
    assert nat.series.filter(gone_at=None).count() == planned > 0
