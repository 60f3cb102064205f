"""Errors of botocore and of AWS by their cause, with AWS's own words kept.

Codes are those of the services' models in botocore 1.44.5 and of EC2's and IAM's common errors;
which policy denied an action stands in AWS's message alone, in the form that the IAM user guide
publishes ("Troubleshoot access denied error messages", read 2026-11-26).
"""

import re

from botocore import exceptions as botocore_errors
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from connectivity.clients import AwsError
from connectivity.core.health.troubles import Trouble

ERRORS = (BotoCoreError, ClientError, ResponseParserError)  # of a call, whoever is at fault
CallError = BotoCoreError | ClientError | ResponseParserError
MAX_WORDS = 300  # characters of AWS's words that are kept
OWN_CALLS = {"AssumeRole", "GetCallerIdentity"}  # made with the worker's own credentials

DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"}
THROTTLED = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "EC2ThrottledException",
    "SlowDown",
    "LimitExceeded",  # of CloudWatch: too many calls at once
    "LimitExceededFault",
    "429",
}
SKEWED = {"RequestTimeTooSkewed", "RequestInTheFuture", "RequestExpired"}
EXPIRED = {"ExpiredToken", "ExpiredTokenException"}
SIGNATURES = {"SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature"}
UNKNOWN_TOKEN = {
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "AuthFailure",
    "InvalidToken",
    "InvalidAccessKeyId",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
}
OF_REGION = {Trouble.REGION_OFF, Trouble.EXPIRED}  # then every call fails
REGION_OFF = {"RegionDisabledException", "OptInRequired", "SubscriptionRequiredException"}
OLD_SIGNATURE = re.compile(r"signature (expired|not yet current)", re.IGNORECASE)
POLICY = re.compile(
    r"explicit deny in an? (?P<denying>[a-z -]+?) policy|"
    r"explicit deny in an? (?P<boundary>permissions boundary)|"
    r"because no (?P<missing>[a-z -]+?)(?: policy)? allows",
    re.IGNORECASE,
)
OF_ORGANIZATION = {"service control", "resource control"}
OF_IDENTITY = {"identity-based", "session", "permissions boundary"}

WITHOUT_CREDENTIALS = (
    botocore_errors.NoCredentialsError,
    botocore_errors.PartialCredentialsError,
    botocore_errors.CredentialRetrievalError,
    botocore_errors.ProfileNotFound,
    botocore_errors.NoAuthTokenError,
    botocore_errors.TokenRetrievalError,
    botocore_errors.SSOError,
)


class Overdue(BotoCoreError):
    """A call, with its retries, took as long as one may."""

    fmt = "no answer within {seconds} s"


class Refused(AwsError):
    """One action is denied; says which."""

    def __init__(self, text: str, action: str, trouble: Trouble = Trouble.PERMISSION) -> None:
        super().__init__(text, trouble)
        self.action = action


def explained(error: CallError, request: str, action: str) -> AwsError:
    """An error by its cause, with what was asked for and AWS's own words.

    Args:
        request: which call, in which account and Region.
        action: the permission that the call takes.
    """
    trouble = cause_of(error)
    if trouble.is_denial:
        text = f"{request}: {trouble.headline}, {action}. {words_of(error)}"
        return Refused(text, action, trouble)
    is_of_region = trouble in OF_REGION or getattr(error, "operation_name", "") in OWN_CALLS
    text = f"{request}: {trouble.headline}. {words_of(error)}"
    return AwsError(text, trouble, is_of_region=is_of_region)


def words_of(error: CallError) -> str:
    """What AWS, or botocore, said: code and message on one line, not more than is kept."""
    if isinstance(error, ClientError):
        answer = error.response.get("Error", {})
        words = f"{answer.get('Code', 'unknown')}: {answer.get('Message') or 'no message'}"
    else:
        words = str(error)
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return line if len(line) <= MAX_WORDS else f"{line[:MAX_WORDS]}…"


def is_vanished(error: CallError) -> bool:
    """Whether what was asked for was deleted since it was listed."""
    code = error.response["Error"].get("Code", "") if isinstance(error, ClientError) else ""
    return code.removesuffix("Exception").endswith("NotFound")


def cause_of(error: CallError) -> Trouble:
    """Why a call failed."""
    if not isinstance(error, ClientError):
        return _cause_before_an_answer(error)
    answer = error.response.get("Error", {})
    code, message = str(answer.get("Code", "")), str(answer.get("Message", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0
    if code in THROTTLED or status == 429:
        is_own = error.operation_name in OWN_CALLS
        return Trouble.STS_THROTTLED if is_own else Trouble.THROTTLED
    if code in SKEWED or (code in SIGNATURES and OLD_SIGNATURE.search(message)):
        return Trouble.CLOCK
    if code in REGION_OFF:
        return Trouble.REGION_OFF
    if error.operation_name in OWN_CALLS:
        cause = _cause_of_own(code, message, status)
    else:
        cause = _cause_in_account(code, message, status)
    if cause is None:
        return Trouble.AWS_ERROR if status >= 500 else Trouble.OTHER
    return cause


def _cause_before_an_answer(error: BotoCoreError | ResponseParserError) -> Trouble:
    if isinstance(error, ResponseParserError):
        return Trouble.AWS_ERROR
    if isinstance(error, WITHOUT_CREDENTIALS):
        return Trouble.NO_CREDENTIALS
    if isinstance(error, botocore_errors.ReadTimeoutError | Overdue):
        return Trouble.TIMEOUT
    if isinstance(error, botocore_errors.ConnectionError | botocore_errors.HTTPClientError):
        return Trouble.UNREACHABLE
    if isinstance(error, botocore_errors.ParamValidationError) and "ExternalId" in str(error):
        return Trouble.EXTERNAL_ID
    return Trouble.OTHER


def _cause_of_own(code: str, message: str, status: int) -> Trouble | None:
    """Of a call with the worker's own credentials: they are wrong, or the role is not for us."""
    if code in EXPIRED | SIGNATURES | UNKNOWN_TOKEN:
        return Trouble.OWN_KEY
    if code in ("ValidationError", "ValidationException") and "externalId" in message:
        return Trouble.EXTERNAL_ID
    if code in DENIED or status == 403:
        policy = policy_in(message)
        if policy in OF_ORGANIZATION:
            return Trouble.ORGANIZATION_POLICY
        return Trouble.OWN_POLICY if policy in OF_IDENTITY else Trouble.TRUST
    return None


def _cause_in_account(code: str, message: str, status: int) -> Trouble | None:
    """Of a call with credentials that STS has issued, or has just confirmed."""
    if code in EXPIRED:
        return Trouble.EXPIRED
    if code in SIGNATURES:
        return Trouble.OWN_KEY
    if code in UNKNOWN_TOKEN:
        return Trouble.REGION_OFF
    if code in DENIED or status == 403:
        policy = policy_in(message)
        if policy in OF_ORGANIZATION:
            return Trouble.ORGANIZATION_POLICY
        return Trouble.BOUNDARY if policy == "permissions boundary" else Trouble.PERMISSION
    return None


def policy_in(message: str) -> str:
    """Which kind of policy denies, in AWS's words; empty where the message does not say.

    >>> policy_in("… is not authorized to perform: a:B with an explicit deny in a service control "
    ...           "policy: arn:aws:organizations::1:policy/o-1/service_control_policy/p-1")
    'service control'
    >>> policy_in("… because no permissions boundary allows the a:B action")
    'permissions boundary'
    """
    match = POLICY.search(message)
    return next((group.lower() for group in match.groups() if group), "") if match else ""
