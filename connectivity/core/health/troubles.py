"""Why an account is not read: each cause with its headline, whose job it is, and what to do."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Duty(StrEnum):
    """Who can end it. The values are what people read."""

    INSTALLATION = "whoever runs this installation"
    TEAM = "an admin of this team"
    ACCOUNT = "the account's owner"
    ORGANIZATION = "an administrator of the AWS Organization"
    NOBODY = "nobody: it is retried"


class Trouble(StrEnum):
    """A cause, by the key under which it is stored."""

    OWN_KEY = "own-key"
    NO_CREDENTIALS = "no-credentials"
    OWN_POLICY = "own-policy"
    CLOCK = "clock"
    UNREACHABLE = "unreachable"
    TRUST = "trust"
    EXTERNAL_ID = "external-id"
    WRONG_ACCOUNT = "wrong-account"
    PERMISSION = "permission"
    BOUNDARY = "boundary"
    ORGANIZATION_POLICY = "organization-policy"
    REGION_OFF = "region-off"
    EXPIRED = "expired"
    THROTTLED = "throttled"
    STS_THROTTLED = "sts-throttled"
    TIMEOUT = "timeout"
    AWS_ERROR = "aws-error"
    CAP = "cap"
    OTHER = "other"

    @property
    def headline(self) -> str:
        """What it is, in a few words."""
        return CAUSES[self].headline

    @property
    def duty(self) -> Duty:
        """Whose job it is to mend it."""
        return CAUSES[self].duty

    @property
    def steps(self) -> tuple[str, ...]:
        """What to do, one step after the other."""
        return CAUSES[self].steps

    @property
    def is_of_account(self) -> bool:
        """Whether nothing else of the account can be asked either, so that it is left alone."""
        return CAUSES[self].is_of_account

    @property
    def is_told_once(self) -> bool:
        """Whether it is the same for all accounts, so that it is told once, not for each."""
        return self.duty is Duty.INSTALLATION or self is Trouble.CAP

    @property
    def is_denial(self) -> bool:
        """Whether one action is denied, and the others are worth asking."""
        return self in (Trouble.PERMISSION, Trouble.BOUNDARY, Trouble.ORGANIZATION_POLICY)


@dataclass(frozen=True, slots=True)
class Cause:
    """What a trouble means to people."""

    headline: str
    duty: Duty
    steps: tuple[str, ...]
    is_of_account: bool = False


class Note(NamedTuple):
    """One trouble of one try: what was asked, and everything that AWS said of it."""

    trouble: Trouble
    action: str  # the permission; empty: the whole account or Region
    text: str


DENIED = "docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"
REGIONS = "docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html"

CAUSES: dict[Trouble, Cause] = {
    Trouble.OWN_KEY: Cause(
        "AWS rejects the worker's own credentials",
        Duty.INSTALLATION,
        (
            "Give the worker valid credentials: a role of its instance, task or pod rather than "
            "an access key.",
            "Run aws sts get-caller-identity where the worker runs; roles of accounts are right "
            "as they are.",
        ),
        is_of_account=True,
    ),
    Trouble.NO_CREDENTIALS: Cause(
        "the worker has no credentials of its own",
        Duty.INSTALLATION,
        ("Provide them through boto3's standard credential chain, and restart the worker.",),
        is_of_account=True,
    ),
    Trouble.OWN_POLICY: Cause(
        "the worker's own identity may not assume the role",
        Duty.INSTALLATION,
        ("Allow sts:AssumeRole on the role's ARN in the policies of the worker's identity.",),
        is_of_account=True,
    ),
    Trouble.CLOCK: Cause(
        "the worker's clock is wrong, so AWS rejects its signatures",
        Duty.INSTALLATION,
        ("Synchronize the clock of the worker's host (NTP); AWS accepts five minutes.",),
        is_of_account=True,
    ),
    Trouble.UNREACHABLE: Cause(
        "AWS's endpoint cannot be reached from the worker",
        Duty.INSTALLATION,
        (
            "Check DNS, proxy, route and security group from the worker to the endpoint, or its "
            "VPC endpoint.",
        ),
        is_of_account=True,
    ),
    Trouble.TRUST: Cause(
        "the role cannot be assumed",
        Duty.ACCOUNT,
        (
            "Check that the role exists, and that its ARN is the one entered here.",
            "Its trust policy must name the worker's ARN, and this account's external ID. AWS does "
            "not say which of them is wrong; the account's page has both.",
        ),
        is_of_account=True,
    ),
    Trouble.EXTERNAL_ID: Cause(
        "AWS does not accept the external ID",
        Duty.TEAM,
        ("Use 2 to 1,224 characters: letters, digits and _+=,.@:/-",),
        is_of_account=True,
    ),
    Trouble.WRONG_ACCOUNT: Cause(
        "the worker's own credentials belong to another account",
        Duty.TEAM,
        ("Enter the ARN of a role in this account.",),
        is_of_account=True,
    ),
    Trouble.PERMISSION: Cause(
        "the role lacks a permission",
        Duty.ACCOUNT,
        ("Add the action to the role's policy; the account's page has the whole policy.",),
    ),
    Trouble.BOUNDARY: Cause(
        "the role's permissions boundary denies an action",
        Duty.ACCOUNT,
        ("Allow the action in the permissions boundary: the role's policy alone is not enough.",),
    ),
    Trouble.ORGANIZATION_POLICY: Cause(
        "a policy of the AWS Organization (SCP or RCP) denies an action",
        Duty.ORGANIZATION,
        (
            "Exempt the role from the service or resource control policy, or allow the action "
            "there: nothing in the account can.",
        ),
    ),
    Trouble.REGION_OFF: Cause(
        "the Region rejects credentials that AWS STS issued: it is probably not enabled",
        Duty.ACCOUNT,
        (
            f"Enable the Region in the account ({REGIONS}), and STS in it.",
            "Or take the Region off the account here.",
        ),
    ),
    Trouble.EXPIRED: Cause(
        "the role's credentials have expired, and are renewed",
        Duty.NOBODY,
        ("If it persists, check the clock of the worker's host.",),
    ),
    Trouble.THROTTLED: Cause(
        "AWS throttles the requests; they are retried later",
        Duty.NOBODY,
        ("If it persists, see which other tools call the same API in this account.",),
    ),
    Trouble.STS_THROTTLED: Cause(
        "AWS STS throttles AssumeRole; it is retried later",
        Duty.NOBODY,
        ("If it persists, see which other tools assume roles with the worker's account.",),
        is_of_account=True,
    ),
    Trouble.TIMEOUT: Cause(
        "AWS did not answer in time",
        Duty.NOBODY,
        ("If it persists, check AWS Health for the Region.",),
        is_of_account=True,
    ),
    Trouble.AWS_ERROR: Cause(
        "AWS reports an error of its own",
        Duty.NOBODY,
        ("If it persists, check AWS Health for the Region.",),
    ),
    Trouble.CAP: Cause(
        "the month's cap for CloudWatch requests is reached",
        Duty.TEAM,
        ("Raise the cap under Data collection, or monitor fewer Regions.",),
    ),
    Trouble.OTHER: Cause(
        "AWS refuses the request",
        Duty.INSTALLATION,
        ("Read what AWS says; the worker's log has the request.",),
    ),
}
